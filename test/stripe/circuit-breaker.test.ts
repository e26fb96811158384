import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { CircuitBreaker, type Verdict } from '../../src/stripe/circuit-breaker.ts';

const openMs = 50;

/** A breaker that opens at the third failure, and what it is asked to run. */
function createRuns(outageMs = 0) {
  const breaker = new CircuitBreaker(3, openMs, outageMs);
  let runs = 0;
  const run = (verdict: Verdict | 'succeeds'): Promise<unknown> =>
    breaker.run(
      () => {
        runs += 1;
        return verdict === 'succeeds' ? Promise.resolve('done') : Promise.reject(new Error(verdict));
      },
      () => verdict as Verdict,
    );
  return { breaker, run, countRuns: () => runs };
}

const heldOff = { code: 'STRIPE_UNAVAILABLE', retryAfter: 1 };

async function createOpen() {
  const runs = createRuns();
  for (let failure = 1; failure <= 3; failure += 1)
    await expect(runs.run('is out')).rejects.toThrow('is out');
  return runs;
}

describe('a run of failures', () => {
  test('holds everything off that comes after', async () => {
    const { breaker, run, countRuns } = await createOpen();

    await expect(run('succeeds')).rejects.toMatchObject(heldOff);

    expect(breaker.state).toBe('open');
    expect(countRuns()).toBe(3);
  });

  test.each<Verdict | 'succeeds'>(['succeeds', 'answers'])('is broken by what %s', async (between) => {
    const { breaker, run } = createRuns();

    for (const verdict of ['is out', 'is out', between, 'is out', 'is out'] as const)
      await run(verdict).catch(() => null);

    expect(breaker.state).toBe('closed');
  });

  test('is no outage when it is over at once', async () => {
    const { breaker, run } = createRuns(60);
    await run('succeeds');

    await Promise.all(Array.from({ length: 10 }, () => run('is out').catch(() => null)));
    expect(breaker.state).toBe('closed');

    await wait(65);
    await run('is out').catch(() => null);
    expect(breaker.state).toBe('open');
  });

  test('is an outage when one attempt was without an answer for as long', async () => {
    const { breaker } = createRuns(60);
    const hang = () => wait(65).then(() => Promise.reject(new Error('timeout')));

    await Promise.allSettled([1, 2, 3].map(() => breaker.run(hang, () => 'is out')));

    expect(breaker.state).toBe('open');
  });

  test('is counted from the last answer, also of attempts that began before it', async () => {
    const { breaker, run } = createRuns(60);
    const hang = () => wait(80).then(() => Promise.reject(new Error('timeout')));
    const hanging = [1, 2, 3].map(() => breaker.run(hang, () => 'is out'));
    await wait(60);
    await run('succeeds');

    await Promise.allSettled(hanging);

    expect(breaker.state).toBe('closed');
  });

  test('is not made of what says nothing of Stripe', async () => {
    const { breaker, run } = createRuns();

    for (let each = 1; each <= 10; each += 1) await run('unknown').catch(() => null);

    expect(breaker.state).toBe('closed');
  });
});

describe('after a while', () => {
  test('one is let through at a time, and the others are held off until it has ended', async () => {
    const { breaker, run, countRuns } = await createOpen();
    await wait(openMs + 5);
    expect(breaker.state).toBe('half_open');

    const results = await Promise.allSettled([run('succeeds'), run('succeeds'), run('succeeds')]);

    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(countRuns()).toBe(4);
    expect(breaker.state).toBe('closed');
  });

  test.each<[Verdict, string]>([
    ['is out', 'open'],
    ['answers', 'closed'],
    ['unknown', 'half_open'],
  ])('a trial that says "%s" leaves it %s', async (verdict, state) => {
    const { breaker, run } = await createOpen();
    await wait(openMs + 5);

    await run(verdict).catch(() => null);

    expect(breaker.state).toBe(state);
  });

  test('a trial that told nothing makes room for another', async () => {
    const { run } = await createOpen();
    await wait(openMs + 5);
    await run('unknown').catch(() => null);

    expect(await run('succeeds')).toBe('done');
  });
});

test('a failure of what began before it opened holds nothing off for longer', async () => {
  const { breaker, run } = createRuns();
  let fail = (): void => undefined;
  const slow = breaker.run(
    () => new Promise((_resolve, reject) => (fail = () => reject(new Error('late')))),
    () => 'is out',
  );
  for (let failure = 1; failure <= 3; failure += 1) await run('is out').catch(() => null);
  await wait(openMs / 2);

  fail();
  await expect(slow).rejects.toThrow('late');
  await wait(openMs / 2 + 5);

  expect(breaker.state).toBe('half_open');
});
