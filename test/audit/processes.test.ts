import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { linkCustomerMutation } from '../helpers/admin-operations.ts';
import { hang, startFaultyStripe } from '../helpers/faulty-stripe.ts';
import { type TestApp, createTestApp } from '../helpers/test-app.ts';
import { adminRole, getSecret, readTrail } from './audit-kit.ts';

test('an operation is under way while it may be, and cut off when its process was killed', async () => {
  const stripe = await startFaultyStripe();
  stripe.answerBy(hang);
  const app = await createTestApp();
  const { process: child, url } = await startProcess(app, stripe.url);
  const token = await app.createToken({ userId: 'root', roles: [adminRole] });
  const body = JSON.stringify({
    query: linkCustomerMutation.toString(),
    variables: { userId: 'ada', stripeCustomerId: 'cus_1' },
  });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const answer = fetch(`${url}/graphql`, { method: 'POST', headers, body }).catch(() => 'none');
  while (stripe.requests.length === 0) await wait(10);
  const intended = { userId: 'ada', targetId: 'cus_1', action: 'LINK_CUSTOMER', endedAt: null, code: null };
  expect(await readTrail(app)).toMatchObject([{ ...intended, outcome: 'UNDER_WAY' }]);

  child.kill('SIGKILL');

  expect(await answer).toBe('none');
  const inTwoMinutes = { now: () => new Date(Date.now() + 120_000) };
  const later = await createTestApp({ DATABASE_URL: app.config.databaseUrl }, inTwoMinutes);
  expect(await readTrail(later)).toMatchObject([{ ...intended, outcome: 'CUT_OFF' }]);
});

async function startProcess(app: TestApp, stripeUrl: string) {
  const { config } = app;
  const child = fork(join(import.meta.dirname, '../policies/service-process.ts'), {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      ...process.env,
      NODE_ENV: 'test',
      PORT: '0',
      DATABASE_URL: config.databaseUrl,
      STRIPE_SECRET_KEY: config.stripe.secretKey,
      STRIPE_API_URL: stripeUrl,
      JWT_SECRET: getSecret(config),
      JWT_ISSUER: config.auth.issuer,
      JWT_AUDIENCE: config.auth.audience.join(),
      RETURN_URLS: 'https://app.example.com',
    },
  });
  const [url] = (await once(child, 'message')) as [string];
  return { process: child, url };
}
