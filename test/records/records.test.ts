import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { StoreUnavailableError } from '../../src/shared/errors.ts';
import { Leases, LeaseTakenError } from '../../src/records/leases.ts';
import type { KeptRecord, RecordStore } from '../../src/records/record-store.ts';
import { SweepClock } from '../../src/records/sweep-clock.ts';

const key = 'customer:cus_1';

let database: Database;
let leases: Leases;

beforeEach(async () => {
  database = await openDatabase({ url: 'sqlite::memory:', scope: 'test' });
  leases = new Leases(database.records);
});

afterEach(async () => {
  jest.restoreAllMocks();
  await database.close();
});

/** Work that goes on until it is told to end. */
function startWork(owner = leases): { readonly started: Promise<void>; end(): Promise<string> } {
  let end: () => void = () => undefined;
  let begun: () => void = () => undefined;
  const started = new Promise<void>((resolve) => (begun = resolve));
  const done = owner.runExclusive(key, async () => {
    begun();
    await new Promise<void>((resolve) => (end = resolve));
    return 'done';
  });
  return {
    started,
    end: () => {
      end();
      return done;
    },
  };
}

const isLeased = async (): Promise<boolean> => (await database.records.find('lease', key)) !== null;

describe('work on one thing', () => {
  test('runs one at a time, and all of it', async () => {
    let running = 0;
    const seen: number[] = [];
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        new Leases(database.records).runExclusive(key, async () => {
          running += 1;
          seen.push(running);
          await wait(1);
          running -= 1;
          return n;
        }),
      ),
    );

    expect(seen).toEqual(Array.from({ length: 20 }, () => 1));
  });

  test('does not delay work under another key', async () => {
    const work = startWork();
    await work.started;

    await expect(leases.runExclusive('customer:cus_2', () => Promise.resolve(2))).resolves.toBe(2);
    await expect(work.end()).resolves.toBe('done');
  });

  test('gives the lease back when it ends', async () => {
    await leases.runExclusive(key, async () => expect(await isLeased()).toBe(true));

    expect(await isLeased()).toBe(false);
  });

  test('gives the lease back when it fails, and fails with its own error', async () => {
    const failure = new Error('no');

    await expect(leases.runExclusive(key, () => Promise.reject(failure))).rejects.toBe(failure);
    expect(await isLeased()).toBe(false);
  });

  test('has its result when the lease cannot be given back', async () => {
    const result = leases.runExclusive(key, async () => {
      await database.close();
      return 'done';
    });

    await expect(result).resolves.toBe('done');
  });
});

describe('a lease that another has', () => {
  test.each([
    ['of the leases', () => leases, { patienceMs: 60 }],
    ['of the leases in general', () => new Leases(database.records, { patienceMs: 60 }), undefined],
  ])('is waited for as long as the patience %s lasts', async (_title, createLeases, patience) => {
    const work = startWork();
    await work.started;
    const start = performance.now();

    const waiting = createLeases().runExclusive(key, () => Promise.reject(new Error('it ran')), patience);

    await expect(waiting).rejects.toThrow(LeaseTakenError);
    await expect(waiting).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', details: { retryAfter: 1 } });
    expect(performance.now() - start).toBeGreaterThanOrEqual(60);
    expect(performance.now() - start).toBeLessThan(5_000);
    await work.end();
  });

  test('is waited for for ten seconds where nothing else is said, and the refusal is logged', async () => {
    const work = startWork();
    await work.started;
    const clock = jest.spyOn(performance, 'now').mockReturnValue(0);
    const waiting = leases.runExclusive(key, () => Promise.reject(new Error('it ran')));
    const ended = waiting.then(null, (error: unknown) => error);
    clock.mockReturnValue(9_999);
    expect(await Promise.race([ended, wait(300, 'waits')])).toBe('waits');
    clock.mockReturnValue(10_001);

    expect(await ended).toBeInstanceOf(LeaseTakenError);
    // Without a cause, an error counts as the client's mistake.
    expect(await ended).toMatchObject({ cause: expect.any(Error) });
    await work.end();
  });

  test('is taken soon after it is given back, however long that was waited for', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(0.5);
    const work = startWork();
    await work.started;
    const waiting = leases.runExclusive(key, () => Promise.resolve(performance.now()));
    await wait(1_300);
    const givenBack = performance.now();
    await work.end();

    expect((await waiting) - givenBack).toBeLessThan(600);
  });

  test('is taken as soon as it is given back', async () => {
    const work = startWork();
    await work.started;
    const waiting = leases.runExclusive(key, () => Promise.resolve('next'));
    await work.end();

    await expect(waiting).resolves.toBe('next');
  });
});

