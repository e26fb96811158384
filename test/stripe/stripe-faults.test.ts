import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { BillingErrorCode } from '../../src/shared/errors.ts';
import { adminRole } from '../audit/audit-kit.ts';
import { session } from '../errors/error-case.ts';
import {
  type Answer,
  type FaultyStripe,
  hang,
  resetConnection,
  sendError,
  sendHalf,
  sendJson,
  sendSpaces,
  sendText,
  startFaultyStripe,
  trickle,
} from '../helpers/faulty-stripe.ts';
import { createSessionForMutation } from '../helpers/admin-operations.ts';
import { createSessionMutation } from '../helpers/operations.ts';
import { trackPromise } from '../helpers/promises.ts';
import { createStripeConfiguration } from '../helpers/stripe-objects.ts';
import { type TestApp, createTestApp, returnUrl } from '../helpers/test-app.ts';

/** In place of 8 s; what a request may take beside is allowed for on top. */
const deadlineMs = 1_500;
const beside = 1_000;

function answerUrl(url: string): Answer {
  return sendJson(200, { ...session, url });
}

const modes: readonly (readonly [mode: string, answer: Answer, code: BillingErrorCode])[] = [
  ['400, a refusal', sendError(400, { message: 'no', param: 'locale' }), 'STRIPE_MISCONFIGURED'],
  ['401, the key is refused', sendError(401, { message: 'no' }), 'STRIPE_MISCONFIGURED'],
  ['402, a payment', sendError(402, { message: 'no' }), 'STRIPE_MISCONFIGURED'],
  ['403, a permission is missing', sendError(403, { message: 'no' }), 'STRIPE_MISCONFIGURED'],
  [
    '404, the customer is gone',
    sendError(404, { message: 'no', code: 'resource_missing', param: 'customer' }),
    'CUSTOMER_NOT_FOUND',
  ],
  ['404, anything else', sendError(404, { message: 'no' }), 'STRIPE_MISCONFIGURED'],
  ['409, a conflict', sendError(409, { message: 'no', code: 'lock_timeout' }), 'STRIPE_UNAVAILABLE'],
  ['429, a limit', sendError(429, { message: 'no' }), 'STRIPE_RATE_LIMITED'],
  ['500, a failure', sendError(500, { message: 'no' }), 'STRIPE_UNAVAILABLE'],
  ['503, an outage', sendError(503, { message: 'no' }), 'STRIPE_UNAVAILABLE'],
  ['nothing comes', hang, 'STRIPE_UNAVAILABLE'],
  ['the connection is reset', resetConnection, 'STRIPE_UNAVAILABLE'],
  ['the answer comes a byte at a time', trickle(session, 20), 'STRIPE_UNAVAILABLE'],
  ['garbage', sendText(200, '\u0000\u0001{]'), 'STRIPE_UNAVAILABLE'],
  ['null', sendJson(200, null), 'STRIPE_UNAVAILABLE'],
  ['half a body', sendHalf(session), 'STRIPE_UNAVAILABLE'],
  ['50 MB', sendSpaces(50 * 1024 * 1024), 'STRIPE_UNAVAILABLE'],
  ['200 without a url', sendJson(200, { ...session, url: undefined }), 'STRIPE_UNAVAILABLE'],
  ['200 with a url that is none', sendJson(200, { ...session, url: 'portal' }), 'STRIPE_UNAVAILABLE'],
  ['200 with a url in the clear', answerUrl('http://billing.stripe.com/p/1'), 'STRIPE_UNAVAILABLE'],
  ['200 with a url with a user', answerUrl('https://stripe.com@evil.example/p/1'), 'STRIPE_UNAVAILABLE'],
  ['200 with a url with a zero byte', answerUrl('https://stripe.com/p/1\u0000'), 'STRIPE_UNAVAILABLE'],
  ['200 with a url outside of ASCII', answerUrl('https://stripe.com/p/\u2603'), 'STRIPE_UNAVAILABLE'],
  ['200 for another customer', sendJson(200, { ...session, customer: 'cus_2' }), 'STRIPE_UNAVAILABLE'],
  ['200 of the other mode', sendJson(200, { ...session, livemode: true }), 'STRIPE_UNAVAILABLE'],
  [
    'another content type',
    sendText(200, '<h1>Hello</h1>', { 'content-type': 'text/html' }),
    'STRIPE_UNAVAILABLE',
  ],
];

let stripe: FaultyStripe;
let app: TestApp;
let token: string;

beforeAll(async () => {
  stripe = await startFaultyStripe();
  app = await createApp({ stripeDeadlineMs: deadlineMs });
  token = await app.createToken({ userId: 'ada' });
});

async function createApp(overrides: Parameters<typeof createTestApp>[1], env = {}): Promise<TestApp> {
  const created = await createTestApp({ STRIPE_API_URL: stripe.url, ...env }, overrides);
  await created.link('ada', 'cus_1');
  return created;
}

/** Opens a session, and times it. */
async function openSession(service = app) {
  const start = performance.now();
  const answer = await service.execute({ document: createSessionMutation, variables: { returnUrl }, token });
  return { answer, ms: performance.now() - start };
}

function isOpen({ answer }: Awaited<ReturnType<typeof openSession>>): boolean {
  return answer.text.includes(session.id);
}

/** Stripe makes one session for each key, however often it is asked with it. */
function countSessions(): number {
  return new Set(stripe.requests.map(({ headers }) => headers['idempotency-key'])).size;
}

