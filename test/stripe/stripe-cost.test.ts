import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { seedDemoData } from 'billing-portal-local-stripe/demo-data';
import { sendError, startFaultyStripe } from '../helpers/faulty-stripe.ts';
import { createSessionMutation } from '../helpers/operations.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { createTestApp, returnUrl } from '../helpers/test-app.ts';

function repeat(selection: string): string {
  const aliases = Array.from({ length: 10 }, (_each, index) => `a${index}: ${selection}`);
  return JSON.stringify({ query: `{ ${aliases.join(' ')} }` });
}

test.each([
  ['billingCustomer(fresh: true) { id }', 3],
  ['billingPortalConfiguration { id }', 1],
])('ten aliases of %s cost as many Stripe requests as one: %i', async (selection, cost) => {
  const app = await createTestApp();
  const { customerId } = await seedDemoData(app.sdk);
  await app.link('ada', customerId);
  const token = await app.createToken({ userId: 'ada' });
  const before = app.stripe.requests.length;

  const headers = { 'content-type': 'application/json' };
  const response = await app.fetch('/graphql', { method: 'POST', headers, token, body: repeat(selection) });

  const { data } = (await response.json()) as { data: object };
  expect(Object.keys(data)).toHaveLength(10);
  expect(app.stripe.requests).toHaveLength(before + cost);
});

test('a policy that Stripe is too busy to decide is retried later, and never the strictest one', async () => {
  const file = join(createTemporaryFolder(), 'policies.json');
  const policies = {
    plain: { features: { invoice_history: { enabled: true } } },
    rich: { features: { invoice_history: { enabled: true }, payment_method_update: { enabled: true } } },
  };
  const rules = [{ when: { subscription_status: 'active' }, use: 'rich' }];
  writeFileSync(file, JSON.stringify({ policies, rules, default: 'plain', strictest: 'plain' }));
  const stripe = await startFaultyStripe();
  stripe.answerBy(sendError(429, { message: 'slow down' }, { 'stripe-should-retry': 'false' }));
  const app = await createTestApp({ STRIPE_API_URL: stripe.url, PORTAL_POLICIES: file });
  await app.link('ada', 'cus_1');
  const token = await app.createToken({ userId: 'ada' });

  const answer = await app.execute({ document: createSessionMutation, variables: { returnUrl }, token });

  expect(answer.expectError('STRIPE_RATE_LIMITED').extensions.retryAfter).toBeGreaterThan(0);
  expect(stripe.requests.map(({ path }) => path.replace(/\?.*/, ''))).toEqual(['/v1/subscriptions']);
});
