import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { SweepClock } from '../../src/records/sweep-clock.ts';

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
  now += dayMs;
  expect(await readDays(startProcess())).toBe(1 + 1 / 24);
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
