import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { BoundedMemoryLimiter, RateLimiter } from '../../src/http/rate-limit.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

test.each([
  ['addresses', (index: number) => `2001:db8:${index}::/64`],
  ['long texts', (index: number) => `${index}`.padStart(8_000, '.')],
])('a flood of %s takes no more memory than the keys that are kept', async (_what, toKey) => {
  const limiter = new RateLimiter(new BoundedMemoryLimiter({ requests: 1, perSeconds: 3_600 }, 5_000));
  const flood = async (from: number, to: number): Promise<number> => {
    for (let index = from; index < to; index += 1) await limiter.consume(toKey(index));
    collectGarbage();
    return process.memoryUsage().heapUsed / 1e6;
  };

  const empty = await flood(0, 1);
  const full = await flood(1, 5_000);
  const flooded = await flood(5_000, 50_000);

  expect(full - empty).toBeLessThan(20);
  expect(flooded - full).toBeLessThan(5);
});
