import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import type { Environment } from '../../src/config/environment.ts';
import { errorStatuses } from '../../src/shared/errors.ts';
import { session } from '../errors/error-case.ts';
import { corruptStore } from '../helpers/broken-store.ts';
import { hang, resetConnection, sendError, sendJson, startFaultyStripe } from '../helpers/faulty-stripe.ts';
import { createSessionMutation } from '../helpers/operations.ts';
import { returnUrl } from '../helpers/test-app.ts';
import { type BusyApp, createBusyApp, person } from './busy-app.ts';
import { type WatchedApp, createWatchedApp } from './watched-app.ts';

let busy: BusyApp;

beforeAll(async () => {
  busy = await createBusyApp();
});

const sessions = 'billing_portal_sessions_total';
const operations = 'billing_portal_graphql_operations_total';
const webhooks = 'billing_portal_webhooks_total';
const requests = 'billing_portal_http_request_duration_seconds_count';
const store = 'billing_portal_store_operation_duration_seconds_count';
const stripeRequests = 'billing_portal_stripe_request_duration_seconds_count';

describe('/metrics counts', () => {
  test.each<[string, Record<string, string>, number]>([
    [sessions, { policy: 'standard', outcome: 'OK' }, 3],
    [sessions, { policy: '(none)', outcome: 'CUSTOMER_NOT_FOUND' }, 1],
    [operations, { operation: 'Mutation.createBillingPortalSession', outcome: 'OK' }, 2],
    [operations, { operation: 'Mutation.createBillingPortalSession', outcome: 'CUSTOMER_NOT_FOUND' }, 1],
    [operations, { operation: 'Mutation.createBillingPortalSession', outcome: 'UNAUTHENTICATED' }, 1],
    [requests, { method: 'GET', route: '/billing-portal', status: '303' }, 1],
    [requests, { method: 'POST', route: '/graphql', status: '401' }, 1],
    [requests, { method: 'GET', route: 'none', status: '404' }, 1],
    [webhooks, { type: 'customer.updated', outcome: 'handled' }, 1],
    [webhooks, { type: 'customer.updated', outcome: 'repeated' }, 1],
    [webhooks, { type: 'customer.updated', outcome: 'failed' }, 1],
    [webhooks, { type: 'other', outcome: 'ignored' }, 1],
    [webhooks, { type: 'other_account', outcome: 'ignored' }, 1],
    [webhooks, { type: 'other_mode', outcome: 'ignored' }, 1],
    [webhooks, { type: 'thin', outcome: 'ignored' }, 1],
    [webhooks, { type: 'other', outcome: 'refused' }, 1],
    [store, { operation: 'customers.findByUserId', outcome: 'OK' }, 4],
    [stripeRequests, { endpoint: 'POST /v1/billing_portal/sessions', outcome: '200' }, 3],
    ['billing_portal_stripe_queue_depth', {}, 0],
  ])('%s %j: %d', (name, labels, value) => {
    expect(busy.scrape.get(name, labels)).toBe(value);
  });

  test.each([
    'process_cpu_seconds_total',
    'process_resident_memory_bytes',
    'nodejs_eventloop_lag_p99_seconds',
    'nodejs_heap_size_used_bytes',
  ])('%s of the process', (name) => {
    expect([...busy.scrape.names]).toContain(name);
  });

  test('and tells of no person, no URL, no secret and no type of event that is not handled', () => {
    const { text } = busy.scrape;
    const { secretKey, apiUrl } = busy.app.config.stripe;

    for (const secret of [person.userId, person.email, busy.customerId, secretKey, 'planted', '://'])
      expect(text).not.toContain(secret);
    for (const url of [...busy.urls, returnUrl, apiUrl?.host ?? 'none']) expect(text).not.toContain(url);
  });
});

test('conflicts count from zero, so that Prometheus sees the first one increase', async () => {
  const { text } = await (await createWatchedApp()).scrape();

  for (const source of ['event', 'session'])
    expect(text).toContain(`billing_portal_customer_conflicts_total{source="${source}"} 0\n`);
});

describe('where metrics are served', () => {
  test('it is on their own port, and only there', async () => {
    const token = await busy.app.createToken(person);

    expect((await fetch(busy.app.metricsUrl)).headers.get('content-type')).toMatch(/^text\/plain; version=/);
    expect((await busy.app.fetch('/metrics')).status).toBe(404);
    expect((await busy.app.fetch('/metrics', { token })).status).toBe(404);
  });

  test.each(['/', '/graphql', '/healthz', '/billing-portal'])('there is no %s', async (path) => {
    expect((await fetch(new URL(path, busy.app.metricsUrl))).status).toBe(404);
  });

  test('another service in the process has its own', async () => {
    const other = await createWatchedApp();

    expect((await other.scrape()).get(sessions, { policy: 'standard', outcome: 'OK' })).toBe(0);
    expect((await busy.app.scrape()).get(sessions, { policy: 'standard', outcome: 'OK' })).toBe(3);
  });
});

