import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { startLocalStripe } from '../../packages/local-stripe/test/local-stripe-client.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { startCli } from './cli-process.ts';

const folder = createTemporaryFolder();

/** Starts a resync of two pages of customers, and returns it when it waits for Stripe's answers about the first page. */
async function startWaiting(name: string) {
  const { control, localStripe, stripe } = await startLocalStripe();
  const url = `sqlite:${join(folder, name)}`;
  const database = await openDatabase({ url, scope: 'test' });
  for (const userId of ['ada', 'bob', 'eve', 'joe', 'kim'])
    await database.customers.link({ userId, stripeCustomerId: (await stripe.customers.create()).id });
  await database.close();
  await control('POST', 'faults', { path: '/v1/customers/*', delay_ms: '2000', times: '8' });
  const isWaiting = () => localStripe.requests.some(({ path }) => path.startsWith('/v1/customers/'));
  const resync = startCli(['resync'], {
    DATABASE_URL: url,
    STRIPE_SECRET_KEY: 'sk_test_resync',
    STRIPE_API_URL: localStripe.url,
  });
  while (!isWaiting()) await sleep(5);
  return resync;
}

test('one signal that arrives twice, as below npm, ends the work between two steps with its totals', async () => {
  const resync = await startWaiting('twice.db');
  resync.kill('SIGTERM');
  await sleep(20);
  resync.kill('SIGTERM');
  expect(await resync.result).toEqual({
    stdout: 'events: handled 0, repeated 0, failed 0; customers: read 4, gone 0, failed 0\n',
    stderr:
      'Stopped: interrupted by SIGTERM.\nRun it again with --after "joe" to continue: nothing is done twice.\n',
    exitCode: 143,
  });
}, 60_000);

test('a second signal ends the work at once', async () => {
  const resync = await startWaiting('second.db');
  resync.kill('SIGINT');
  await sleep(700);
  resync.kill('SIGINT');
  expect(await resync.result).toEqual({ stdout: '', stderr: '', exitCode: 130 });
}, 60_000);
