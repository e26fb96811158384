import { expect, jest, test } from '@jest/globals';
import { runCheck } from '../../../src/cli/doctor/check.ts';
import { StoreUnavailableError } from '../../../src/shared/errors.ts';

test('ends a check that has no end', async () => {
  jest.useFakeTimers();
  try {
    const findings = runCheck({ name: 'endless', run: () => new Promise(() => undefined) });
    await jest.advanceTimersByTimeAsync(20_000);
    expect(await findings).toEqual([
      { name: 'endless', outcome: 'fail', detail: 'no answer within 20 s', mend: 'Run this again.' },
    ]);
  } finally {
    jest.useRealTimers();
  }
});

test.each([
  ['when it is waited for', () => Promise.reject(new StoreUnavailableError(new Error('ECONNREFUSED')))],
  [
    'before it waits for anything',
    () => {
      throw new StoreUnavailableError(new Error('ECONNREFUSED'));
    },
  ],
])('takes what a check throws %s for what it found', async (_when, run) => {
  expect(await runCheck({ name: 'broken', run })).toMatchObject([
    {
      name: 'broken',
      outcome: 'fail',
      detail: 'The database (DATABASE_URL) is unreachable: ECONNREFUSED',
    },
  ]);
});
