import { beforeAll, describe, expect, test } from '@jest/globals';
import type { BillingPortalFlowInput } from '../generated/graphql.ts';
import { openPage, submitForm } from '../../packages/local-stripe/test/portal-browser.ts';
import { createFlow, createFlowPolicies, flowTypes, getPrice } from './flow-policies.ts';
import { type PolicyPortal, type User, createPolicyPortal } from './policy-portal.ts';

let portal: PolicyPortal;

beforeAll(async () => {
  portal = await createPolicyPortal(createFlowPolicies);
});

/** The flow that Stripe was asked for last. */
function readFlowData(): unknown {
  return portal.listSessionRequests().at(-1)?.params['flow_data'];
}

/** Nothing is opened: the answer is this error, and no session was asked of Stripe. */
async function expectRefused(
  user: User,
  flow: BillingPortalFlowInput,
  code: string,
  message: string,
): Promise<void> {
  const before = portal.listSessionRequests().length;
  const answer = await user.open({ flow });
  expect(answer.expectError(code).message).toBe(message);
  expect(answer.status).toBe(200);
  expect(portal.listSessionRequests()).toHaveLength(before);
}

describe('a deep link that the policy forbids', () => {
  test.each(flowTypes)('%s opens nothing', async (type) => {
    const user = await portal.createUser(`closed-${type}`, { roles: ['closed'] });

    await expectRefused(
      user,
      createFlow(portal.demo, type),
      'FLOW_NOT_ALLOWED',
      'The portal does not offer this to you.',
    );
  });

  test.each(flowTypes)('%s opens nothing where the client hides its feature itself', async (type) => {
    const user = await portal.createUser(`hides-${type}`);
    const before = portal.listSessionRequests().length;

    const features = {
      customerUpdate: false,
      paymentMethodUpdate: false,
      subscriptionCancel: false,
      subscriptionPause: false,
    };
    (await user.open({ flow: createFlow(portal.demo, type), features })).expectError('FLOW_NOT_ALLOWED');
    expect(portal.listSessionRequests()).toHaveLength(before);
  });

  test.each<[string, Partial<BillingPortalFlowInput>, string, string]>([
    [
      'a price that is not offered',
      { priceId: 'TEAM' },
      'open',
      'The portal does not offer a change to this price.',
    ],
    [
      'a price of nobody',
      { priceId: 'price_nobody' },
      'open',
      'The portal does not offer a change to this price.',
    ],
    ['more than the maximum', { quantity: 11 }, 'open', 'The portal does not offer this quantity.'],
    [
      'more than the maximum of what is offered',
      { priceId: 'STARTER', quantity: 11 },
      'open',
      'The portal does not offer this quantity.',
    ],
    [
      'another quantity, where prices alone can change',
      { quantity: 2 },
      'prices-only',
      'The portal does not offer this quantity.',
    ],
  ])('SUBSCRIPTION_UPDATE_CONFIRM to %s opens nothing', async (title, change, role, message) => {
    const user = await portal.createUser(title, { roles: [role] });
    const prices: Record<string, string> = {
      TEAM: getPrice(portal.demo, 2),
      STARTER: getPrice(portal.demo, 0),
    };
    const priceId = change.priceId && (prices[change.priceId] ?? change.priceId);

    await expectRefused(
      user,
      { type: 'SUBSCRIPTION_UPDATE_CONFIRM', ...change, priceId },
      'FLOW_NOT_ALLOWED',
      message,
    );
  });
});

