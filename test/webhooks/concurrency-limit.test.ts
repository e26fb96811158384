import { setImmediate as tick } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { ConcurrencyLimit } from '../../src/webhooks/webhook-processor.service.ts';
import { TooManyWaitingError } from '../../src/webhooks/webhook.errors.ts';

test('work is done so many at a time, in the order in which it came, whatever fails', async () => {
  const turns = new ConcurrencyLimit(3, 10_000);
  const begun: number[] = [];
  let underWay = 0;
  let most = 0;
  const work = (index: number) => async (): Promise<number> => {
    begun.push(index);
    most = Math.max(most, (underWay += 1));
    await tick();
    underWay -= 1;
    if (index % 4 === 0) throw new Error('fails');
    return index;
  };
  const indexes = Array.from({ length: 20 }, (_, index) => index);

  const results = await Promise.allSettled(indexes.map((index) => turns.run(work(index))));

  expect(most).toBe(3);
  expect(begun).toEqual(indexes);
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(5);
  expect(await turns.run(() => Promise.resolve('once more'))).toBe('once more');
});

test('who has waited too long is told so, and those behind keep their turns', async () => {
  const turns = new ConcurrencyLimit(1, 20);
  let end: () => void = () => undefined;
  const first = turns.run(() => new Promise<void>((resolve) => (end = resolve)));

  await expect(turns.run(() => Promise.resolve('late'))).rejects.toBeInstanceOf(TooManyWaitingError);
  const third = turns.run(() => Promise.resolve('in time'));
  end();

  await first;
  await expect(third).resolves.toBe('in time');
});
