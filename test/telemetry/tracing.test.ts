import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { InMemorySpanExporter, ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { seedDemoData } from '../../packages/local-stripe/src/demo-data.ts';
import { corruptStore } from '../helpers/broken-store.ts';
import { type Answer, hang, sendJson, startFaultyStripe } from '../helpers/faulty-stripe.ts';
import { createSessionMutation } from '../helpers/operations.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import { type TestApp, createTestApp, returnUrl } from '../helpers/test-app.ts';
import { person } from './busy-app.ts';
import { drawTree, recordSpans } from './recorded-spans.ts';

let exporter: InMemorySpanExporter;
let app: TestApp;
let token: string;
let customerId: string;

beforeAll(async () => {
  exporter = recordSpans();
  app = await createTestApp();
  ({ customerId } = await seedDemoData(app.sdk));
  await app.link(person.userId, customerId);
  token = await app.createToken(person);
});

beforeEach(() => exporter.reset());

function openSession(service = app, bearer = token) {
  return service.execute({ document: createSessionMutation, variables: { returnUrl }, token: bearer });
}

function visit(headers: Record<string, string> = {}) {
  return app.fetch(`/billing-portal?${new URLSearchParams({ returnUrl }).toString()}`, { token, headers });
}

/** All spans of one request, once the one is there that ends last. */
async function readSpans(): Promise<{ spans: readonly ReadableSpan[]; server: ReadableSpan }> {
  const server = await waitUntil('the span of the request', () =>
    exporter.getFinishedSpans().find(({ kind }) => kind === SpanKind.SERVER),
  );
  return { spans: exporter.getFinishedSpans(), server };
}

const store = { name: 'store customers.findByUserId', children: [] };
const stripe = { name: 'POST /v1/billing_portal/sessions', children: [] };

describe('a request is one trace', () => {
  test('on GraphQL: what was asked for is below the request, and the store and Stripe below that', async () => {
    (await openSession()).expectData();

    const { spans, server } = await readSpans();
    expect(drawTree(spans, server)).toEqual({
      name: 'POST /graphql',
      children: [{ name: 'Mutation.createBillingPortalSession', children: [store, stripe] }],
    });
    expect(new Set(spans.map((span) => span.spanContext().traceId)).size).toBe(1);
    expect(spans.map(({ status }) => status.code)).not.toContain(SpanStatusCode.ERROR);
    expect(spans.find(({ name }) => name === stripe.name)).toMatchObject({
      kind: SpanKind.CLIENT,
      attributes: {
        'http.request.method': 'POST',
        'url.template': '/v1/billing_portal/sessions',
        'http.response.status_code': 200,
      },
    });
  });

  test('on REST', async () => {
    await visit();

    const { spans, server } = await readSpans();
    expect(drawTree(spans, server)).toEqual({ name: 'GET /billing-portal', children: [store, stripe] });
    expect(server.attributes).toMatchObject({
      'http.route': '/billing-portal',
      'http.response.status_code': 303,
    });
  });

  test('when its body comes late', async () => {
    const body = JSON.stringify({ returnUrl });
    const late = request(`${app.url}/api/billing-portal`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    });
    late.flushHeaders();
    await wait(50);
    late.end(body);
    const [response] = (await once(late, 'response')) as [IncomingMessage];
    response.resume();

    const { spans, server } = await readSpans();
    expect(drawTree(spans, server)).toEqual({ name: 'POST /api/billing-portal', children: [store, stripe] });
  });

  test('that goes on from where the caller began it', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    await visit({ traceparent: `00-${traceId}-b7ad6b7169203331-01` });

    const { server } = await readSpans();
    expect(server.spanContext().traceId).toBe(traceId);
    expect(server.parentSpanContext?.spanId).toBe('b7ad6b7169203331');
  });

  test('and Stripe is not told of it', async () => {
    await openSession();

    expect(app.stripe.requests.at(-1)).toBeDefined();
    expect(JSON.stringify(app.stripe.requests)).not.toContain('traceparent');
  });
});