describe('faults are seen', () => {
  async function createAppAt(
    stripeUrl: string,
    env: Environment = {},
    stripeDeadlineMs = 2_000,
  ): Promise<{ app: WatchedApp; open: () => Promise<unknown> }> {
    const app = await createWatchedApp({ STRIPE_API_URL: stripeUrl, ...env }, { stripeDeadlineMs });
    await app.link('ada', 'cus_1');
    const token = await app.createToken({ userId: 'ada' });
    const request = { document: createSessionMutation, variables: { returnUrl }, token };
    return { app, open: () => app.execute(request) };
  }

  const endpoint = 'POST /v1/billing_portal/sessions';

  test('of Stripe, by what came of each request', async () => {
    const stripe = await startFaultyStripe();
    const { app, open } = await createAppAt(stripe.url, {}, 200);

    const answers = [
      sendError(402, { message: 'no' }),
      hang,
      sendError(503, { message: 'no' }, { 'stripe-should-retry': 'false' }),
      resetConnection,
    ];
    for (const answer of answers) {
      stripe.answerBy(answer);
      await open();
    }

    const { get } = await app.scrape();
    for (const outcome of ['402', 'timeout', '503'])
      expect([outcome, get(stripeRequests, { endpoint, outcome })]).toEqual([outcome, 1]);
    expect(get(stripeRequests, { endpoint, outcome: 'no_answer' })).toBeGreaterThan(0);
    expect(get(sessions, { policy: '(stripe default)', outcome: 'STRIPE_UNAVAILABLE' })).toBe(3);
  });

  test('of requests that wait for Stripe', async () => {
    const stripe = await startFaultyStripe();
    stripe.answerBy(sendJson(200, session));
    const { app, open } = await createAppAt(stripe.url, { STRIPE_RATE_LIMIT: '1' });

    const waiting = [open(), open()];
    let depth = 0;
    const start = performance.now();
    while (depth === 0 && performance.now() - start < 5_000)
      depth = (await app.scrape()).get('billing_portal_stripe_queue_depth');
    await Promise.all(waiting);

    expect(depth).toBe(1);
  });

  test('of the store', async () => {
    const { app, open } = await createAppAt('http://127.0.0.1:1');
    corruptStore(app.config);

    await open();

    const { get } = await app.scrape();
    expect(get(store, { operation: 'customers.findByUserId', outcome: 'STORE_UNAVAILABLE' })).toBe(1);
  });

  test('of the store, by probes alone: a replica that is not ready gets no other requests', async () => {
    const { app } = await createAppAt('http://127.0.0.1:1');
    corruptStore(app.config);

    await app.fetch('/readyz');

    const probes = { route: '/readyz', status: '503' };
    expect((await app.scrape()).get(requests, { method: 'GET', ...probes })).toBe(1);
    const watched = rules.find(({ alert }) => alert === 'BillingPortalStoreFails')?.expr ?? '';
    const matchers = Object.entries(probes).map(([label, value]) => ({ label, operator: '=', value }));
    expect(readSelectors(`${watched}\n`)).toContainEqual({ metric: requests, matchers });
  });
});

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity?: string };
  readonly annotations: { readonly summary?: string; readonly description?: string };
}

const text = readFileSync(new URL('../../docs/alerts.yml', import.meta.url), 'utf8');
const { groups } = parse(text) as { groups: readonly { readonly rules: readonly Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);

function toMinutes(duration: string): number {
  return parseFloat(duration) * (duration.endsWith('h') ? 60 : 1);
}

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
    expect([...busy.scrape.names]).toContain(metric);
    for (const { label } of matchers) expect(busy.scrape.listLabels(metric)).toContain(label);
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
      for (const { metric } of selectors) expect(busy.scrape.listLabels(metric)).toContain(label);
  }
});

describe.each(rules)('$alert', ({ expr, for: wait = '0m', labels, annotations }) => {
  const selectors = readSelectors(`${expr}\n`);

  test('looks back for longer than it waits, if a single event is enough', () => {
    const windows = [...expr.matchAll(/increase\([^[]*\[(\w+)\]\)\) > 0/g)].map(([, text = '']) => text);
    for (const window of windows) expect(toMinutes(window)).toBeGreaterThan(toMinutes(wait));
  });

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
  const own = [...busy.scrape.text.matchAll(/^# TYPE (billing_portal_\S+)/gm)].map(([, name = '']) => name);

  expect(own.filter((name) => ![...watched].some((metric) => metric.startsWith(name)))).toEqual([]);
});
