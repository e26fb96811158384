import { beforeAll, describe, expect, test } from '@jest/globals';
import type { BillingPortalFeaturesInput } from '../generated/graphql.ts';
import { hasControl, openPage } from '../../packages/local-stripe/test/portal-browser.ts';
import { createFlowPolicies } from './flow-policies.ts';
import { type PolicyPortal, type User, createPolicyPortal } from './policy-portal.ts';

const features = [
  'customerUpdate',
  'invoiceHistory',
  'paymentMethodUpdate',
  'subscriptionCancel',
  'subscriptionPause',
  'subscriptionUpdate',
] as const satisfies (keyof BillingPortalFeaturesInput)[];

let portal: PolicyPortal;
let open: User;
let closed: User;

beforeAll(async () => {
  portal = await createPolicyPortal(createFlowPolicies);
  open = await portal.createUser('open');
  closed = await portal.createUser('closed', { roles: ['closed'] });
});

function showAll(shown: boolean): BillingPortalFeaturesInput {
  return Object.fromEntries(features.map((name) => [name, shown]));
}

async function getConfigurationId(user: User, choice?: BillingPortalFeaturesInput | null): Promise<string> {
  const answer = await user.open({ features: choice });
  return answer.expectData().createBillingPortalSession.configurationId;
}

/** The features that are on at Stripe, in its words. */
async function listEnabled(id: string): Promise<string[]> {
  const configuration = await portal.stripe.billingPortal.configurations.retrieve(id);
  return Object.entries(configuration.features).flatMap(([name, { enabled }]) => (enabled ? [name] : []));
}

describe('features of a session', () => {
  test('that are hidden are gone from the portal, and the others are not', async () => {
    const answer = await open.open({ features: { ...showAll(false), invoiceHistory: true } });

    const { url, configurationId } = answer.expectData().createBillingPortalSession;
    expect(await listEnabled(configurationId)).toEqual(['invoice_history']);
    const page = await openPage(url);
    expect(page.text).toContain('Invoice');
    for (const label of ['Cancel plan', 'Update plan', 'Add payment method'])
      expect(hasControl(page, label)).toBe(false);
  });

  test.each<[string, BillingPortalFeaturesInput | null | undefined]>([
    ['left out', undefined],
    ['null', null],
    ['none', {}],
    ['all shown', showAll(true)],
    ['all null', Object.fromEntries(features.map((name) => [name, null]))],
  ])('%s are as the policy says', async (_title, choice) => {
    expect(await getConfigurationId(open, choice)).toBe(await getConfigurationId(open));
    expect(await getConfigurationId(closed, choice)).toBe(await getConfigurationId(closed));
  });

  test('show nothing that the policy does not offer', async () => {
    const before = (await portal.listConfigurations()).length;

    expect(await listEnabled(await getConfigurationId(closed, showAll(true)))).toEqual(['invoice_history']);
    expect(await listEnabled(await getConfigurationId(closed, { invoiceHistory: true }))).toEqual([
      'invoice_history',
    ]);
    // Hiding what is not offered is no other choice.
    expect(await getConfigurationId(closed, { subscriptionCancel: false })).toBe(
      await getConfigurationId(closed),
    );
    expect(await portal.listConfigurations()).toHaveLength(before);
  });

  test('that are chosen alike use the same configuration, whoever chooses', async () => {
    const other = await portal.createUser('like-minded');
    const choice = { subscriptionCancel: false, subscriptionPause: false };
    const id = await getConfigurationId(open, choice);
    const before = (await portal.listConfigurations()).length;

    expect(await getConfigurationId(other, choice)).toBe(id);
    expect(await getConfigurationId(other, { ...choice, invoiceHistory: true })).toBe(id);
    expect(await portal.listConfigurations()).toHaveLength(before);
  });

  test('hide changes of plan together with payment methods, which Stripe offers only so', async () => {
    const id = await getConfigurationId(open, { paymentMethodUpdate: false });

    expect(await listEnabled(id)).toEqual([
      'customer_update',
      'invoice_history',
      'subscription_cancel',
      'subscription_pause',
    ]);
  });

  test('can be hidden in every combination by one user, and by every other user after that', async () => {
    const choosy = await portal.createUser('choosy', { roles: ['prices-only'] });
    const other = await portal.createUser('other', { roles: ['prices-only'] });
    const ids = new Set<string>();
    for (let shown = 0; shown < 64; shown += 1) {
      const choice = Object.fromEntries(features.map((name, index) => [name, (shown & (1 << index)) !== 0]));
      ids.add(await getConfigurationId(choosy, choice));
      expect(ids).toContain(await getConfigurationId(other, choice));
    }

    // 47 parts, and the policy as it is.
    expect(ids.size).toBe(48);
  });
});

describe('a configuration that is not the caller’s', () => {
  test.each(['configuration', 'configurationId', 'policy', 'name', 'namespace'])(
    'cannot be named by an argument %s',
    async (argument) => {
      const id = await getConfigurationId(open);
      const query = `mutation { createBillingPortalSession(returnUrl: "https://app.example.com/", ${argument}: "${id}") { id } }`;

      const response = await portal.app.fetch('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
        token: closed.token,
      });

      expect(await response.text()).toContain('GRAPHQL_VALIDATION_FAILED');
    },
  );

  test.each(['configuration', 'configurationId', 'policy', 'features', 'flow'])(
    'cannot be named by the field %s over REST',
    async (field) => {
      const response = await portal.app.fetch('/api/billing-portal', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          returnUrl: 'https://app.example.com/',
          [field]: await getConfigurationId(open),
        }),
        token: closed.token,
      });

      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ code: 'BAD_USER_INPUT' });
    },
  );

  test('is not reached over REST either', async () => {
    const response = await portal.app.fetch('/api/billing-portal', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ returnUrl: 'https://app.example.com/' }),
      token: closed.token,
    });

    expect(response.status).toBe(200);
    expect(portal.listSessionRequests().at(-1)?.params['configuration']).toBe(
      await getConfigurationId(closed),
    );
  });
});

describe('a configuration that somebody has deactivated', () => {
  test('is made active again by the sessions that it is refused to, once for all of them', async () => {
    const id = await getConfigurationId(open);
    await portal.stripe.billingPortal.configurations.update(id, { active: false });
    const countUpdates = (): number =>
      portal.localStripe.requests.filter(({ method, path }) => method === 'POST' && path.endsWith(id)).length;
    const before = countUpdates();

    const ids = await Promise.all(Array.from({ length: 20 }, () => getConfigurationId(open)));

    expect(new Set(ids)).toEqual(new Set([id]));
    expect(countUpdates()).toBe(before + 1);
  });

  test('is made active again when it is asked for', async () => {
    const query = `{ billingPortalConfiguration { id active } }`;
    const id = await getConfigurationId(open);
    await portal.stripe.billingPortal.configurations.update(id, { active: false });

    const response = await portal.app.fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
      token: open.token,
    });

    expect(await response.json()).toEqual({ data: { billingPortalConfiguration: { id, active: true } } });
  });

  test('and is refused again is an error, not a loop', async () => {
    await portal.control('POST', 'faults', {
      path: '/v1/billing_portal/sessions',
      status: '400',
      message: 'The configuration bpc_1 is inactive.',
      times: '2',
    });

    (await open.open()).expectError('STRIPE_MISCONFIGURED');

    (await open.open()).expectData();
  });
});