describe('a lease that was never released', () => {
  const leave = (expiresAt: Date) =>
    database.records.insert('lease', { key, nonce: randomUUID(), owner: null, content: {}, expiresAt });

  test('is taken over once it has expired, by one at a time', async () => {
    await leave(new Date(Date.now() - 1));
    let running = 0;
    await Promise.all(
      Array.from({ length: 10 }, () =>
        leases.runExclusive(key, async () => {
          running += 1;
          expect(running).toBe(1);
          await wait(1);
          running -= 1;
        }),
      ),
    );
  });

  test.each([
    ['400 days', 400 * 24 * 3_600_000],
    ['two lifetimes', 120_000],
  ])('is taken over when it ends %s from now, since no lease lasts that long', async (_title, ms) => {
    await leave(new Date(Date.now() + ms));

    await expect(leases.runExclusive(key, () => Promise.resolve('mine'), { patienceMs: 30 })).resolves.toBe(
      'mine',
    );
  });

  test('is left alone when it ends a lifetime from now by a clock that is a little fast', async () => {
    await leave(new Date(Date.now() + 70_000));

    await expect(leases.runExclusive(key, () => Promise.resolve(), { patienceMs: 30 })).rejects.toThrow(
      LeaseTakenError,
    );
  });

  test('is left alone before', async () => {
    await leave(new Date(Date.now() + 10_000));

    await expect(leases.runExclusive(key, () => Promise.resolve(), { patienceMs: 30 })).rejects.toThrow(
      LeaseTakenError,
    );
  });

  test('is not given back by the one who lost it', async () => {
    const slow = startWork(new Leases(database.records, { lifeMs: 30 }));
    await slow.started;
    const next = startWork();
    await next.started;

    await slow.end();

    expect(await isLeased()).toBe(true);
    await next.end();
  });
});

describe('a lease', () => {
  test('holds at first, and no longer when its end is near', async () => {
    await new Leases(database.records, { lifeMs: 300 }).runExclusive(key, async (ensureHeld) => {
      expect(ensureHeld).not.toThrow();
      await wait(210);
      expect(ensureHeld).toThrow(LeaseTakenError);
    });
  });

  test.each([
    ['the clock was put forward', Date, 41_000, false],
    ['the clock was put back while time went on', performance, 41_000, false],
    ['little time has passed', Date, 39_000, true],
    ['little time has passed on the other clock', performance, 39_000, true],
  ])('goes by both clocks: %s', async (_title, clock, elapsedMs, isHeld) => {
    await leases.runExclusive(key, (ensureHeld) => {
      const now = clock.now();
      jest.spyOn(clock, 'now').mockReturnValue(now + elapsedMs);
      if (isHeld) expect(ensureHeld).not.toThrow();
      else expect(ensureHeld).toThrow(LeaseTakenError);
      jest.restoreAllMocks();
      return Promise.resolve();
    });
  });
});

describe('a lease whose insert got no answer', () => {
  const noAnswer = new StoreUnavailableError(new Error('no answer'));
  const createLosing = (remove: RecordStore['remove']) => {
    const { records } = database;
    return new Leases({
      insert: async (kind, record: KeptRecord) => {
        await records.insert(kind, record);
        throw noAnswer;
      },
      find: (...args) => records.find(...args),
      listOf: (...args) => records.listOf(...args),
      page: (...args) => records.page(...args),
      remove,
      removeExpired: (...args) => records.removeExpired(...args),
    });
  };

  test('is a failure of the store, and blocks no other process', async () => {
    const losing = createLosing((...args) => database.records.remove(...args));
    await expect(losing.runExclusive(key, () => Promise.resolve())).rejects.toBe(noAnswer);

    await expect(leases.runExclusive(key, () => Promise.resolve('mine'))).resolves.toBe('mine');
  });

  test('does not end the process where it cannot be removed either', async () => {
    const losing = createLosing(() => Promise.reject(noAnswer));
    await expect(losing.runExclusive(key, () => Promise.resolve())).rejects.toBe(noAnswer);

    await wait(10); // An unhandled rejection fails this test.
  });
});

describe('the clock of sweeps', () => {
  const hourMs = 3_600_000;
  const dayMs = 24 * hourMs;
  const start = Date.UTC(2030, 0);

  let database: Database;
  let now: number;
  beforeEach(async () => {
    database = await openDatabase({ url: 'sqlite::memory:', scope: 'test' });
    now = start;
  });
  afterEach(() => database.close());

  const startProcess = () => new SweepClock(database.records, () => new Date(now));

  /** Days from the start by which the next sweep removes. */
  async function readDays(clock: SweepClock): Promise<number | null> {
    const time = await clock.read();
    return time && (time.by.getTime() - start) / dayMs;
  }

  test('the very first sweep of a store removes nothing, and the next ones go by the clock', async () => {
    const clock = startProcess();
    expect(await readDays(clock)).toBeNull();
    now += hourMs;
    expect(await readDays(clock)).toBe(1 / 24);
    now += 2 * dayMs;
    expect(await readDays(startProcess())).toBe(2 + 1 / 24);
  });

  test('a clock that is more than two days ahead of the last sweep is not trusted', async () => {
    await startProcess().read();
    now += 2 * dayMs + 1;
    expect(await readDays(startProcess())).toBe(1 / 24);
  });

  test('starts with a clock 400 days ahead move the time by an hour each, and its return sets it right', async () => {
    await startProcess().read();
    now += 400 * dayMs;
    expect(await readDays(startProcess())).toBeCloseTo(1 / 24);
    expect(await readDays(startProcess())).toBeCloseTo(2 / 24);
    now -= 400 * dayMs;
    expect(await readDays(startProcess())).toBe(0);
  });

  test('a service that was stopped for ten days catches up, a day with each sweep', async () => {
    await startProcess().read();
    now += 10 * dayMs;
    const clock = startProcess();
    const days: (number | null)[] = [];
    for (let sweep = 0; sweep < 11; sweep += 1) days.push(await readDays(clock));
    expect(days.slice(0, 3)).toEqual([1 / 24, 1 + 1 / 24, 2 + 1 / 24]);
    expect(days.at(-1)).toBe(10);
  });
});
