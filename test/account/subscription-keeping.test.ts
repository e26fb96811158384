import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type Stripe from 'stripe';
import { customerFactsSchema } from '../../src/account/customer-facts.ts';
import { findKeepable } from '../../src/account/subscription-keeping.service.ts';
import { openPage, submitForm } from '../../packages/local-stripe/test/portal-browser.ts';
import { seedDemoData } from '../../packages/local-stripe/src/demo-data.ts';
import { toBillingCustomer } from '../../src/account/billing-customer.mapper.ts';
import { adminRole } from '../audit/audit-kit.ts';
import type { KeepSubscriptionMutation } from '../generated/graphql.ts';
import { auditTrailQuery } from '../helpers/admin-operations.ts';
import type { GraphqlAnswer } from '../helpers/graphql-answer.ts';
import { billingTasksQuery, keepSubscriptionMutation } from '../helpers/task-operations.ts';
import { createTestApp, type TestApp } from '../helpers/test-app.ts';
import { createFlowPolicies, getPrice } from '../portal/flow-policies.ts';
import {
  createPolicyPortal,
  type PolicyPortal,
  type User,
  writePolicyFile,
} from '../portal/policy-portal.ts';

const webhooks = { STRIPE_WEBHOOK_SECRETS: 'whsec_of_the_tests' };

let portal: PolicyPortal;
let user: User;
let id: string;
let count = 0;

beforeAll(async () => {
  portal = await createPolicyPortal((demo) => {
    const file = createFlowPolicies(demo) as {
      policies: { open: { features: { subscription_update: object } } };
    };
    Object.assign(file.policies.open.features.subscription_update, {
      schedule_at_period_end: { conditions: [{ type: 'decreasing_item_amount' }] },
    });
    return file;
  });
});

beforeEach(async () => {
  count += 1;
  user = await portal.createUser(`keeper-${count}`);
  id = user.subscriptions[0]?.id ?? '';
});

function keep(by = user, subscriptionId = id): Promise<GraphqlAnswer<KeepSubscriptionMutation>> {
  const variables = { subscriptionId };
  return portal.app.execute({ document: keepSubscriptionMutation, variables, token: by.token });
}

const update = (params: Stripe.SubscriptionUpdateParams) => portal.stripe.subscriptions.update(id, params);
const readSubscription = () => portal.stripe.subscriptions.retrieve(id);

/** What the service itself wrote to Stripe. */
function listWrites(): string[] {
  return portal.localStripe.requests
    .filter(({ method, path }) => method === 'POST' && path.includes('subscription'))
    .map(({ path }) => path);
}

async function isKeepable(): Promise<boolean | null | undefined> {
  return (await readTasks(portal.app, user.token))?.subscriptions[0]?.keepable;
}

/** A schedule whose next phase has another price, as the portal makes it; `change` makes it another's. */
async function scheduleNextPhase(
  price: string,
  change: Partial<Stripe.SubscriptionScheduleUpdateParams.Phase> = {},
  whole: Stripe.SubscriptionScheduleUpdateParams = {},
): Promise<Stripe.SubscriptionSchedule> {
  const schedule = await portal.stripe.subscriptionSchedules.create({ from_subscription: id });
  const [now] = schedule.phases;
  const phases: Stripe.SubscriptionScheduleUpdateParams.Phase[] = [
    {
      start_date: now?.start_date ?? 0,
      end_date: now?.end_date ?? 0,
      items: [{ price: getPrice(portal.demo, 1), quantity: 1 }],
    },
    { items: [{ price, quantity: 1 }], duration: { interval: 'month', interval_count: 1 }, ...change },
  ];
  return portal.stripe.subscriptionSchedules.update(schedule.id, { phases, ...whole });
}

