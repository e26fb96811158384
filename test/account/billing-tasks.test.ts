import { expect, test } from '@jest/globals';
import { openPage, submitForm } from '../../packages/local-stripe/test/portal-browser.ts';
import { seedDemoData } from '../../packages/local-stripe/src/demo-data.ts';
import { billingTasksQuery, keepSubscriptionMutation } from '../helpers/task-operations.ts';
import { type TestApp, createTestApp } from '../helpers/test-app.ts';
import { createFlowPolicies, getPrice } from '../portal/flow-policies.ts';
import { createPolicyPortal, writePolicyFile } from '../portal/policy-portal.ts';

const webhooks = { STRIPE_WEBHOOK_SECRETS: 'whsec_of_the_tests' };

async function readTasks(app: TestApp, token: string) {
  const answer = await app.execute({ document: billingTasksQuery, variables: {}, token });
  return answer.expectData().billingCustomer;
}

test('a policy for a plan decides about the tasks by the snapshot, without a request to Stripe', async () => {
  const stripe = await createTestApp();
  const demo = await seedDemoData(stripe.sdk);
  const { items } = await stripe.sdk.subscriptions.retrieve(demo.subscriptionId);
  const invoices = { invoice_history: { enabled: true } };
  const features = {
    ...invoices,
    payment_method_update: { enabled: true },
    subscription_cancel: { enabled: true },
  };
  const app = await createTestApp({
    ...webhooks,
    STRIPE_API_URL: stripe.stripe.url,
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
  const before = stripe.stripe.requests.length;

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
  expect(stripe.stripe.requests).toHaveLength(before);
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
  const portal = await createPolicyPortal((demo) => {
    const file = createFlowPolicies(demo) as {
      policies: { open: { features: { subscription_update: object } } };
    };
    Object.assign(file.policies.open.features.subscription_update, {
      schedule_at_period_end: { conditions: [{ type: 'decreasing_item_amount' }] },
    });
    return file;
  });
  const user = await portal.createUser('ada');
  const id = user.subscriptions[0]?.id ?? '';
  const flow = { type: 'SUBSCRIPTION_UPDATE_CONFIRM', priceId: getPrice(portal.demo, 0) } as const;
  const { url } = (await user.open({ flow })).expectData().createBillingPortalSession;
  await submitForm(await openPage(url), 'Confirm');
  const { token } = user;
  const [waiting] = (await readTasks(portal.app, token))?.subscriptions ?? [];
  expect(waiting?.keepable).toBe(true);
  expect(waiting?.tasks?.filter(({ reason }) => reason !== 'SCHEDULED_CHANGE')).toEqual([]);
  const variables = { subscriptionId: id };

  const answer = await portal.app.execute({ document: keepSubscriptionMutation, variables, token });

  expect(answer.expectData().keepBillingSubscription.scheduledChange).toBeNull();
  const [kept] = (await readTasks(portal.app, token))?.subscriptions ?? [];
  expect(kept?.tasks?.filter(({ available }) => !available)).toEqual([]);
});
