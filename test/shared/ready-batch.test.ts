import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { TurnEnd } from '../../src/shared/turn-end.ts';

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

test('one that is alone, as the one before was, goes on at the end of its own turn', async () => {
  const turnEnd = new TurnEnd();
  const first = turnEnd.wait();
  await turn();
  const second = turnEnd.wait();
  expect(second).not.toBe(first);
  await second;
});

test('several wait for what the next turns bring', async () => {
  const turnEnd = new TurnEnd();
  const first = together(turnEnd);
  await turn();
  const second = turnEnd.wait();
  await turn();
  const third = turnEnd.wait();
  expect(second).toBe(first);
  expect(third).toBe(first);
  await third;
});

test('so does one after several', async () => {
  const turnEnd = new TurnEnd();
  await together(turnEnd);
  const first = turnEnd.wait();
  await turn();
  const second = turnEnd.wait();
  expect(second).toBe(first);
  await second;
});

test('after a turn that brought nothing they go on', async () => {
  const turnEnd = new TurnEnd();
  const first = together(turnEnd);
  await turn();
  await turn();
  const second = turnEnd.wait();
  expect(second).not.toBe(first);
  await second;
});

test('however many turns bring more, what is ready goes on in the eighth', async () => {
  const turnEnd = new TurnEnd();
  const steps: string[] = [];
  void together(turnEnd).then(() => steps.push('the first go on'));
  for (let later = 1; later <= 9; later += 1) {
    await turn();
    steps.push(`turn ${later} is over`);
    void turnEnd.wait();
  }
  expect(steps.slice(6, 9)).toEqual(['turn 7 is over', 'the first go on', 'turn 8 is over']);
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

/** Two that are ready in the same turn. */
function together(turnEnd: TurnEnd): Promise<void> {
  void turnEnd.wait();
  return turnEnd.wait();
}
