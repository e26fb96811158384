import { expect, jest, test } from '@jest/globals';
import { loadDeployment } from '../../../src/cli/doctor/check.ts';
import { runCheck } from '../../../src/cli/doctor/examination.ts';
import { StoreUnavailableError } from '../../../src/shared/errors.ts';

test('ends a check that does not end by itself', async () => {
  jest.useFakeTimers();
  try {
    const findings = runCheck('endless', () => new Promise(() => undefined));
    await jest.advanceTimersByTimeAsync(20_000);
    expect(await findings).toEqual([
      { name: 'endless', outcome: 'fail', detail: 'no answer within 20 s', fix: 'Try again.' },
    ]);
  } finally {
    jest.useRealTimers();
  }
});

test.each([
  ['while it waits', () => Promise.reject(new StoreUnavailableError(new Error('ECONNREFUSED')))],
  [
    'at once',
    () => {
      throw new StoreUnavailableError(new Error('ECONNREFUSED'));
    },
  ],
])('reports what a check throws %s', async (_when, run) => {
  expect(await runCheck('broken', run)).toMatchObject([
    {
      name: 'broken',
      outcome: 'fail',
      detail: 'The database (DATABASE_URL) is unreachable: ECONNREFUSED',
    },
  ]);
});

test('asks Stripe no more often than the service does', async () => {
  const { stripe } = await loadDeployment({ STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_RATE_LIMIT: '3' });
  expect(stripe?.requestsPerSecond).toBe(3);
});
