import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { errorStatuses } from '../../src/shared/errors.ts';
import { createBusyApp } from './busy-app.ts';
import type { Scrape } from './watched-app.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity?: string };
  readonly annotations: { readonly summary?: string; readonly description?: string };
}

const text = readFileSync(new URL('../../docs/alerts.yml', import.meta.url), 'utf8');
const { groups } = parse(text) as { groups: readonly { readonly rules: readonly Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);

interface Selector {
  readonly metric: string;
  readonly matchers: readonly { readonly label: string; readonly operator: string; readonly value: string }[];
}

const words = new Set(['by', 'without', 'or', 'and', 'unless', 'on', 'ignoring']);

/** What an expression of PromQL selects. Functions are followed by a parenthesis, and so are lists of labels. */
function readSelectors(expression: string): Selector[] {
  const withoutGroupings = expression.replace(/\b(by|without|on|ignoring) *\([^)]*\)/g, '');
  const names = withoutGroupings.matchAll(/(?<![\w"[.])([a-z_]\w*)(?! *\()\b(?:\{([^}]*)\})?(?=[^\w(])/g);
  return [...names]
    .map(([, metric = '', matchers = '']) => ({ metric, matchers: readMatchers(matchers) }))
    .filter(({ metric }) => !words.has(metric));
}

function readMatchers(list: string): Selector['matchers'] {
  return [...list.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)].map(
    ([, label = '', operator = '', value = '']) => ({ label, operator, value }),
  );
}

interface Panel {
  readonly title: string;
  readonly description: string;
  readonly targets: readonly { readonly expr: string }[];
}

const dashboard = readFileSync(new URL('../../docs/grafana.json', import.meta.url), 'utf8');
const { panels } = JSON.parse(dashboard) as { panels: readonly Panel[] };

let scrape: Scrape;

beforeAll(async () => {
  ({ scrape } = await createBusyApp());
});

test('the reader finds what is selected', () => {
  const expression = 'sum by (le) (rate(a_total{x="1",y=~"2|3"}[5m])) / b > 0.5 or avg_over_time(c[5m]) > 5';

  expect(readSelectors(`${expression}\n`)).toEqual([
    {
      metric: 'a_total',
      matchers: [
        { label: 'x', operator: '=', value: '1' },
        { label: 'y', operator: '=~', value: '2|3' },
      ],
    },
    { metric: 'b', matchers: [] },
    { metric: 'c', matchers: [] },
  ]);
});

function expectServed(selectors: readonly Selector[]): void {
  expect(selectors.length).toBeGreaterThan(0);
  for (const { metric, matchers } of selectors) {
    expect([...scrape.names]).toContain(metric);
    for (const { label } of matchers) expect(scrape.listLabels(metric)).toContain(label);
  }
}

/** The labels that an expression groups by. `le` is of histograms. */
function readGroupings(expression: string): string[] {
  const lists = [...expression.matchAll(/\bby *\(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(','));
  // Prometheus adds the instance.
  return lists.map((label) => label.trim()).filter((label) => label !== 'instance');
}

test.each(panels)('the panel "$title" of the dashboard shows metrics that are served', ({ targets }) => {
  for (const { expr } of targets) {
    const selectors = readSelectors(`${expr.replaceAll('$__rate_interval', '5m')}\n`);
    expectServed(selectors);
    for (const label of readGroupings(expr))
      for (const { metric } of selectors) expect(scrape.listLabels(metric)).toContain(label);
  }
});

describe.each(rules)('$alert', ({ expr, labels, annotations }) => {
  const selectors = readSelectors(`${expr}\n`);

  test('is about metrics that are served, by labels that they have', () => {
    expectServed(selectors);
  });

  test('names codes that there are', () => {
    const codes = [...Object.keys(errorStatuses), 'INTERNAL_SERVER_ERROR'];
    const named = selectors
      .flatMap(({ matchers }) => matchers)
      .filter(({ label, value }) => label === 'outcome' && /[A-Z]/.test(value))
      .flatMap(({ value }) => value.split('|'));

    for (const pattern of named)
      expect(codes.filter((code) => new RegExp(`^(?:${pattern})$`).test(code))).not.toEqual([]);
  });

  test('says how bad it is, and what to do', () => {
    expect(labels.severity).toMatch(/^(warning|critical)$/);
    expect(annotations.summary).toMatch(/\.$/);
    expect(annotations.description).toMatch(/\.$/);
  });
});

test('every metric of the service that can go wrong is watched', () => {
  const watched = new Set(
    rules.flatMap(({ expr }) => readSelectors(`${expr}\n`)).map(({ metric }) => metric),
  );
  const own = [...scrape.text.matchAll(/^# TYPE (billing_portal_\S+)/gm)].map(([, name = '']) => name);

  expect(own.filter((name) => ![...watched].some((metric) => metric.startsWith(name)))).toEqual([]);
});
