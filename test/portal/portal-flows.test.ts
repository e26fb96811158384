import type Stripe from 'stripe';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { stringify } from 'qs';
import { type Page, linkOf, openPage, submitForm } from '../../packages/local-stripe/test/portal-browser.ts';
import type { BillingPortalFlowCompletionInput, BillingPortalFlowInput } from '../generated/graphql.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { describeWithPart } from '../helpers/real-parts.ts';
import { howToGetStripeMock, startStripeMock } from '../helpers/stripe-mock.ts';
import { createFlow, createFlowPolicies, flowTypes, getPrice } from './flow-policies.ts';
import { type PolicyPortal, type User, createPolicyPortal } from './policy-portal.ts';

const now = new Date('2027-03-01T12:00:00.000Z');
let portal: PolicyPortal;
/** A user for tests that leave the subscription as it is. */
let ada: User;

beforeAll(async () => {
  portal = await createPolicyPortal(createFlowPolicies, { now: () => now });
  for (const id of ['stay', 'upgrade'])
    await portal.stripe.coupons.create({ id, percent_off: 10, duration: 'once' });
  ada = await portal.createUser('ada');
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

  test.each(['unpaid', 'paused', 'incomplete'])('takes the only one, which is %s', async (status) => {
    const user = await portal.createUser(`only-${status}`);
    const [only] = user.subscriptions;
    await portal.control('POST', `subscriptions/${only?.id ?? ''}`, { status });

    (await user.open({ flow: { type: 'SUBSCRIPTION_CANCEL' } })).expectData();

    expect(readFlowData()).toMatchObject({ subscription_cancel: { subscription: only?.id } });
  });

  test('opens nothing beside subscriptions that have ended', async () => {
    const user = await portal.createUser('expired');
    const [only] = user.subscriptions;
    await portal.control('POST', `subscriptions/${only?.id ?? ''}`, { status: 'incomplete_expired' });

    await expectRefused(
      user,
      { type: 'SUBSCRIPTION_CANCEL' },
      'BAD_USER_INPUT',
      'You have no active subscription.',
    );
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

  test('keeps no quantity that the portal does not offer with the new price, unless quantities stay', async () => {
    const flow = { type: 'SUBSCRIPTION_UPDATE_CONFIRM', priceId: getPrice(portal.demo, 0) } as const;
    const message = 'The portal does not offer this quantity.';
    for (const role of ['open', 'prices-only']) {
      const user = await portal.createUser(`many-${role}`, { roles: [role] });
      const [subscription] = user.subscriptions;
      const [item] = subscription?.items.data ?? [];
      const items = [{ id: item?.id ?? '', quantity: 12 }];
      await portal.stripe.subscriptions.update(subscription?.id ?? '', { items });

      if (role === 'open') await expectRefused(user, flow, 'FLOW_NOT_ALLOWED', message);
      else (await user.open({ flow })).expectData();
    }
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

/** What Stripe was asked of a session last. */
function readRequest(): Readonly<Record<string, unknown>> {
  return portal.listSessionRequests().at(-1)?.params ?? {};
}

function withCompletion(afterCompletion: BillingPortalFlowCompletionInput): {
  flow: BillingPortalFlowInput;
} {
  return { flow: { type: 'CUSTOMER_UPDATE', afterCompletion } };
}

describe('after a task', () => {
  const details = { name: 'Ada', email: 'ada@example.com' };

  test('REDIRECT leads to a URL of the application, in its parsed form', async () => {
    const answer = await ada.open(
      withCompletion({ type: 'REDIRECT', returnUrl: 'HTTPS://APP.example.com/a/../done?x=ü' }),
    );

    const page = await openPage(answer.expectData().createBillingPortalSession.url);
    expect((await submitForm(page, 'Save', details)).url).toBe('https://app.example.com/done?x=%C3%BC');
  });

  test.each([
    'https://evil.example/',
    'https://app.example.com.evil.example/',
    'https://app.example.com@evil.example/',
    'javascript:alert(1)',
    '//evil.example',
  ])('REDIRECT to %s is refused before Stripe is asked anything', async (returnUrl) => {
    const before = portal.localStripe.requests.length;

    const answer = await ada.open(withCompletion({ type: 'REDIRECT', returnUrl }));

    answer.expectError('RETURN_URL_NOT_ALLOWED');
    expect(portal.localStripe.requests).toHaveLength(before);
  });

  test('HOSTED_CONFIRMATION shows a message of the application', async () => {
    const answer = await ada.open(withCompletion({ type: 'HOSTED_CONFIRMATION', message: 'Thank you!' }));

    const page = await openPage(answer.expectData().createBillingPortalSession.url);
    const done = await submitForm(page, 'Save', details);
    expect(done.text).toContain('Thank you!');
    expect(linkOf(done, 'Return to Acme')).toBe('https://app.example.com/account');
  });

  test('a message has up to 500 characters, however many code units they have', async () => {
    const message = '🎉'.repeat(500);
    (await ada.open(withCompletion({ type: 'HOSTED_CONFIRMATION', message }))).expectData();
    const answer = await ada.open(withCompletion({ type: 'HOSTED_CONFIRMATION', message: `${message}!` }));
    answer.expectError('BAD_USER_INPUT');
  });

  test('PORTAL_HOMEPAGE leads to the first page', async () => {
    const answer = await ada.open(withCompletion({ type: 'PORTAL_HOMEPAGE' }));

    const page = await openPage(answer.expectData().createBillingPortalSession.url);
    expect((await submitForm(page, 'Save', details)).text).toContain(
      'Your billing information has been saved.',
    );
  });

  test.each<[string, BillingPortalFlowCompletionInput, string]>([
    ['a redirect to nowhere', { type: 'REDIRECT' }, 'afterCompletion.returnUrl is required with REDIRECT.'],
    [
      'a redirect to an empty URL',
      { type: 'REDIRECT', returnUrl: '' },
      'afterCompletion.returnUrl is required with REDIRECT.',
    ],
    [
      'a URL without a redirect',
      { type: 'PORTAL_HOMEPAGE', returnUrl: 'https://app.example.com/' },
      'afterCompletion.returnUrl goes with REDIRECT only.',
    ],
    [
      'a message without a confirmation',
      { type: 'REDIRECT', returnUrl: 'https://app.example.com/', message: 'Hi' },
      'afterCompletion.message goes with HOSTED_CONFIRMATION only.',
    ],
    [
      'a message that is too long',
      { type: 'HOSTED_CONFIRMATION', message: 'x'.repeat(501) },
      'afterCompletion.message has at most 500 characters.',
    ],
  ])('%s is refused before Stripe is asked anything', async (_title, afterCompletion, message) => {
    const before = portal.localStripe.requests.length;

    const answer = await ada.open(withCompletion(afterCompletion));

    expect(answer.expectError('BAD_USER_INPUT').message).toBe(message);
    expect(portal.localStripe.requests).toHaveLength(before);
  });
});

describe('what only the policy decides', () => {
  test('goes with the sessions of those whom it holds for: offers, and how an expired session is recovered', async () => {
    const offered = await portal.createUser('offered', { roles: ['offers'] });
    const extras = {
      on_behalf_of: 'acct_1ConnectedShop',
      after_expiration: {
        type: 'customer_login',
        customer_login: { expires_at: String(now.getTime() / 1000 + 48 * 3600) },
      },
    };

    (await offered.open({ flow: createFlow(portal.demo, 'SUBSCRIPTION_CANCEL') })).expectData();
    expect(readRequest()).toMatchObject({
      ...extras,
      flow_data: {
        subscription_cancel: { retention: { type: 'coupon_offer', coupon_offer: { coupon: 'stay' } } },
      },
    });
    (await offered.open({ flow: createFlow(portal.demo, 'SUBSCRIPTION_UPDATE_CONFIRM') })).expectData();
    expect(readRequest()).toMatchObject({
      ...extras,
      flow_data: { subscription_update_confirm: { discounts: [{ coupon: 'upgrade' }] } },
    });
  });

  test('is missing from the sessions of others', async () => {
    for (const type of flowTypes) {
      (await ada.open({ flow: createFlow(portal.demo, type) })).expectData();
      expect(JSON.stringify(readRequest())).not.toMatch(/coupon|discounts|after_expiration|on_behalf_of/);
    }
  });

  test.each([
    'flow: { type: SUBSCRIPTION_CANCEL, coupon: "stay" }',
    'flow: { type: SUBSCRIPTION_CANCEL, retention: { coupon: "stay" } }',
    'flow: { type: SUBSCRIPTION_UPDATE_CONFIRM, quantity: 2, discounts: [{ coupon: "upgrade" }] }',
    'onBehalfOf: "acct_1ConnectedShop"',
    'afterExpiration: { customerLogin: { expiresAt: 0 } }',
  ])('cannot be asked for: %s', async (argument) => {
    const query = `mutation { createBillingPortalSession(returnUrl: "https://app.example.com/", ${argument}) { id } }`;

    const response = await portal.app.fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
      token: ada.token,
    });

    expect(response.status).toBe(400);
    expect(await response.text()).toContain('GRAPHQL_VALIDATION_FAILED');
  });
});

const stripeMock = await startStripeMock();
closeAfterTests(() => stripeMock?.stop());

describeWithPart('on stripe-mock', stripeMock, howToGetStripeMock, ({ url }) => {
  type Fields = Readonly<Record<string, unknown>>;

  async function send(path: string, fields: Fields): Promise<number> {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: {
        authorization: 'Bearer sk_test_123',
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: stringify(fields, { arrayFormat: 'indices' }),
    });
    return response.status;
  }

  // The last column is what this release, with Stripe's OpenAPI file of 2026-08-26, cannot know.
  test.each([
    ['PAYMENT_METHOD_UPDATE', 'open', null],
    ['CUSTOMER_UPDATE', 'open', null],
    ['SUBSCRIPTION_CANCEL', 'open', null],
    ['SUBSCRIPTION_UPDATE', 'open', null],
    ['SUBSCRIPTION_UPDATE_CONFIRM', 'open', null],
    ['SUBSCRIPTION_PAUSE', 'open', 'flow_data'],
    ['SUBSCRIPTION_CANCEL', 'offers', 'after_expiration'],
    ['SUBSCRIPTION_UPDATE_CONFIRM', 'offers', 'after_expiration'],
  ] as const)(
    'the session of %s with the policy "%s" is accepted, without %s',
    async (type, role, unknown) => {
      const asking = await portal.createUser(`mock-${type}-${role}`, { roles: [role] });
      const afterCompletion = { type: 'REDIRECT', returnUrl: 'https://app.example.com/done' } as const;
      (await asking.open({ flow: { ...createFlow(portal.demo, type), afterCompletion } })).expectData();
      const { [unknown ?? '']: _, ...known } = readRequest();

      expect(await send('/v1/billing_portal/sessions', known)).toBe(200);
      if (unknown !== null) expect(await send('/v1/billing_portal/sessions', readRequest())).toBe(400);
    },
  );

  test('every configuration of the policies is accepted', async () => {
    const path = '/v1/billing_portal/configurations';
    const { requests } = portal.localStripe;
    const created = requests.filter((request) => request.path === path && request.method === 'POST');
    expect(created.length).toBeGreaterThanOrEqual(2);
    for (const { params } of created) expect(await send(path, params)).toBe(200);
  });
});
