import { beforeAll, describe, expect, test } from '@jest/globals';
import type Stripe from 'stripe';
import type { BillingPortalFlowInput } from '../generated/graphql.ts';
import { type Page, openPage, submitForm } from '../../packages/local-stripe/test/portal-browser.ts';
import { createFlow, createFlowPolicies, getPrice } from './flow-policies.ts';
import { type PolicyPortal, type User, createPolicyPortal } from './policy-portal.ts';

let portal: PolicyPortal;

beforeAll(async () => {
  portal = await createPolicyPortal(createFlowPolicies);
});

async function openTask(user: User, flow: BillingPortalFlowInput): Promise<Page> {
  const { url } = (await user.open({ flow })).expectData().createBillingPortalSession;
  return openPage(url);
}

async function readSubscription(user: User): Promise<Stripe.Subscription> {
  return portal.stripe.subscriptions.retrieve(user.subscriptions[0]?.id ?? '');
}

describe('a deep link, done on the page that it opens', () => {
  test('PAYMENT_METHOD_UPDATE adds a card and makes it the default', async () => {
    const user = await portal.createUser('pays');
    const before = await portal.stripe.customers.retrieve(user.customerId);

    await submitForm(await openTask(user, { type: 'PAYMENT_METHOD_UPDATE' }), 'Add');

    const after = await portal.stripe.customers.retrieve(user.customerId);
    const read = (customer: object) => (customer as Stripe.Customer).invoice_settings.default_payment_method;
    expect(read(after)).toMatch(/^pm_/);
    expect(read(after)).not.toBe(read(before));
  });

  test('SUBSCRIPTION_CANCEL cancels the only subscription', async () => {
    const user = await portal.createUser('leaves');

    await submitForm(await openTask(user, { type: 'SUBSCRIPTION_CANCEL' }), 'Cancel plan');

    expect((await readSubscription(user)).cancel_at).not.toBeNull();
  });

  test('SUBSCRIPTION_UPDATE lets the customer choose', async () => {
    const user = await portal.createUser('chooses');

    const plans = await openTask(user, { type: 'SUBSCRIPTION_UPDATE' });
    await submitForm(await submitForm(plans, 'Continue', { price: getPrice(portal.demo, 0) }), 'Confirm');

    expect((await readSubscription(user)).items.data[0]?.price.id).toBe(getPrice(portal.demo, 0));
  });

  test('SUBSCRIPTION_UPDATE_CONFIRM makes the change that was asked for', async () => {
    const user = await portal.createUser('confirms');

    await submitForm(await openTask(user, createFlow(portal.demo, 'SUBSCRIPTION_UPDATE_CONFIRM')), 'Confirm');

    expect((await readSubscription(user)).items.data).toMatchObject([
      { price: { id: getPrice(portal.demo, 0) }, quantity: 3 },
    ]);
  });

  test('SUBSCRIPTION_PAUSE pauses it', async () => {
    const user = await portal.createUser('pauses');

    await submitForm(await openTask(user, { type: 'SUBSCRIPTION_PAUSE' }), 'Pause subscription');

    const { status, pause_collection } = await readSubscription(user);
    expect(status === 'paused' || pause_collection !== null).toBe(true);
  });

  test('CUSTOMER_UPDATE saves billing details', async () => {
    const user = await portal.createUser('moves');

    await submitForm(await openTask(user, { type: 'CUSTOMER_UPDATE' }), 'Save', {
      name: 'Moved',
      email: 'moved@example.com',
    });

    expect(await portal.stripe.customers.retrieve(user.customerId)).toMatchObject({ name: 'Moved' });
  });
});