describe('keepBillingSubscription', () => {
  test('reverts a cancellation that the customer made in the portal', async () => {
    const { url } = (await user.open({ flow: { type: 'SUBSCRIPTION_CANCEL' } })).expectData()
      .createBillingPortalSession;
    await submitForm(await openPage(url), 'Cancel plan');
    expect([(await readSubscription()).cancel_at !== null, await isKeepable()]).toEqual([true, true]);

    expect((await keep()).expectData().keepBillingSubscription).toMatchObject({
      id,
      cancelsAt: null,
      keepable: false,
    });

    expect(await readSubscription()).toMatchObject({ cancel_at: null, cancel_at_period_end: false });
  });

  test('reverts a cancellation that is set for the end of the period', async () => {
    await update({ cancel_at_period_end: true });

    expect((await keep()).expectData().keepBillingSubscription.cancelsAt).toBeNull();

    expect(await readSubscription()).toMatchObject({ cancel_at: null, cancel_at_period_end: false });
  });

  test('reverts a downgrade that the customer scheduled, and leaves the plan as it is', async () => {
    await scheduleNextPhase(getPrice(portal.demo, 0));
    expect(await isKeepable()).toBe(true);

    const { keepBillingSubscription: kept } = (await keep()).expectData();

    expect(kept).toMatchObject({ scheduledChange: null, keepable: false });
    expect(kept.items.map(({ price }) => price.id)).toEqual([getPrice(portal.demo, 1)]);
    expect((await readSubscription()).schedule).toBeNull();
  });

  test('moves no money', async () => {
    const list = async () => {
      const { customerId: customer } = user;
      const invoices = await portal.stripe.invoices.list({ customer });
      return invoices.data.map(({ id, status }) => [id, status]);
    };
    await update({ cancel_at_period_end: true });
    const before = await list();

    (await keep()).expectData();

    expect(await list()).toEqual(before);
    const reverting = portal.localStripe.requests.findLast(({ method }) => method === 'POST');
    expect(reverting?.params).toMatchObject({ proration_behavior: 'none' });
  });

  test('happens once however often it is asked for at the same time, and then nothing is left', async () => {
    await scheduleNextPhase(getPrice(portal.demo, 0));

    const answers = await Promise.all([keep(), keep(), keep()]);

    const done = answers.filter(({ text }) => !text.includes('NOTHING_SCHEDULED'));
    for (const answer of done) expect(answer.expectData().keepBillingSubscription.scheduledChange).toBeNull();
    expect(done.length).toBeGreaterThan(0);
    expect((await keep()).expectError('BAD_USER_INPUT').extensions.reason).toBe('NOTHING_SCHEDULED');
  });

  test('succeeds when Stripe did it and then answered with a refusal', async () => {
    await update({ cancel_at_period_end: true });
    await portal.control('POST', 'faults', {
      path: `/v1/subscriptions/${id}`,
      method: 'POST',
      status: '400',
      message: 'Too late.',
      after_execution: 'true',
    });

    expect((await keep()).expectData().keepBillingSubscription.cancelsAt).toBeNull();
  });

  test('says so when Stripe refuses it', async () => {
    await update({ cancel_at_period_end: true });
    const path = `/v1/subscriptions/${id}`;
    await portal.control('POST', 'faults', { path, method: 'POST', status: '400', message: 'Not today.' });

    const answer = await keep();

    expect(answer.expectError('FLOW_NOT_ALLOWED').extensions.reason).toBe('NOT_KNOWN');
    expect(answer.text).not.toContain('Not today');
  });

  test('is in the audit trail with its outcome', async () => {
    await update({ cancel_at_period_end: true });
    (await keep()).expectData();

    const token = await portal.app.createToken({ userId: 'root', roles: [adminRole] });
    const { userId } = user;
    const answer = await portal.app.execute({ document: auditTrailQuery, variables: { userId }, token });
    const [entry] = answer.expectData().auditTrail.edges.map(({ node }) => node);

    expect(entry).toMatchObject({
      action: 'KEEP_SUBSCRIPTION',
      actor: userId,
      actorKind: 'USER',
      targetId: user.customerId,
      outcome: 'SUCCEEDED',
      details: [
        { name: 'subscriptionId', value: id },
        { name: 'reverts', value: 'cancellation' },
      ],
    });
  });
});

