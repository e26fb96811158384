import { beforeAll, expect, test } from '@jest/globals';
import type { Stripe } from 'stripe';
import { refusalOf, startLocalStripe } from './local-stripe-client.ts';
import {
  type Subscriber,
  createConfiguration,
  createCustomer,
  createPrice,
  createSubscriber,
} from './fixtures.ts';

type FlowData = Stripe.BillingPortal.SessionCreateParams.FlowData;

let stripe: Stripe;
let sessions: Stripe['billingPortal']['sessions'];
beforeAll(async () => {
  ({ stripe } = await startLocalStripe());
  sessions = stripe.billingPortal.sessions;
});

let subscriber: Subscriber;
let other: Stripe.Price;
let configuration: string;
beforeAll(async () => {
  subscriber = await createSubscriber(stripe);
  other = await createPrice(stripe, 2000);
  configuration = (await createConfiguration(stripe, [subscriber.price, other])).id;
});
const subscription = () => subscriber.subscription.id;
const item = () => subscriber.subscription.items.data[0]?.id ?? '';
const flows: readonly (readonly [string, () => FlowData, object])[] = [
  ['payment_method_update', () => ({ type: 'payment_method_update' }), {}],
  ['customer_update', () => ({ type: 'customer_update' }), { customer_update: {} }],
  [
    'subscription_cancel',
    () => ({ type: 'subscription_cancel', subscription_cancel: { subscription: subscription() } }),
    { subscription_cancel: { retention: null, subscription: expect.any(String) } },
  ],
  [
    'subscription_pause',
    () => ({ type: 'subscription_pause', subscription_pause: { subscription: subscription() } }),
    { subscription_pause: { subscription: expect.any(String) } },
  ],
  [
    'subscription_update',
    () => ({ type: 'subscription_update', subscription_update: { subscription: subscription() } }),
    { subscription_update: { subscription: expect.any(String) } },
  ],
  [
    'subscription_update_confirm',
    () => ({
      type: 'subscription_update_confirm',
      subscription_update_confirm: {
        subscription: subscription(),
        items: [{ id: item(), price: other.id, quantity: 2 }],
      },
    }),
    {
      subscription_update_confirm: {
        discounts: null,
        items: [{ id: expect.any(String), price: expect.any(String), quantity: 2 }],
        subscription: expect.any(String),
      },
    },
  ],
];

test.each(flows)(
  '%s is answered with all members, those of other flows null',
  async (type, flowData, expected) => {
    const session = await sessions.create({
      customer: subscriber.customer.id,
      configuration,
      flow_data: flowData(),
    });
    expect(session.flow).toEqual({
      after_completion: { hosted_confirmation: null, redirect: null, type: 'portal_homepage' },
      customer_update: null,
      subscription_cancel: null,
      subscription_pause: null,
      subscription_update: null,
      subscription_update_confirm: null,
      type,
      ...expected,
    });
  },
);

test.each(flows)('%s is refused when the configuration does not allow it', async (_type, flowData) => {
  const { id } = await stripe.billingPortal.configurations.create({
    features: { invoice_history: { enabled: true } },
  });
  const refusal = await refusalOf(
    sessions.create({ customer: subscriber.customer.id, configuration: id, flow_data: flowData() }),
  );
  expect(refusal.statusCode).toBe(400);
  expect(refusal.message).toMatch(/because the .* feature in the portal configuration is disabled\.$/);
});

test.each([
  [{ type: 'redirect', redirect: { return_url: 'https://app.example.com/done' } }],
  [{ type: 'hosted_confirmation', hosted_confirmation: { custom_message: 'Bye' } }],
] as const)('after_completion of type $type is kept', async (completion) => {
  const flowData: FlowData = { type: 'payment_method_update', after_completion: { ...completion } };
  const session = await sessions.create({
    customer: subscriber.customer.id,
    configuration,
    flow_data: flowData,
  });
  expect(session.flow?.after_completion).toMatchObject(completion);
});

test('another customer’s subscription is not found', async () => {
  const stranger = await createCustomer(stripe);
  const flowData: FlowData = {
    type: 'subscription_cancel',
    subscription_cancel: { subscription: subscription() },
  };
  const refusal = await refusalOf(
    sessions.create({ customer: stranger.id, configuration, flow_data: flowData }),
  );
  expect(refusal).toMatchObject({
    code: 'resource_missing',
    param: 'flow_data[subscription_cancel][subscription]',
  });
});

test('a subscription that is scheduled to cancel cannot be canceled again', async () => {
  const { customer, subscription: leaving } = await createSubscriber(stripe);
  await stripe.subscriptions.update(leaving.id, { cancel_at_period_end: true });
  const flowData: FlowData = {
    type: 'subscription_cancel',
    subscription_cancel: { subscription: leaving.id },
  };
  const refusal = await refusalOf(
    sessions.create({ customer: customer.id, configuration, flow_data: flowData }),
  );
  expect(refusal.message).toContain('already set to be canceled');
});

test('a price that the configuration does not offer cannot be confirmed', async () => {
  const foreign = await createPrice(stripe, 3000);
  const flowData: FlowData = {
    type: 'subscription_update_confirm',
    subscription_update_confirm: {
      subscription: subscription(),
      items: [{ id: item(), price: foreign.id }],
    },
  };
  const refusal = await refusalOf(
    sessions.create({ customer: subscriber.customer.id, configuration, flow_data: flowData }),
  );
  expect(refusal.param).toBe('flow_data[subscription_update_confirm][items][0][price]');
});
