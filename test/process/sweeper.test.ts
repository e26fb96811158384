import { expect, test } from '@jest/globals';
import { createLogger } from '../../src/logging/logger.ts';
import { Sweeper } from '../../src/process/sweeper.ts';

const clock = { read: () => Promise.resolve({ by: new Date(), aheadMs: 0 }) };

function createSweeper(sweeps: Record<string, () => Promise<number>>) {
  const logs: string[] = [];
  return {
    logs,
    sweeper: new Sweeper(clock, sweeps, createLogger('info', { write: (line) => logs.push(line) })),
  };
}

test('runs each sweep at the start, and tells what it removed', async () => {
  const { logs, sweeper } = createSweeper({
    links: () => Promise.resolve(3),
    events: () => Promise.resolve(0),
  });

  sweeper.start();
  await new Promise(setImmediate);
  await sweeper.stop();

  expect(logs.map((line) => JSON.parse(line) as object)).toMatchObject([{ swept: 'links', removed: 3 }]);
});

test('a sweep that fails is logged by its name and does not keep the others from theirs', async () => {
  const { logs, sweeper } = createSweeper({
    links: () => Promise.reject(new Error('no')),
    events: () => Promise.resolve(1),
  });

  sweeper.start();
  await new Promise(setImmediate);
  await sweeper.stop();

  expect(logs.map((line) => JSON.parse(line) as object)).toMatchObject([
    { swept: 'links', msg: 'failed to remove expired records', error: { message: 'no' } },
    { swept: 'events', removed: 1 },
  ]);
});
