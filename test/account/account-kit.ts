import type Stripe from 'stripe';
import { type DemoData, seedDemoData } from '../../packages/local-stripe/src/demo-data.ts';
import type { RecordedRequest } from '../../packages/local-stripe/src/recorded-request.ts';
import type { Environment } from '../../src/config/environment.ts';
import { startStripeGate } from '../helpers/stripe-gate.ts';
import { type TestApp, createTestApp } from '../helpers/test-app.ts';

export type InvoiceState = 'draft' | 'open' | 'paid' | 'uncollectible' | 'void';

/** A service on a local Stripe with the demo's products. */
export interface AccountApp extends TestApp {
  readonly demo: DemoData;
  /** Creates a user with a customer that pays by card. */
  createUser(params?: Stripe.CustomerCreateParams): Promise<AccountUser>;
  subscribe(
    customer: string,
    params?: Partial<Stripe.SubscriptionCreateParams>,
  ): Promise<Stripe.Subscription>;
  /** Changes a subscription as no call of Stripe's API can. */
  setSubscription(id: string, params: Readonly<Record<string, unknown>>): Promise<void>;
  invoice(subscription: string, status: InvoiceState): Promise<string>;
  /** Lets days pass at Stripe. */
  pass(days: number): Promise<void>;
  /** The requests to paths with this text since the last call of `forgetRequests`. */
  listRequests(path?: string): readonly RecordedRequest[];
  forgetRequests(): void;
  /** A service that the user is linked in too, and that gets Stripe's answers at these paths altered. */
  startAltered(user: AccountUser, paths: RegExp, alter: Alter): Promise<TestApp>;
}

/** Without a status, the answer keeps its own. */
export type Alter = (answer: string, path: string) => { readonly status?: number; readonly body: string };

export interface AccountUser {
  readonly userId: string;
  readonly customer: string;
  readonly token: string;
}

export async function createAccountApp(env: Environment = {}): Promise<AccountApp> {
  const app = await createTestApp(env);
  const demo = await seedDemoData(app.sdk);
  const control = async (path: string, params: object): Promise<unknown> =>
    app.sdk.rawRequest('POST', `/_control/${path}`, params);
  let users = 0;
  let seen = 0;
  return {
    ...app,
    demo,
    createUser: async (params = {}) => {
      users += 1;
      const userId = `user-${users}`;
      const { id: customer } = await app.sdk.customers.create({
        payment_method: 'pm_card_visa',
        invoice_settings: { default_payment_method: 'pm_card_visa' },
        ...params,
      });
      await app.link(userId, customer);
      return { userId, customer, token: await app.createToken({ userId }) };
    },
    subscribe: (customer, params = {}) =>
      app.sdk.subscriptions.create({ customer, items: [{ price: demo.prices[0]?.month ?? '' }], ...params }),
    setSubscription: async (id, params) => {
      await control(`subscriptions/${id}`, params);
    },
    invoice: async (subscription, status) => {
      const created = await control('invoices', { subscription, status });
      return (created as { readonly id: string }).id;
    },
    pass: async (days) => {
      await control('clock', { advance_days: days });
    },
    listRequests: (path = '') =>
      app.stripe.requests.slice(seen).filter((request) => request.path.includes(path)),
    forgetRequests: () => {
      seen = app.stripe.requests.length;
    },
    startAltered: async ({ userId, customer }, paths, alter) => {
      const gate = await startStripeGate(app.stripe.url);
      const service = await createTestApp({ STRIPE_API_URL: gate.url });
      await service.link(userId, customer);
      const headers = { 'content-type': 'application/json' };
      gate.watch(({ path, status, answer }) =>
        paths.test(path) ? { status, headers, ...alter(answer, path) } : 'pass',
      );
      return service;
    },
  };
}