describe('keepBillingSubscription refuses, and writes nothing', () => {
  const yearly = () => portal.demo.prices[1]?.year ?? '';

  test.each<[string, string, string, () => Promise<unknown>]>([
    ['a subscription without anything scheduled', 'BAD_USER_INPUT', 'NOTHING_SCHEDULED', readSubscription],
    [
      'an end that is not the end of the period',
      'FLOW_NOT_ALLOWED',
      'END_IS_FIXED',
      async () => {
        const { items } = await readSubscription();
        return update({ cancel_at: (items.data[0]?.current_period_end ?? 0) + 60 * 86_400 });
      },
    ],
    [
      'a higher price that the merchant scheduled',
      'FLOW_NOT_ALLOWED',
      'SCHEDULED_CHANGE',
      () => scheduleNextPhase(getPrice(portal.demo, 2)),
    ],
    [
      'a longer term that the merchant scheduled',
      'FLOW_NOT_ALLOWED',
      'SCHEDULED_CHANGE',
      () => scheduleNextPhase(yearly()),
    ],
    [
      'a schedule of the merchant that ends the subscription',
      'FLOW_NOT_ALLOWED',
      'SCHEDULED_CHANGE',
      () => scheduleNextPhase(getPrice(portal.demo, 0), {}, { end_behavior: 'cancel' }),
    ],
    [
      'a subscription whose first payment is pending',
      'FLOW_NOT_ALLOWED',
      'FIRST_PAYMENT_PENDING',
      async () => {
        await update({ cancel_at_period_end: true });
        return portal.control('POST', `subscriptions/${id}`, { status: 'incomplete' });
      },
    ],
  ])('%s', async (_title, code, reason, arrange) => {
    await arrange();
    const before = listWrites().length;
    expect(await isKeepable()).toBe(false);

    expect((await keep()).expectError(code).extensions.reason).toBe(reason);

    expect(listWrites()).toHaveLength(before);
  });

  test('where the policy does not offer cancelling', async () => {
    user = await portal.createUser(`closed-${count}`, { roles: ['closed'] });
    id = user.subscriptions[0]?.id ?? '';
    await update({ cancel_at_period_end: true });

    expect((await keep()).expectError('FLOW_NOT_ALLOWED').extensions.reason).toBe('NOT_IN_POLICY');
    expect((await readSubscription()).cancel_at_period_end).toBe(true);
  });

  test("another customer's subscription, with the answer for one that does not exist", async () => {
    await update({ cancel_at_period_end: true });
    const other = await portal.createUser(`other-${count}`);

    for (const subscriptionId of [id, 'sub_unknown', '', '../customers'])
      expect((await keep(other, subscriptionId)).expectError('BAD_USER_INPUT').message).toBe(
        'You have no such subscription.',
      );
    expect((await readSubscription()).cancel_at_period_end).toBe(true);
  });

  test('a subscription that has ended', async () => {
    await portal.stripe.subscriptions.cancel(id);

    (await keep()).expectError('BAD_USER_INPUT');
  });

  test('a user without a customer, and creates none', async () => {
    const token = await portal.app.createToken({ userId: 'nobody-yet' });
    const variables = { subscriptionId: id };

    const answer = await portal.app.execute({ document: keepSubscriptionMutation, variables, token });

    answer.expectError('CUSTOMER_NOT_FOUND');
  });
});

test('a kept subscription is in the next answer from the snapshot, without a request to Stripe', async () => {
  const app = await createTestApp(webhooks);
  const demo = await seedDemoData(app.sdk);
  await app.link('ada', demo.customerId);
  const token = await app.createToken({ userId: 'ada' });
  const read = async () => {
    const answer = await app.execute({ document: billingTasksQuery, variables: {}, token });
    return answer.expectData().billingCustomer?.subscriptions[0];
  };
  await app.sdk.subscriptions.update(demo.subscriptionId, { cancel_at_period_end: true });
  expect((await read())?.keepable).toBe(true);
  const variables = { subscriptionId: demo.subscriptionId };
  (await app.execute({ document: keepSubscriptionMutation, variables, token })).expectData();
  const before = app.stripe.requests.length;

  const kept = await read();

  expect(kept?.keepable).toBe(false);
  expect(kept?.tasks).toContainEqual({ type: 'SUBSCRIPTION_CANCEL', available: true, reason: null });
  expect(app.stripe.requests).toHaveLength(before);
});

async function readTasks(app: TestApp, token: string) {
  const answer = await app.execute({ document: billingTasksQuery, variables: {}, token });
  return answer.expectData().billingCustomer;
}

