import { beforeAll, describe, expect, test } from '@jest/globals';
import { stringify } from 'qs';
import type { BillingPortalFlowCompletionInput, BillingPortalFlowInput } from '../generated/graphql.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { describeWithPart } from '../helpers/real-parts.ts';
import { howToGetStripeMock, startStripeMock } from '../helpers/stripe-mock.ts';
import { linkOf, openPage, submitForm } from '../../packages/local-stripe/test/portal-browser.ts';
import { createFlow, createFlowPolicies, flowTypes } from './flow-policies.ts';
import { type PolicyPortal, type User, createPolicyPortal } from './policy-portal.ts';

const now = new Date('2027-03-01T12:00:00.000Z');
let portal: PolicyPortal;
let user: User;

beforeAll(async () => {
  portal = await createPolicyPortal(createFlowPolicies, { now: () => now });
  for (const id of ['stay', 'upgrade'])
    await portal.stripe.coupons.create({ id, percent_off: 10, duration: 'once' });
  user = await portal.createUser('ada');
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
    const answer = await user.open(
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

    const answer = await user.open(withCompletion({ type: 'REDIRECT', returnUrl }));

    answer.expectError('RETURN_URL_NOT_ALLOWED');
    expect(portal.localStripe.requests).toHaveLength(before);
  });

  test('HOSTED_CONFIRMATION shows a message of the application', async () => {
    const answer = await user.open(withCompletion({ type: 'HOSTED_CONFIRMATION', message: 'Thank you!' }));

    const page = await openPage(answer.expectData().createBillingPortalSession.url);
    const done = await submitForm(page, 'Save', details);
    expect(done.text).toContain('Thank you!');
    expect(linkOf(done, 'Return to Acme')).toBe('https://app.example.com/account');
  });

  test('PORTAL_HOMEPAGE leads to the first page', async () => {
    const answer = await user.open(withCompletion({ type: 'PORTAL_HOMEPAGE' }));

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

    const answer = await user.open(withCompletion(afterCompletion));

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
      (await user.open({ flow: createFlow(portal.demo, type) })).expectData();
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
      token: user.token,
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
