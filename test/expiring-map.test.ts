import { expect, test } from '@jest/globals';
import { ExpiringMap } from '../src/expiring-map.ts';

let now = 0;
const createMap = (maxSize = 10): ExpiringMap<string> =>
  new ExpiringMap({ lifetimeMs: 100, maxSize, clock: () => now });

function list(map: ExpiringMap<string>, keys: readonly string[]): (string | undefined)[] {
  return keys.map((key) => map.get(key)?.value);
}

test('an entry lives for its time and not a moment longer', () => {
  const map = createMap();
  now = 1_000;
  map.set('a', 'one');
  now = 1_099;
  const before = map.get('a');
  now = 1_100;

  expect([before, map.get('a')]).toEqual([{ value: 'one', endsAt: 1_100 }, undefined]);
});

test('an entry that is set again begins a new life', () => {
  const map = createMap();
  now = 1_000;
  map.set('a', 'one');
  now = 1_050;
  map.set('a', 'two');
  now = 1_149;

  expect(map.get('a')).toEqual({ value: 'two', endsAt: 1_150 });
});

test('with too many entries the oldest are forgotten, a tenth at a time', () => {
  const map = createMap(10);
  const keys = Array.from({ length: 11 }, (_, index) => String(index));
  for (const key of keys) map.set(key, key);

  expect(list(map, keys)).toEqual([undefined, undefined, ...keys.slice(2)]);
});

test('being set again makes an entry the youngest', () => {
  const map = createMap(10);
  const keys = Array.from({ length: 10 }, (_, index) => String(index));
  for (const key of [...keys, '0', 'last']) map.set(key, key);

  expect(list(map, ['0', '1', '2', '3', 'last'])).toEqual(['0', undefined, undefined, '3', 'last']);
});
