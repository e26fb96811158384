import { expect, test } from '@jest/globals';
import { median, percentile } from '../../bench/harness/statistics.ts';
import { formatMarkdownTable } from '../../bench/harness/table.ts';

test('takes percentiles of unsorted values', () => {
  const values = Array.from({ length: 100 }, (_, index) => (index * 37) % 100);
  expect([median(values), percentile(values, 0.99), percentile(values, 0)]).toEqual([50, 99, 0]);
  expect(median([])).toBeNaN();
});

test('lays tables out as Prettier does', () => {
  expect(formatMarkdownTable(['', 'a second'], [['raw', '8,000']])).toBe(
    '|     | a second |\n| --- | -------: |\n| raw |    8,000 |\n',
  );
});
