import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { TurnEnd } from '../src/turn-end.ts';

test('what becomes ready in one turn of the event loop goes on in a row at its end', async () => {
  const turnEnd = new TurnEnd();
  const steps: string[] = [];
  const work = async (name: string) => {
    steps.push(`${name} is ready`);
    await turnEnd.wait();
    steps.push(`${name} goes on`);
  };
  const all = Promise.all([work('one'), work('two')]);
  await Promise.resolve();
  steps.push('the turn ends');
  await all;
  expect(steps).toEqual(['one is ready', 'two is ready', 'the turn ends', 'one goes on', 'two goes on']);
});

test('what becomes ready later waits for the end of its own turn', async () => {
  const turnEnd = new TurnEnd();
  const first = turnEnd.wait();
  await turn();
  const second = turnEnd.wait();
  expect(second).not.toBe(first);
  await second;
});

test('each goes on in its own context', async () => {
  const turnEnd = new TurnEnd();
  const context = new AsyncLocalStorage<string>();
  const read = (name: string) =>
    context.run(name, async () => {
      await turnEnd.wait();
      return context.getStore();
    });
  expect(await Promise.all([read('one'), read('two')])).toEqual(['one', 'two']);
});
