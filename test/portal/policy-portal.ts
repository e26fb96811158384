import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type Stripe from 'stripe';
import type { AppOverrides } from '../../src/app.ts';
import type { RecordedRequest } from '../../packages/local-stripe/src/recorded-request.ts';
import { type DemoData, seedDemoData } from '../../packages/local-stripe/src/demo-data.ts';
import type { OpenPortalMutation, OpenPortalMutationVariables } from '../generated/graphql.ts';
import type { GraphqlAnswer } from '../helpers/graphql-answer.ts';
import { openPortalMutation } from '../helpers/operations.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { type TestApp, createTestApp, returnUrl } from '../helpers/test-app.ts';
import {
  type LocalStripeClient,
  startLocalStripe,
} from '../../packages/local-stripe/test/local-stripe-client.ts';

export interface User {
  readonly userId: string;
  readonly customerId: string;
  /** One for each subscription: to the second product, monthly. */
  readonly subscriptions: readonly Stripe.Subscription[];
  readonly token: string;
  /** Asks for a session. */
  open(request?: Omit<OpenPortalMutationVariables, 'returnUrl'>): Promise<GraphqlAnswer<OpenPortalMutation>>;
}

/** A service with policies, on a local Stripe with the demo's products. */
export interface PolicyPortal extends LocalStripeClient {
  readonly app: TestApp;
  readonly demo: DemoData;
  createUser(userId: string, options?: { roles?: string[]; subscriptions?: number }): Promise<User>;
  /** The session requests that Stripe got so far. */
  listSessionRequests(): RecordedRequest[];
  listConfigurations(): Promise<Stripe.BillingPortal.Configuration[]>;
}

/**
 * @param createPolicies the policy file; null for a service without one
 * @param findWay the URL at which the service reaches the local Stripe
 */
export async function createPolicyPortal(
  createPolicies: ((demo: DemoData) => object) | null,
  overrides: AppOverrides = {},
  findWay: (stripeUrl: string) => Promise<string> = (url) => Promise.resolve(url),
): Promise<PolicyPortal> {
  const client = await startLocalStripe();
  const demo = await seedDemoData(client.stripe);
  const policies = createPolicies && { PORTAL_POLICIES: writePolicyFile(createPolicies(demo)) };
  const app = await createTestApp(
    { STRIPE_API_URL: await findWay(client.localStripe.url), ...policies },
    overrides,
  );
  return {
    ...client,
    app,
    demo,
    createUser: (userId, options = {}) => createUser({ client, app, demo }, userId, options),
    listSessionRequests: () =>
      client.localStripe.requests.filter(({ path }) => path === '/v1/billing_portal/sessions'),
    listConfigurations: async () =>
      (await client.stripe.billingPortal.configurations.list({ limit: 100 })).data,
  };
}

export function writePolicyFile(content: object): string {
  const path = join(createTemporaryFolder(), 'policies.json');
  writeFileSync(path, JSON.stringify(content));
  return path;
}

async function createUser(
  { client: { stripe }, app, demo }: { client: LocalStripeClient; app: TestApp; demo: DemoData },
  userId: string,
  { roles = [], subscriptions: count = 1 }: { roles?: string[]; subscriptions?: number },
): Promise<User> {
  const customer = await stripe.customers.create({
    name: userId,
    payment_method: 'pm_card_visa',
    invoice_settings: { default_payment_method: 'pm_card_visa' },
  });
  const subscriptions: Stripe.Subscription[] = [];
  while (subscriptions.length < count) {
    const items = [{ price: demo.prices[1]?.month ?? '' }];
    subscriptions.push(await stripe.subscriptions.create({ customer: customer.id, items }));
  }
  await app.link(userId, customer.id);
  const token = await app.createToken({ userId, roles });
  return {
    userId,
    customerId: customer.id,
    subscriptions,
    token,
    open: (request = {}) =>
      app.execute({ document: openPortalMutation, variables: { returnUrl, ...request }, token }),
  };
}
