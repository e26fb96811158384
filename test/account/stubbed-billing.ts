import type Stripe from 'stripe';
import { seedDemoData } from '../../packages/local-stripe/src/demo-data.ts';
import type { WholeCustomerQuery } from '../generated/graphql.ts';
import { wholeCustomerQuery } from '../helpers/account-operations.ts';
import { type Answer, sendJson, startFaultyStripe } from '../helpers/faulty-stripe.ts';
import type { GraphqlAnswer } from '../helpers/graphql-answer.ts';
import { createTestApp } from '../helpers/test-app.ts';

type Customer = NonNullable<WholeCustomerQuery['billingCustomer']>;

/** A service whose Stripe has whatever a test says, and what `billingCustomer` then shows. */
export interface StubbedBilling {
  readonly customer: Stripe.Customer;
  readonly subscription: Stripe.Subscription;
  /** Lets Stripe answer each of the two things that are asked. */
  readonly answerBy: (toCustomer: Answer, toSubscriptions: Answer) => void;
  /**
   * Answers with a customer and a subscription that differ from the usual ones, and a catalogue of these prices.
   * @param others answers to other paths, by their part after the version
   */
  readonly answerWith: (
    customerChanges: object,
    subscriptionChanges?: object,
    prices?: readonly object[],
    others?: Readonly<Record<string, Answer>>,
  ) => void;
  readonly ask: () => Promise<GraphqlAnswer<WholeCustomerQuery>>;
  readonly readCustomer: () => Promise<Customer | null>;
  readonly readSubscription: () => Promise<Customer['subscriptions'][number] | undefined>;
}

export const toList = (data: readonly object[]): Answer =>
  sendJson(200, { object: 'list', data, has_more: false });

export async function createStubbedBilling(): Promise<StubbedBilling> {
  const stripe = await startFaultyStripe();
  const app = await createTestApp({ STRIPE_API_URL: stripe.url });
  const { customerId, subscriptionId } = await seedDemoData(app.sdk);
  await app.link('ada', customerId);
  const customer = (await app.sdk.customers.retrieve(customerId, {
    expand: ['invoice_settings.default_payment_method'],
  })) as Stripe.Customer;
  const subscription = await app.sdk.subscriptions.retrieve(subscriptionId, {
    expand: ['default_payment_method', 'latest_invoice'],
  });
  const products = ['prod_1', subscription.items.data[0]?.price.product];
  const toProducts = toList(products.map((id) => ({ id, object: 'product', name: 'Pro' })));
  const answerBy = (
    toCustomer: Answer,
    toSubscriptions: Answer,
    others: Readonly<Record<string, Answer>> = {},
  ): void => {
    stripe.answerBy((response, request) => {
      const [, , path = ''] = request.path.split(/[/?]/);
      const answers: Partial<Record<string, Answer>> = {
        subscriptions: toSubscriptions,
        products: toProducts,
        prices: toList([]),
        ...others,
      };
      (answers[path] ?? toCustomer)(response, request);
    });
  };
  const ask = async () =>
    app.execute({ document: wholeCustomerQuery, token: await app.createToken({ userId: 'ada' }) });
  const readCustomer = async () => (await ask()).expectData().billingCustomer;
  return {
    customer,
    subscription,
    answerBy,
    answerWith: (customerChanges, subscriptionChanges = {}, prices = [], others = {}) =>
      answerBy(
        sendJson(200, { ...customer, ...customerChanges }),
        toList([{ ...subscription, ...subscriptionChanges }]),
        { prices: toList(prices), ...others },
      ),
    ask,
    readCustomer,
    readSubscription: async () => (await readCustomer())?.subscriptions[0],
  };
}

export function toIso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
