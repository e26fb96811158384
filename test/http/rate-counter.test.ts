import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { MemoryCounter } from '../../src/http/rate-counter.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

test('forgets the oldest keys when there are too many, and no others', () => {
  const counter = new MemoryCounter({ requests: 1, perSeconds: 3600 }, { maxKeys: 10 });
  for (let key = 0; key <= 10; key += 1) counter.count(String(key));

  const forgotten: number[] = [];
  for (let key = 10; key >= 0; key -= 1) if (counter.count(String(key)) === null) forgotten.push(key);

  expect(forgotten).toEqual([1, 0]);
});

test('a flood of addresses takes no more memory than the keys it may keep', () => {
  const counter = new MemoryCounter({ requests: 1, perSeconds: 3600 }, { maxKeys: 10_000 });
  const flood = (from: number, to: number): number => {
    for (let index = from; index < to; index += 1) counter.count(`2001:db8:${index}::/64`);
    collectGarbage();
    return process.memoryUsage().heapUsed / 1e6;
  };

  const full = flood(0, 10_000);
  const flooded = flood(10_000, 100_000);

  expect(flooded - full).toBeLessThan(5);
});