test('a policy for a plan decides about the tasks by the snapshot, without a request to Stripe', async () => {
  const { demo, localStripe } = portal;
  const { items } = await portal.stripe.subscriptions.retrieve(demo.subscriptionId);
  const invoices = { invoice_history: { enabled: true } };
  const features = {
    ...invoices,
    payment_method_update: { enabled: true },
    subscription_cancel: { enabled: true },
  };
  const app = await createTestApp({
    ...webhooks,
    STRIPE_API_URL: localStripe.url,
    PORTAL_POLICIES: writePolicyFile({
      policies: { leaving: { features }, closed: { features: invoices } },
      rules: [{ when: { plan: items.data[0]?.price.id }, use: 'leaving' }],
      default: 'closed',
      strictest: 'closed',
    }),
  });
  await app.link('ada', demo.customerId);
  const token = await app.createToken({ userId: 'ada' });
  await readTasks(app, token);
  const before = localStripe.requests.length;

  const customer = await readTasks(app, token);

  expect(customer?.tasks).toEqual([
    { type: 'PAYMENT_METHOD_UPDATE', available: true, reason: null },
    { type: 'CUSTOMER_UPDATE', available: false, reason: 'NOT_IN_POLICY' },
  ]);
  expect(customer?.subscriptions[0]?.tasks).toEqual([
    { type: 'SUBSCRIPTION_UPDATE', available: false, reason: 'NOT_IN_POLICY' },
    { type: 'SUBSCRIPTION_UPDATE_CONFIRM', available: false, reason: 'NOT_IN_POLICY' },
    { type: 'SUBSCRIPTION_PAUSE', available: false, reason: 'NOT_IN_POLICY' },
    { type: 'SUBSCRIPTION_CANCEL', available: true, reason: null },
  ]);
  expect(localStripe.requests).toHaveLength(before);
});

test('tasks are null with an error when what the portal offers is not known; the rest of the page stays', async () => {
  const app = await createTestApp();
  const { id } = await app.sdk.customers.create({ name: 'Ada' });
  await app.link('ada', id);
  const token = await app.createToken({ userId: 'ada' });

  const answer = await app.execute({ document: billingTasksQuery, variables: {}, token });

  expect(answer.expectError('PORTAL_NOT_CONFIGURED').path).toEqual(['billingCustomer', 'tasks']);
  expect(JSON.parse(answer.text)).toMatchObject({
    data: { billingCustomer: { tasks: null, subscriptions: [] } },
  });
});

test('a downgrade that the portal itself scheduled can be kept off', async () => {
  const flow = { type: 'SUBSCRIPTION_UPDATE_CONFIRM', priceId: getPrice(portal.demo, 0) } as const;
  const { url } = (await user.open({ flow })).expectData().createBillingPortalSession;
  await submitForm(await openPage(url), 'Confirm');
  const [waiting] = (await readTasks(portal.app, user.token))?.subscriptions ?? [];
  expect(waiting?.keepable).toBe(true);
  expect(waiting?.tasks?.filter(({ reason }) => reason !== 'SCHEDULED_CHANGE')).toEqual([]);

  expect((await keep()).expectData().keepBillingSubscription.scheduledChange).toBeNull();

  const [kept] = (await readTasks(portal.app, user.token))?.subscriptions ?? [];
  expect(kept?.tasks?.filter(({ available }) => !available)).toEqual([]);
});

