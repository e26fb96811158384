import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, jest, test } from '@jest/globals';
import { AuditTrail } from '../../src/audit/audit-trail.service.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { createLogger } from '../../src/logging/logger.ts';
import { Sweeper, createSweeper } from '../../src/process/sweeper.ts';
import { createRecord } from '../../src/records/record-store.ts';
import { SweepClock } from '../../src/records/sweep-clock.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { waitUntil } from '../helpers/wait-until.ts';

const clock = { read: () => Promise.resolve({ by: new Date(), aheadMs: 0 }) };

afterEach(() => void jest.useRealTimers());

function createLoggedSweeper(
  sweeps: Record<string, () => Promise<number>>,
  readBy: Pick<SweepClock, 'read'> = clock,
) {
  const logs: string[] = [];
  return {
    logs,
    sweeper: new Sweeper(readBy, sweeps, createLogger('info', { write: (line) => logs.push(line) })),
  };
}

const createBatches =
  (...counts: number[]) =>
  () =>
    Promise.resolve(counts.shift() ?? 0);

test('runs each sweep at the start, and tells what it removed', async () => {
  const { logs, sweeper } = createLoggedSweeper({
    links: createBatches(2, 1, 0),
    events: () => Promise.resolve(0),
  });

  sweeper.start();
  await waitUntil('both sweeps', () => logs.length === 1 || undefined);
  await sweeper.stop();

  expect(logs.map((line) => JSON.parse(line) as object)).toMatchObject([{ swept: 'links', removed: 3 }]);
});

test('runs again every hour until the stop', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance', 'Date'] });
  let runs = 0;
  const { sweeper } = createLoggedSweeper({
    links: () => {
      runs += 1;
      return Promise.resolve(0);
    },
  });

  sweeper.start();
  for (const hours of [1, 2, 3]) {
    await waitUntil('the sweep', () => runs === hours || undefined);
    jest.advanceTimersByTime(59 * 60_000);
    await sleep(10);
    expect(runs).toBe(hours);
    jest.advanceTimersByTime(60_000);
  }
  await sweeper.stop();

  expect(jest.getTimerCount()).toBe(0);
});

test.each([
  ['removes nothing in the first sweep of a store', () => Promise.resolve(null), []],
  [
    'removes nothing when the last sweep is not known',
    () => Promise.reject(new Error('no')),
    [{ level: 50 }],
  ],
  [
    'tells how far ahead of the last sweep the clock is',
    () => Promise.resolve({ by: new Date(0), aheadMs: 26 * 60 * 60_000 }),
    [
      { level: 40, aheadHours: 26, msg: expect.stringContaining('the clock is far ahead') },
      { swept: 'links', removed: 1, msg: 'expired records removed' },
    ],
  ],
])('%s', async (_title, read, lines) => {
  const { logs, sweeper } = createLoggedSweeper({ links: createBatches(1) }, { read });

  sweeper.start();
  await waitUntil('the lines', () => logs.length >= lines.length || undefined);
  await sleep(10);
  await sweeper.stop();

  expect(logs.map((line) => JSON.parse(line) as object)).toMatchObject(lines);
});

test('a sweep that fails is logged by its name and does not keep the others from theirs', async () => {
  const { logs, sweeper } = createLoggedSweeper({
    links: () => Promise.reject(new Error('no')),
    events: createBatches(1, 0),
  });

  sweeper.start();
  await waitUntil('both sweeps', () => logs.length === 2 || undefined);
  await sweeper.stop();

  expect(logs.map((line) => JSON.parse(line) as object)).toMatchObject([
    { swept: 'links', msg: 'failed to remove expired records', error: { message: 'no' } },
    { swept: 'events', removed: 1 },
  ]);
});

test('a stop waits for the batch that is being removed, and is the end of all sweeps', async () => {
  const { logs, sweeper } = createLoggedSweeper({
    links: async () => {
      begun += 1;
      await sleep(50);
      ended += 1;
      return 1;
    },
  });
  let begun = 0;
  let ended = 0;

  sweeper.start();
  await waitUntil('the first batch', () => begun === 1 || undefined);
  await sweeper.stop();

  expect([begun, ended]).toEqual([1, 1]);
  expect(logs.map((line) => JSON.parse(line) as object)).toMatchObject([{ swept: 'links', removed: 1 }]);
});

test('lets requests and a stop through between two batches, and the next start goes on', async () => {
  const database = await openDatabase({ url: 'sqlite::memory:', scope: 'test' });
  closeAfterTests(() => database.close());
  const expiresAt = new Date(Date.now() - 1_000);
  for (let n = 0; n < 2_000; n += 1)
    await database.records.insert('webhook-event', createRecord(`${n}`, { expiresAt }));
  const countLeft = async () => (await database.records.page('webhook-event', { first: 2_000 })).items.length;
  const logger = createLogger('silent');
  const platform = { database, logger, audit: new AuditTrail(database.audit, logger), now: () => new Date() };
  await new SweepClock(database.records).read();
  const first = createSweeper(platform, { auditRetentionDays: 1 });

  first.start();
  while ((await countLeft()) === 2_000) await new Promise(setImmediate);
  await first.stop();

  expect(await countLeft()).toBeGreaterThan(0);
  const second = createSweeper(platform, { auditRetentionDays: 1 });
  second.start();
  while ((await countLeft()) > 0) await new Promise(setImmediate);
  await second.stop();
});
