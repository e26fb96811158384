import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Stripe } from 'stripe';
import { type LocalStripeClient, refusalOf, startLocalStripe } from './local-stripe-client.ts';
import { createConfiguration, createCustomer, createPrice, createSubscriber, idOf } from './fixtures.ts';
import { hasControl, openPortal } from './portal-browser.ts';

type FlowData = Stripe.BillingPortal.SessionCreateParams.FlowData;

const tasks = ['cancel', 'update', 'update_confirm', 'pause'] as const;
type Task = (typeof tasks)[number];

let client: LocalStripeClient;
let stripe: Stripe;
let configuration: string;
let bigger: Stripe.Price;
beforeAll(async () => {
  client = await startLocalStripe();
  stripe = client.stripe;
  bigger = await createPrice(stripe, 9000);
  configuration = (await createConfiguration(stripe, [bigger])).id;
});

async function createState(state: string): Promise<Stripe.Subscription> {
  const { body } = await client.control('POST', 'subscription_states', { state });
  return body as Stripe.Subscription;
}

function flowOf(task: Task, { id: subscription, items }: Stripe.Subscription): FlowData {
  if (task === 'update_confirm') {
    const confirmed = [{ id: items.data[0]?.id ?? '', price: bigger.id }];
    return {
      type: 'subscription_update_confirm',
      subscription_update_confirm: { subscription, items: confirmed },
    };
  }
  return { type: `subscription_${task}`, [`subscription_${task}`]: { subscription } };
}

/** The tasks that Stripe refuses a deep link to. */
async function refusedTasks(subscription: Stripe.Subscription): Promise<Task[]> {
  const refused: Task[] = [];
  for (const task of tasks) {
    const create = stripe.billingPortal.sessions.create({
      customer: idOf(subscription.customer),
      configuration,
      flow_data: flowOf(task, subscription),
    });
    const outcome = await create.then(
      () => null,
      (error: unknown) => error,
    );
    if (outcome === null) continue;
    expect(outcome).toMatchObject({
      statusCode: 400,
      type: 'StripeInvalidRequestError',
      param: `flow_data[subscription_${task}][subscription]`,
    });
    refused.push(task);
  }
  return refused;
}

const changes: Task[] = ['update', 'update_confirm'];

describe('the portal refuses for a subscription', () => {
  test.each<readonly [string, readonly Task[], string]>([
    ['plain', [], ''],
    ['discounted', [], ''],
    ['several_currencies', [], ''],
    ['packages', [], ''],
    ['graduated_tiers', [], ''],
    ['volume_tiers', [], ''],
    ['sub_cent', [], ''],
    ['canceling', tasks, ''],
    ['scheduled_change', tasks, 'A change of your plan is scheduled'],
    ['scheduled_end', tasks, 'Your plan will be canceled'],
    ['sent_invoices', [...changes, 'pause'], 'its invoices are sent'],
    ['several_products', changes, 'it has several products'],
    ['usage_based', changes, 'its price is based on usage'],
    ['unsupported_payment_method', changes, 'its payment method'],
    ['paused', [...changes, 'pause'], 'Paused until you resume it'],
    ['trial_paused', [...changes, 'pause'], 'Paused until you resume it'],
    ['collection_paused', ['pause'], 'Payment collection is paused'],
  ])('that is %s: %j', async (state, refused, explanation) => {
    const subscription = await createState(state);
    expect(await refusedTasks(subscription)).toEqual(refused);
    const page = await openPortal(stripe, { customer: idOf(subscription.customer), configuration });
    const offered = ['Cancel plan', 'Update plan', 'Pause'].filter((label) => hasControl(page, label));
    const possible = [
      ...(refused.includes('cancel') ? [] : ['Cancel plan']),
      ...(refused.includes('update') ? [] : ['Update plan']),
      ...(refused.includes('pause') ? [] : ['Pause']),
    ];
    expect(offered).toEqual(possible);
    expect(page.text).toContain(explanation);
  });

  test.each(['past_due', 'incomplete', 'unpaid'] as const)('a pause when it is %s', async (status) => {
    const { subscription } = await createSubscriber(stripe);
    await client.control('POST', `subscriptions/${subscription.id}`, { status });
    const refused = await refusedTasks(subscription);
    expect(refused).toEqual(status === 'past_due' ? ['pause'] : [...changes, 'pause']);
  });
});

test('the last phase of a schedule is like no schedule, except for pauses', async () => {
  const { subscription } = await createSubscriber(stripe);
  await stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
  expect(await refusedTasks(subscription)).toEqual(['pause']);
});

test('a deep link cannot offer a coupon or a code that cannot be redeemed', async () => {
  const { customer, subscription } = await createSubscriber(stripe);
  const create = (flowData: FlowData) =>
    refusalOf(
      stripe.billingPortal.sessions.create({ customer: customer.id, configuration, flow_data: flowData }),
    );
  const offer = { type: 'coupon_offer', coupon_offer: { coupon: 'none' } } as const;
  const cancel = { subscription: subscription.id, retention: offer };
  expect(await create({ type: 'subscription_cancel', subscription_cancel: cancel })).toMatchObject({
    code: 'resource_missing',
    param: 'flow_data[subscription_cancel][retention][coupon_offer][coupon]',
  });
  const confirm = { ...flowOf('update_confirm', subscription).subscription_update_confirm };
  const flow = {
    ...confirm,
    discounts: [{ promotion_code: 'promo_none' }],
  } as NonNullable<FlowData['subscription_update_confirm']>;
  expect(
    await create({ type: 'subscription_update_confirm', subscription_update_confirm: flow }),
  ).toMatchObject({
    code: 'resource_missing',
    param: 'flow_data[subscription_update_confirm][discounts][0][promotion_code]',
  });
});

test('a control creates a state for a customer that exists', async () => {
  const customer = await createCustomer(stripe);
  const { body } = await client.control('POST', 'subscription_states', {
    state: 'discounted',
    customer: customer.id,
  });
  expect(body).toMatchObject({ customer: customer.id, discounts: [expect.any(String)] });
});
