import { expect, test } from '@jest/globals';
import { type Figures, judgeFigures } from '../../bench/harness/goals.ts';
import { median, percentile } from '../../bench/harness/statistics.ts';
import { formatMarkdownTable } from '../../bench/harness/table.ts';

test.each<[Figures, string]>([
  [{ throughputToTutorial: 2.29 }, 'missed'],
  [{ throughputToTutorial: 2.3 }, 'reached'],
  [{ throughputToTutorial: 3.2 }, 'reached beyond'],
  [{ residentMegabytes: 151 }, 'missed'],
  [{ residentMegabytes: 150 }, 'reached'],
  [{ residentMegabytes: 109 }, 'reached beyond'],
])('judges %j: %s', (figures, verdict) => {
  expect(judgeFigures(figures, {}).map((row) => row.at(-1))).toEqual([verdict]);
});

test('leaves out what was not measured', () => {
  expect(judgeFigures({}, {})).toEqual([]);
});

test('shows what raw had beside what was found', () => {
  expect(judgeFigures({ addedP50: 0.6, lookupGrowth: 1.2 }, { addedP50: 0.41 })).toEqual([
    [expect.any(String), '0.6 ms', '0.41 ms', '0.4 ms', '0.2 ms', 'missed'],
    [expect.any(String), '1.2×', '', '1.3×', '1.1×', 'reached'],
  ]);
});

test('takes percentiles of what is not sorted', () => {
  const values = Array.from({ length: 100 }, (_, index) => (index * 37) % 100);
  expect([median(values), percentile(values, 0.99), percentile(values, 0)]).toEqual([50, 99, 0]);
  expect(median([])).toBeNaN();
});

test('lays tables out as Prettier does', () => {
  expect(formatMarkdownTable(['', 'a second'], [['raw', '8,000']])).toBe(
    '|     | a second |\n| --- | -------: |\n| raw |    8,000 |\n',
  );
});
