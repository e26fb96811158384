import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import Database from 'libsql';
import { startLocalStripe } from '../../packages/local-stripe/test/local-stripe-client.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { examineFor } from '../cli/doctor/doctor-kit.ts';
import { type CliResult, runCli } from '../cli/run-cli.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';

const folder = createTemporaryFolder();

const unreachable = 'mongodb://billing:secret@127.0.0.1:1/billing';

test('an unreachable database is one line without the address, and exit code 1', async () => {
  const env = { DATABASE_URL: unreachable, STRIPE_SCOPE: 'test' };
  const { stdout, stderr, exitCode } = await runCli(['links'], { env });
  expect(stderr).toMatch(/^The database \(DATABASE_URL\) is unreachable: .*ECONNREFUSED.*\n$/);
  expect(stderr).not.toMatch(/secret|127\.0\.0\.1/);
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
});

test('doctor fails on a database that cannot be reached, and does not name it', async () => {
  const found = await examineFor('database', { DATABASE_URL: unreachable });
  expect(found).toEqual([expect.stringMatching(/^fail: The database .* is unreachable: .*ECONNREFUSED/)]);
  expect(found.join()).not.toMatch(/billing|secret|127\.0\.0\.1/);
});

test('resync sends fewer than 20 requests a second', async () => {
  const { localStripe, stripe } = await startLocalStripe();
  const env = {
    DATABASE_URL: `sqlite:${join(folder, 'resync.db')}`,
    STRIPE_SECRET_KEY: 'sk_test_resync',
    STRIPE_API_URL: localStripe.url,
    STRIPE_RATE_LIMIT: '100',
  };
  const database = await openDatabase({ url: env.DATABASE_URL, scope: 'test' });
  for (let index = 0; index < 24; index += 1) {
    const { id } = await stripe.customers.create();
    await database.customers.link({ userId: `user-${index}`, stripeCustomerId: id });
  }
  await database.close();
  const [before, startedAt] = [localStripe.requests.length, performance.now()];

  await runCli(['resync', '--since', '1h'], { env });

  const seconds = (performance.now() - startedAt) / 1000;
  const requests = localStripe.requests.length - before;
  expect(requests).toBeGreaterThan(48);
  expect(requests / seconds).toBeLessThan(20);
}, 30_000);

test('an import stops where the database is lost, having lost nothing, and goes on when it is run again', async () => {
  const total = 20_000;
  const [database, file] = [join(folder, 'links.db'), join(folder, 'links.csv')];
  const run = (args: readonly string[]): Promise<CliResult> =>
    runCli(args, { env: { DATABASE_URL: `sqlite:${database}`, STRIPE_SCOPE: 'test' } });
  writeFileSync(file, Array.from({ length: total }, (_, index) => `user_${index},cus_${index}\n`).join(''));
  await run(['links']);
  const importing = run(['link', '--from', file]);
  const blocker = new Database(database, { timeout: 0 });
  const countLinked = (): number =>
    (blocker.prepare('SELECT count(*) AS n FROM customers').get() as { n: number }).n;
  while (countLinked() === 0) await sleep(5);
  blocker.exec('BEGIN IMMEDIATE');
  const { stdout, stderr, exitCode } = await importing;
  blocker.exec('COMMIT');
  const linked = countLinked();
  blocker.close();

  expect(linked).toBeGreaterThan(0);
  expect(linked).toBeLessThan(total);
  expect({ stdout, exitCode }).toEqual({ stdout: `linked ${linked}, unchanged 0, refused 0\n`, exitCode: 1 });
  expect(stderr).toMatch(
    new RegExp(`^Stopped after line ${linked}: The database .*locked.*\nRun it again to continue`, 'm'),
  );
  expect(await run(['link', '--from', file])).toMatchObject({
    stdout: `linked ${total - linked}, unchanged ${linked}, refused 0\n`,
    exitCode: 0,
  });
}, 30_000);