describe('only what customers themselves can schedule in the portal can be reverted:', () => {
  const [start, end, later] = [1_800_000_000, 1_802_592_000, 1_805_184_000];
  const priced = (unit_amount: number, interval = 'month', interval_count = 1) => ({
    price: {
      id: `price_${unit_amount}`,
      product: { id: 'prod_1' },
      currency: 'usd',
      billing_scheme: 'per_unit',
      unit_amount,
      recurring: { interval, interval_count, usage_type: 'licensed' },
    },
  });
  const [plan, cheaper] = [priced(2_000), priced(1_000)];
  const item = (charged: object, current_period_end = end) => ({
    id: 'si_1',
    current_period_end,
    discounts: [],
    ...charged,
  });
  const scheduled = (coming: object, ...more: object[]) => [
    { start_date: start, end_date: end, items: [plan] },
    { start_date: end, end_date: later, items: [cheaper], ...coming },
    ...more,
  ];
  const withSchedule = (changes: object = {}) => ({
    schedule: {
      id: 'sub_sched_1',
      status: 'active',
      end_behavior: 'release',
      current_phase: { end_date: end },
      phases: scheduled({}),
      ...changes,
    },
  });

  async function decide(changes: object): Promise<unknown> {
    const subscription = {
      id: 'sub_1',
      customer: 'cus_1',
      status: 'active',
      currency: 'usd',
      items: [item(plan)],
      discounts: [],
      start_date: start,
      cancel_at_period_end: false,
      collection_method: 'charge_automatically',
      ...changes,
    };
    const facts = customerFactsSchema.parse({
      id: 'cus_1',
      tax_ids: [],
      balance: 0,
      invoice_settings: {},
      subscriptions: [subscription],
    });
    const getOffered = () => Promise.resolve({ subscription_cancel: { enabled: true } });
    const access = { charge: () => Promise.resolve(), getOffered };
    const [shown] = toBillingCustomer(facts, access, new Date()).subscriptions;
    const keepable = shown && (await findKeepable(shown));
    return typeof keepable === 'object' ? keepable.kind : keepable;
  }

  const dispute = { reason: 'payment_disputed' };
  test.each<[string, string, object]>([
    ['a lower price', 'change', withSchedule()],
    ['a shorter interval', 'change', withSchedule({ phases: scheduled({ items: [priced(9_000, 'week')] }) })],
    ['a shorter count of intervals', 'change', { ...withSchedule(), items: [item(priced(100, 'month', 3))] }],
    [
      'four weeks in place of a month',
      'change',
      withSchedule({ phases: scheduled({ items: [priced(9_000, 'week', 4)] }) }),
    ],
    [
      'five weeks in place of a month',
      'SCHEDULED_CHANGE',
      withSchedule({ phases: scheduled({ items: [priced(1, 'week', 5)] }) }),
    ],
    [
      'twelve months in place of a year',
      'change',
      {
        ...withSchedule({ phases: scheduled({ items: [priced(9_000, 'month', 12)] }) }),
        items: [item(priced(1, 'year'))],
      },
    ],
    ['the same amount', 'SCHEDULED_CHANGE', withSchedule({ phases: scheduled({ items: [priced(2_000)] }) })],
    ['a schedule that has not begun', 'SCHEDULED_CHANGE', withSchedule({ status: 'not_started' })],
    ['a schedule that ends the subscription', 'SCHEDULED_CHANGE', withSchedule({ end_behavior: 'cancel' })],
    ['a pause', 'SCHEDULED_CHANGE', withSchedule({ pause_schedules: [{}] })],
    ['several items', 'SCHEDULED_CHANGE', { ...withSchedule(), items: [item(plan), item(plan)] }],
    [
      'several changes',
      'SCHEDULED_CHANGE',
      withSchedule({ phases: scheduled({}, { start_date: later, end_date: later + 1, items: [cheaper] }) }),
    ],
    [
      'a further item',
      'SCHEDULED_CHANGE',
      withSchedule({ phases: scheduled({ items: [cheaper, cheaper] }) }),
    ],
    ['a change within the period', 'SCHEDULED_CHANGE', { ...withSchedule(), items: [item(plan, later)] }],
    ['a trial', 'SCHEDULED_CHANGE', withSchedule({ phases: scheduled({ trial_end: later }) })],
    ['a discount', 'SCHEDULED_CHANGE', withSchedule({ phases: scheduled({ discounts: [{ coupon: 'x' }] }) })],
    [
      'a fee',
      'SCHEDULED_CHANGE',
      withSchedule({ phases: scheduled({ add_invoice_items: [{ price: 'x' }] }) }),
    ],
    ['a change of a cancelled subscription', 'SCHEDULED_CHANGE', { ...withSchedule(), cancel_at: end }],
    [
      'the last phase of a cancelled subscription',
      'SCHEDULED_CHANGE',
      { ...withSchedule({ current_phase: { end_date: later } }), cancel_at: end },
    ],
    [
      'the last phase of a schedule',
      'NOTHING_SCHEDULED',
      withSchedule({ current_phase: { end_date: later } }),
    ],
    ['a cancellation at the end of the period', 'cancellation', { cancel_at: end }],
    ['a cancellation that Stripe gives no date', 'cancellation', { cancel_at_period_end: true }],
    [
      'a cancellation at the end of one of several periods',
      'cancellation',
      { cancel_at: later, items: [item(plan), item(plan, later)] },
    ],
    ['an end after a dispute', 'END_IS_FIXED', { cancel_at: end, cancellation_details: dispute }],
    ['a subscription of an unknown status', 'NOT_KNOWN', { status: 'tomorrow', cancel_at: end }],
  ])('%s is %s', async (_title, decision, changes) => {
    expect(await decide(changes)).toBe(decision);
  });
});