describe('a failure is one of each span that it goes through, by its code,', () => {
  const failed = (type: string) => ({
    status: { code: SpanStatusCode.ERROR },
    attributes: expect.objectContaining({ 'error.type': type }),
  });

  function findSpan(spans: readonly ReadableSpan[], name: string) {
    return spans.find((span) => span.name === name);
  }

  test("when it is the client's", async () => {
    const unlinked = await app.createToken({ userId: 'unlinked' });
    (await openSession(app, unlinked)).expectError('CUSTOMER_NOT_FOUND');

    const { spans, server } = await readSpans();
    expect(findSpan(spans, 'Mutation.createBillingPortalSession')).toMatchObject(
      failed('CUSTOMER_NOT_FOUND'),
    );
    expect([server.status.code, findSpan(spans, store.name)?.status.code]).toEqual([0, 0]);
  });

  test("when it is Stripe's", async () => {
    await app.link('gone', 'cus_gone');
    const gone = await app.createToken({ userId: 'gone' });
    (await openSession(app, gone)).expectError('CUSTOMER_NOT_FOUND');

    expect(findSpan((await readSpans()).spans, stripe.name)).toMatchObject(failed('400'));
  });

  test("when it is the store's", async () => {
    const broken = await createTestApp();
    corruptStore(broken.config);
    const response = await broken.fetch(`/billing-portal?returnUrl=${returnUrl}`, { token });

    const { spans, server } = await readSpans();
    expect(response.status).toBe(503);
    expect(findSpan(spans, store.name)).toMatchObject(failed('STORE_UNAVAILABLE'));
    expect(server).toMatchObject(failed('503'));
  });
});

test('no span holds a person, a URL, a secret or a message', async () => {
  await openSession();
  await openSession(app, await app.createToken({ userId: 'unlinked' }));
  await visit({ 'user-agent': 'planted-agent' });
  await app.fetch(`/nowhere/${person.userId}?token=${token}`);
  await app.fetch('/graphql', {
    method: 'POST',
    token,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: 'query planted_name { billingCustomer { email } }' }),
  });
  await wait(50);

  const seen = exporter
    .getFinishedSpans()
    .map(({ name, attributes, events, status, links }) => ({ name, attributes, events, status, links }));
  const text = JSON.stringify(seen);
  expect(seen.length).toBeGreaterThan(8);
  expect(seen.flatMap(({ events }) => events)).toEqual([]);
  for (const secret of [person.userId, person.email, customerId, token, 'planted', '://', '127.0.0.1'])
    expect(text).not.toContain(secret);
});

test.each<[string, Answer, number]>([
  ['was answered', sendJson(500, {}), 10_000],
  ['hung up', hang, 200],
])(
  'lines of the log say in which trace they were written, when the caller %s',
  async (_title, answer, patienceMs) => {
    const faulty = await startFaultyStripe();
    faulty.answerBy(answer);
    const service = await createTestApp({ STRIPE_API_URL: faulty.url }, { stripeDeadlineMs: 400 });
    await service.link(person.userId, 'cus_1');
    const path = `/billing-portal?returnUrl=${returnUrl}`;
    await service.fetch(path, { token, signal: AbortSignal.timeout(patienceMs) }).catch(() => null);

    const { server } = await readSpans();
    const { traceId: trace_id, spanId: span_id } = server.spanContext();
    const lines = service.logs.map((text) => JSON.parse(text) as Record<string, unknown>);
    expect(lines.find(({ msg }) => msg === 'request')).toMatchObject({ trace_id, span_id });
  },
);

// It comes last, because it unregisters the SDK.
test('lines of the log name no trace when an SDK passes contexts on but records no spans', async () => {
  trace.disable();
  const service = await createTestApp();
  await service.fetch('/healthz');

  const line = service.logs.find((text) => text.includes('"msg":"request"')) ?? '{}';
  expect(JSON.parse(line)).toMatchObject({ route: '/healthz' });
  expect(line).not.toContain('trace_id');
});
