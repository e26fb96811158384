import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { ReadyBatch } from '../../src/shared/ready-batch.ts';
import { OpenedParts } from '../../src/shared/opened-parts.ts';
import { parseUrl } from '../../src/shared/urls.ts';

test('what becomes ready in one turn of the event loop goes on in a row at its end', async () => {
  const readyBatch = new ReadyBatch();
  const steps: string[] = [];
  const work = async (name: string) => {
    steps.push(`${name} is ready`);
    await readyBatch.join();
    steps.push(`${name} goes on`);
  };
  const all = Promise.all([work('one'), work('two')]);
  await Promise.resolve();
  steps.push('the turn ends');
  await all;
  expect(steps).toEqual(['one is ready', 'two is ready', 'the turn ends', 'one goes on', 'two goes on']);
});

test('several wait for what the next turns bring', async () => {
  const readyBatch = new ReadyBatch();
  const first = together(readyBatch);
  await turn();
  const second = readyBatch.join();
  await turn();
  const third = readyBatch.join();
  expect(second).toBe(first);
  expect(third).toBe(first);
  await third;
});

test('after a turn that brought nothing they go on', async () => {
  const readyBatch = new ReadyBatch();
  const first = together(readyBatch);
  await turn();
  await turn();
  const second = readyBatch.join();
  expect(second).not.toBe(first);
  await second;
});

test('however many turns bring more, what is ready goes on in the eighth', async () => {
  const readyBatch = new ReadyBatch();
  const steps: string[] = [];
  void together(readyBatch).then(() => steps.push('the first go on'));
  for (let later = 1; later <= 9; later += 1) {
    await turn();
    steps.push(`turn ${later} is over`);
    void readyBatch.join();
  }
  expect(steps.slice(6, 9)).toEqual(['turn 7 is over', 'the first go on', 'turn 8 is over']);
});

test('each goes on in its own context', async () => {
  const readyBatch = new ReadyBatch();
  const context = new AsyncLocalStorage<string>();
  const read = (name: string) =>
    context.run(name, async () => {
      await readyBatch.join();
      return context.getStore();
    });
  expect(await Promise.all([read('one'), read('two')])).toEqual(['one', 'two']);
});

/** Two that are ready in the same turn. */
function together(readyBatch: ReadyBatch): Promise<void> {
  void readyBatch.join();
  return readyBatch.join();
}

test('what was opened is closed in reverse, once', async () => {
  const closed: string[] = [];
  const opened = new OpenedParts();
  opened.add(() => closed.push('database'));
  opened.add(() => closed.push('server'));

  await Promise.all([opened.close(), opened.close()]);

  expect(closed).toEqual(['server', 'database']);
});

test('a part that cannot be closed keeps no other open, and is told of', async () => {
  const closed: string[] = [];
  const opened = new OpenedParts();
  opened.add(() => closed.push('database'));
  opened.add(() => Promise.reject(new Error('second')));
  opened.add(() => Promise.reject(new Error('first')));

  await expect(opened.close()).rejects.toThrow('first');

  expect(closed).toEqual(['database']);
});

test('reads text with letters such as ü, however often it is asked', () => {
  const refused = Array.from({ length: 50_000 }, () => parseUrl('https://münchen.example')).filter(
    (url) => url === null,
  );

  expect(refused).toHaveLength(0);
});

test.each(['', 'no url', 'https://', 'https://exa mple.com'])('%j is no URL', (text) => {
  expect(parseUrl(text)).toBeNull();
});
