import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Environment } from '../../src/config/environment.ts';
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
});