describe('a deep link on a subscription', () => {
  test("of somebody else's opens nothing, with the answer for one that does not exist", async () => {
    const user = await portal.createUser('curious');
    const other = await portal.createUser('other');
    const message = 'You have no such subscription.';

    for (const subscriptionId of [other.subscriptions[0]?.id ?? '', 'sub_nobody', '']) {
      for (const type of flowTypes.filter((name) => name.startsWith('SUBSCRIPTION_'))) {
        await expectRefused(
          user,
          { ...createFlow(portal.demo, type), subscriptionId },
          'BAD_USER_INPUT',
          message,
        );
      }
    }
  });

  test('needs to be told which of several', async () => {
    const user = await portal.createUser('twice', { subscriptions: 2 });
    const [first, second] = user.subscriptions;

    await expectRefused(
      user,
      { type: 'SUBSCRIPTION_CANCEL' },
      'BAD_USER_INPUT',
      'You have several subscriptions: name one by subscriptionId.',
    );
    for (const subscriptionId of [first?.id, second?.id]) {
      (await user.open({ flow: { type: 'SUBSCRIPTION_CANCEL', subscriptionId } })).expectData();
      expect(readFlowData()).toMatchObject({ subscription_cancel: { subscription: subscriptionId } });
    }
  });

  test('takes the only active one, beside one that was never paid for', async () => {
    const user = await portal.createUser('retried', { subscriptions: 2 });
    const [active, incomplete] = user.subscriptions;
    await portal.control('POST', `subscriptions/${incomplete?.id ?? ''}`, { status: 'incomplete' });

    (await user.open({ flow: { type: 'SUBSCRIPTION_UPDATE' } })).expectData();

    expect(readFlowData()).toMatchObject({ subscription_update: { subscription: active?.id } });
  });

  test('opens nothing without one', async () => {
    const user = await portal.createUser('none', { subscriptions: 0 });

    await expectRefused(
      user,
      { type: 'SUBSCRIPTION_CANCEL' },
      'BAD_USER_INPUT',
      'You have no active subscription.',
    );
  });

  test('opens nothing to cancel what is set to end already', async () => {
    const user = await portal.createUser('gone');
    const opened = await user.open({ flow: { type: 'SUBSCRIPTION_CANCEL' } });
    const { url } = opened.expectData().createBillingPortalSession;
    await submitForm(await openPage(url), 'Cancel plan');

    await expectRefused(
      user,
      { type: 'SUBSCRIPTION_CANCEL' },
      'BAD_USER_INPUT',
      'This subscription is set to end already.',
    );
  });

  test('is FLOW_NOT_ALLOWED for what only Stripe knows to refuse, and the log has its reason', async () => {
    const user = await portal.createUser('scheduled');
    const message = 'This subscription cannot be updated because it is managed by a subscription schedule.';
    await portal.control('POST', 'faults', { path: '/v1/billing_portal/sessions', status: '400', message });

    const answer = await user.open({ flow: { type: 'SUBSCRIPTION_UPDATE' } });

    answer.expectError('FLOW_NOT_ALLOWED');
    expect(answer.text).not.toContain('schedule');
    expect(portal.app.logs.join('')).toContain('managed by a subscription schedule');
  });
});

describe('a change to confirm', () => {
  test.each<[string, Partial<BillingPortalFlowInput>, string]>([
    ['without anything', {}, 'SUBSCRIPTION_UPDATE_CONFIRM needs a priceId, a quantity or both.'],
    ['to no items', { quantity: 0 }, 'The quantity is at least 1.'],
    ['to fewer than none', { quantity: -1 }, 'The quantity is at least 1.'],
    ['to what it is', { quantity: 1 }, 'The subscription has this price and quantity already.'],
  ])('%s opens nothing', async (title, change, message) => {
    const user = await portal.createUser(`confirm ${title}`);

    await expectRefused(user, { type: 'SUBSCRIPTION_UPDATE_CONFIRM', ...change }, 'BAD_USER_INPUT', message);
  });

  test('keeps the quantity with a new price, and the price with a new quantity', async () => {
    const user = await portal.createUser('keeps');
    const [subscription] = user.subscriptions;
    const [item] = subscription?.items.data ?? [];
    await portal.stripe.subscriptions.update(subscription?.id ?? '', {
      items: [{ id: item?.id ?? '', quantity: 4 }],
    });

    const confirm = async (change: Partial<BillingPortalFlowInput>) => {
      (await user.open({ flow: { type: 'SUBSCRIPTION_UPDATE_CONFIRM', ...change } })).expectData();
      return readFlowData();
    };

    expect(await confirm({ priceId: getPrice(portal.demo, 0) })).toMatchObject({
      subscription_update_confirm: { items: [{ price: getPrice(portal.demo, 0), quantity: '4' }] },
    });
    expect(await confirm({ quantity: 9 })).toMatchObject({
      subscription_update_confirm: { items: [{ price: getPrice(portal.demo, 1), quantity: '9' }] },
    });
  });

  test.each<[string, BillingPortalFlowInput, string]>([
    [
      'a price',
      { type: 'SUBSCRIPTION_CANCEL', priceId: 'price_1' },
      'priceId and quantity go with the flow SUBSCRIPTION_UPDATE_CONFIRM only.',
    ],
    [
      'a quantity',
      { type: 'CUSTOMER_UPDATE', quantity: 0 },
      'priceId and quantity go with the flow SUBSCRIPTION_UPDATE_CONFIRM only.',
    ],
    [
      'a subscription',
      { type: 'PAYMENT_METHOD_UPDATE', subscriptionId: 'sub_1' },
      'subscriptionId goes with the flows on subscriptions only.',
    ],
  ])('is the only deep link that takes %s, or it is refused', async (title, flow, message) => {
    await expectRefused(await portal.createUser(`only ${title}`), flow, 'BAD_USER_INPUT', message);
  });
});