const single = trackPromise('Stripe', 'each fault: one call makes one session at most');
const passed = trackPromise('Stripe', 'a fault that passes: the session is opened by the next attempt');
const bounded = trackPromise(
  'Stripe',
  'while Stripe is out: each of 20 callers a second has an error by the deadline, and few requests are open',
);
const aside = trackPromise(
  'Stripe',
  'while Stripe is out: what does not ask Stripe is answered in milliseconds',
);
const recovered = trackPromise('Stripe', 'after an outage of Stripe: the first call opens a session');
const paced = trackPromise('Stripe', 'over the rate: refused with retryAfter, and Stripe is not asked');

describe('each fault of Stripe is its documented code, in time, and one session at most:', () => {
  test.each(modes)('%s', async (mode, answer, code) => {
    const coded = trackPromise('Stripe', `${mode}: ${code} by the deadline`);
    stripe.answerBy(answer);

    await coded.try(async () => {
      const opening = await openSession();
      coded.measure(opening.ms);
      opening.answer.expectError(code);
      expect(opening.ms).toBeLessThan(deadlineMs + beside);
    });
    await single.try(() => expect(countSessions()).toBe(1));
  });

  const passing = modes.filter(
    ([mode, , code]) =>
      code !== 'STRIPE_MISCONFIGURED' && /^(409|429|500|503|the connection|half)/.test(mode),
  );

  test('200 with another configuration than the one that was named', async () => {
    const admin = await app.createToken({ userId: 'grace', roles: [adminRole] });
    const named = createStripeConfiguration({ id: 'bpc_2' });
    stripe.answerBy(sendJson(200, named), sendJson(200, session));

    const answer = await app.execute({
      document: createSessionForMutation,
      variables: { userId: 'ada', returnUrl, configurationId: 'bpc_2' },
      token: admin,
    });

    answer.expectError('STRIPE_UNAVAILABLE');
  });

  test.each(passing)('%s, once, and the session is opened', async (_mode, answer) => {
    stripe.answerBy(answer, sendJson(200, session));

    const opening = await openSession();

    await passed.try(() =>
      expect(opening.answer.expectData()).toMatchObject({ createBillingPortalSession: { id: session.id } }),
    );
    await single.try(() => expect(countSessions()).toBe(1));
  });
});

/** Counts how many requests an answer leaves open at the same time. */
function countOpen(answer: Answer): { readonly answer: Answer; readonly getMost: () => number } {
  let open = 0;
  let most = 0;
  return {
    getMost: () => most,
    answer: (response, request) => {
      most = Math.max(most, (open += 1));
      response.on('close', () => (open -= 1));
      answer(response, request);
    },
  };
}

describe('while Stripe is out', () => {
  const outageMs = 3_000;
  const leastCalls = 30;
  const rate = 10;

  test.each<[string, Answer]>([
    ['fails', sendError(500, { message: 'no' })],
    ['hangs', hang],
    ['hangs up', resetConnection],
  ])('and %s, requests do not pile up, and the first call after it succeeds', async (_title, answer) => {
    const service = await createApp({ stripeDeadlineMs: deadlineMs }, { STRIPE_RATE_LIMIT: String(rate) });
    const outage = countOpen(answer);
    stripe.answerBy(outage.answer);
    const openings: ReturnType<typeof openSession>[] = [];
    const start = performance.now();

    const waits: number[] = [];
    while (performance.now() - start < outageMs || openings.length < leastCalls) {
      openings.push(openSession(service));
      await wait(50);
      await aside.try(async () => {
        const asked = performance.now();
        expect((await service.fetch('/readyz')).status).toBe(200);
        waits.push(performance.now() - asked);
        aside.measure(performance.now() - asked);
      });
    }
    // The longest depends on what else the machine does.
    expect(waits.sort((one, other) => one - other)[Math.floor(waits.length / 2)]).toBeLessThan(100);

    for (const { answer: refusal, ms } of await Promise.all(openings)) {
      await bounded.try(() => {
        expect(refusal.text).toMatch(/"code":"STRIPE_(UNAVAILABLE|RATE_LIMITED)"/);
        bounded.measure(ms);
        // A call that waits for its turn has the same deadline.
        expect(ms).toBeLessThan(deadlineMs + beside);
      });
    }
    // What the pace lets through until the deadline, and what may come early.
    expect(outage.getMost()).toBeLessThanOrEqual((rate * deadlineMs) / 1000 + rate / 10 + 2);
    await recovered.try(async () => {
      // The pace lets a call through at once when the calls before it have had their turns.
      await wait(1_000);
      stripe.answerBy(sendJson(200, session));
      const { answer: opened } = await openSession(service);
      expect(opened.expectData()).toMatchObject({ createBillingPortalSession: { id: session.id } });
    });
  });
});

test('who would wait long for Stripe is told to come again, and Stripe is not asked', async () => {
  const service = await createApp({}, { STRIPE_RATE_LIMIT: '5' });
  stripe.answerBy(sendJson(200, session));

  const openings = await Promise.all(Array.from({ length: 40 }, () => openSession(service)));

  const refused = openings.filter((opening) => !isOpen(opening));
  expect(refused.length).toBeGreaterThan(0);
  for (const { answer } of refused) {
    await paced.try(() =>
      expect(answer.expectError('STRIPE_RATE_LIMITED').extensions.retryAfter).toBeGreaterThan(0),
    );
  }
  expect(stripe.requests).toHaveLength(40 - refused.length);
});
