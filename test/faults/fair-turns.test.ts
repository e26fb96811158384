import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { createSessionMutation } from '../helpers/operations.ts';
import { type TestApp, createTestApp, returnUrl } from '../helpers/test-app.ts';
import { writePolicyFile } from '../portal/policy-portal.ts';

test('six users with many aliases in flight leave another user all sessions, with the right policy', async () => {
  const app = await createSmallApp();
  const ordinary = await createUser(app, 'ordinary');
  const greedy = await Promise.all(
    Array.from({ length: 6 }, (_each, index) => createUser(app, `greedy-${index}`)),
  );
  const right = await openSession(app, ordinary);
  let isOver = false;
  const floods = greedy.flatMap((token) =>
    Array.from({ length: 8 }, async () => {
      while (!isOver) {
        await askMuch(app, token);
        await wait(100);
      }
    }),
  );

  const outcomes: string[] = [];
  try {
    for (let session = 0; session < 16; session += 1) outcomes.push(await openSession(app, ordinary));
  } finally {
    isOver = true;
  }
  await Promise.all(floods);

  expect(outcomes).toEqual(Array<string>(16).fill(right));
  expect(right).toMatch(/^bpc_/);
}, 60_000);

/** A service that may ask Stripe 20 times a second, with a policy for subscribers and a strictest one. */
function createSmallApp(): Promise<TestApp> {
  return createTestApp({
    STRIPE_RATE_LIMIT: '20',
    RATE_LIMIT: '100000/1m',
    PORTAL_POLICIES: writePolicyFile({
      policies: {
        strict: { features: { invoice_history: { enabled: true } } },
        rich: { features: { invoice_history: { enabled: true }, payment_method_update: { enabled: true } } },
      },
      rules: [{ when: { subscription_status: 'active' }, use: 'rich' }],
      default: 'strict',
      strictest: 'strict',
    }),
  });
}

/** A user with a subscription. Returns a token. */
async function createUser(app: TestApp, userId: string): Promise<string> {
  const customer = await app.sdk.customers.create({
    payment_method: 'pm_card_visa',
    invoice_settings: { default_payment_method: 'pm_card_visa' },
  });
  const product = await app.sdk.products.create({ name: 'Plan' });
  const price = await app.sdk.prices.create({
    product: product.id,
    currency: 'eur',
    unit_amount: 900,
    recurring: { interval: 'month' },
  });
  await app.sdk.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  await app.link(userId, customer.id);
  return app.createToken({ userId });
}

/** The session's configuration, or the code of the refusal. */
async function openSession(app: TestApp, token: string): Promise<string> {
  const { text } = await app.execute({ document: createSessionMutation, variables: { returnUrl }, token });
  const [, found = text] = /"(?:configurationId|code)":"(\w+)"/.exec(text) ?? [];
  return found;
}

/** Asks for ten reads by aliases, and for a session. */
async function askMuch(app: TestApp, token: string): Promise<void> {
  const aliases = Array.from(
    { length: 10 },
    (_each, index) => `a${index}: billingCustomer(fresh: true) { id }`,
  );
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ query: `{ ${aliases.join(' ')} }` });
  const reads = await app.fetch('/graphql', { method: 'POST', headers, token, body });
  await reads.text();
  await openSession(app, token);
}
