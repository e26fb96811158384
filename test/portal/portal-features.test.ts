import type Stripe from 'stripe';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { hasControl, openPage } from '../../packages/local-stripe/test/portal-browser.ts';
import { adminRole } from '../audit/audit-kit.ts';
import type { BillingPortalFeaturesInput } from '../generated/graphql.ts';
import { createSessionForMutation } from '../helpers/admin-operations.ts';
import { openPortalMutation } from '../helpers/operations.ts';
import { createTestApp, returnUrl } from '../helpers/test-app.ts';
import { createFlowPolicies } from './flow-policies.ts';
import { type PolicyPortal, type User, createPolicyPortal } from './policy-portal.ts';

describe('with a policy file', () => {
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
      const ids: string[] = [];
      for (let shown = 0; shown < 64; shown += 1) {
        const choice = Object.fromEntries(
          features.map((name, index) => [name, (shown & (1 << index)) !== 0]),
        );
        const id = await getConfigurationId(choosy, choice);
        if (shown % 8 === 0) expect(await getConfigurationId(other, choice)).toBe(id);
        ids.push(id);
      }

      // 47 parts, and the policy as it is.
      expect(new Set(ids).size).toBe(48);
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
        portal.localStripe.requests.filter(({ method, path }) => method === 'POST' && path.endsWith(id))
          .length;
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
});

describe('without a policy file, or with an operator who edits at Stripe', () => {
  let portal: PolicyPortal;
  let ada: User;

  beforeEach(async () => {
    portal = await createPolicyPortal(null);
    ada = await portal.createUser('ada');
  });

  async function open(features: BillingPortalFeaturesInput, user = ada): Promise<string> {
    const answer = await user.open({ features });
    return answer.expectData().createBillingPortalSession.configurationId;
  }

  function retrieve(id: string): Promise<Stripe.BillingPortal.Configuration> {
    return portal.stripe.billingPortal.configurations.retrieve(id, {
      expand: ['features.subscription_update.products'],
    });
  }

  /** Edits the account's default configuration, as the Dashboard does. */
  async function editDefault(params: Stripe.BillingPortal.ConfigurationUpdateParams): Promise<void> {
    await portal.stripe.billingPortal.configurations.update(portal.demo.configurationId, params);
  }

  function isEnabled({ features }: Stripe.BillingPortal.Configuration): Record<string, boolean> {
    return Object.fromEntries(Object.entries(features).map(([name, { enabled }]) => [name, enabled]));
  }

  describe('features of a session without a policy file', () => {
    test('that a call hides are off, and all else is as in the default configuration', async () => {
      await editDefault({
        default_return_url: 'https://app.example.com/billing',
        features: {
          subscription_pause: { duration: { type: 'indefinite' } },
          subscription_update: {
            billing_cycle_anchor: 'now',
            proration_behavior: 'create_prorations',
            schedule_at_period_end: { conditions: [{ type: 'shortening_interval' }] },
            trial_update_behavior: 'continue_trial',
          },
        },
      });
      const before = await retrieve(portal.demo.configurationId);

      const narrowed = await retrieve(await open({ subscriptionCancel: false }));

      expect(isEnabled(narrowed)).toEqual({ ...isEnabled(before), subscription_cancel: false });
      const { subscription_cancel: _hidden, ...others } = before.features;
      expect(narrowed.features).toMatchObject(others);
      const { name, business_profile, default_return_url } = before;
      expect(narrowed).toMatchObject({ name, business_profile, default_return_url, is_default: false });
    });

    test('stay off when the default configuration does not offer them', async () => {
      await editDefault({ features: { subscription_pause: { enabled: false } } });

      const id = await open({ subscriptionCancel: false, subscriptionPause: true, invoiceHistory: true });

      expect(isEnabled(await retrieve(id))).toMatchObject({
        subscription_cancel: false,
        subscription_pause: false,
      });
      expect(await open({ subscriptionPause: false })).toBe(portal.demo.configurationId);
    });

    test('never come with a login page', async () => {
      await editDefault({ login_page: { enabled: true } });

      const { login_page } = await retrieve(await open({ invoiceHistory: false }));

      expect(login_page.enabled).toBe(false);
    });

    test('follow a change of the default configuration with the next session', async () => {
      const first = await open({ subscriptionCancel: false });
      await editDefault({
        business_profile: { headline: 'New' },
        features: { customer_update: { enabled: false } },
      });

      const second = await retrieve(await open({ subscriptionCancel: false }));

      expect(second.id).not.toBe(first);
      expect(second.business_profile.headline).toBe('New');
      expect(isEnabled(second)).toMatchObject({ customer_update: false, subscription_cancel: false });
    });

    test('use the first configuration again when the default configuration changes back', async () => {
      const first = await open({ subscriptionCancel: false });
      await editDefault({ features: { invoice_history: { enabled: false } } });
      await open({ subscriptionCancel: false });
      await editDefault({ features: { invoice_history: { enabled: true } } });

      expect(await open({ subscriptionCancel: false })).toBe(first);
    });

    test('are the same configuration for every user who hides the same', async () => {
      const bob = await portal.createUser('bob');
      const id = await open({ subscriptionCancel: false });

      expect(await open({ subscriptionCancel: false, invoiceHistory: true }, bob)).toBe(id);
      expect(await portal.listConfigurations()).toHaveLength(2);
    });

    test('are hidden over REST too', async () => {
      const response = await portal.app.fetch('/api/billing-portal', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ returnUrl, features: { subscriptionCancel: false } }),
        token: ada.token,
      });

      expect(response.status).toBe(200);
      expect(portal.listSessionRequests().at(-1)?.params).toMatchObject({
        configuration: await open({ subscriptionCancel: false }),
      });
    });

    test('that are hidden cannot be reached by a deep link', async () => {
      const answer = await ada.open({
        features: { subscriptionCancel: false },
        flow: { type: 'SUBSCRIPTION_CANCEL' },
      });

      answer.expectError('FLOW_NOT_ALLOWED');
    });

    test('can be hidden again after the narrowed configuration was deactivated', async () => {
      const id = await open({ subscriptionCancel: false });
      await portal.stripe.billingPortal.configurations.update(id, { active: false });

      expect(await open({ subscriptionCancel: false })).toBe(id);
      expect((await retrieve(id)).active).toBe(true);
    });

    test('that Stripe keeps without anything to change count as off', async () => {
      await editDefault({
        features: { customer_update: { enabled: false, allowed_updates: '' } },
      });

      expect(isEnabled(await retrieve(await open({ invoiceHistory: false })))).toMatchObject({
        customer_update: false,
        payment_method_update: true,
      });
    });
  });

  test('a configuration that narrows the default belongs to no policy and is not for administrators to change', async () => {
    const id = await open({ subscriptionCancel: false });
    const token = await portal.app.createToken({ userId: 'root', roles: [adminRole] });
    const send = async (query: string): Promise<unknown> => {
      const response = await portal.app.fetch('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
        token,
      });
      return response.json();
    };

    expect(
      await send('{ billingPortalConfigurations { edges { node { id policy { name } } } } }'),
    ).toMatchObject({
      data: {
        billingPortalConfigurations: { edges: [{ node: { id, policy: null } }, { node: { policy: null } }] },
      },
    });
    expect(await send(`mutation { deactivateBillingPortalConfiguration(id: "${id}") { id } }`)).toMatchObject(
      {
        errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
      },
    );
  });

  test('an administrator hides features of a configuration that the call names', async () => {
    const { id: configurationId } = await portal.stripe.billingPortal.configurations.create({
      features: { invoice_history: { enabled: true }, payment_method_update: { enabled: true } },
    });
    const token = await portal.app.createToken({ userId: 'root', roles: [adminRole] });

    const answer = await portal.app.execute({
      document: createSessionForMutation,
      variables: { userId: 'ada', returnUrl, configurationId, features: { invoiceHistory: false } },
      token,
    });

    const used = await retrieve(answer.expectData().createBillingPortalSessionFor.configurationId);
    expect(isEnabled(used)).toEqual({
      customer_update: false,
      invoice_history: false,
      payment_method_update: true,
      subscription_cancel: false,
      subscription_pause: false,
      subscription_update: false,
    });
  });

  test('features of a policy that an operator has switched off at Stripe stay off', async () => {
    const features = { invoice_history: { enabled: true }, subscription_cancel: { enabled: true } };
    const policies = { open: { features: { ...features, subscription_pause: { enabled: true } } } };
    const managed = await createPolicyPortal(() => ({ policies, default: 'open', strictest: 'open' }));
    const user = await managed.createUser('ada');
    const whole = (await user.open()).expectData().createBillingPortalSession.configurationId;
    await managed.stripe.billingPortal.configurations.update(whole, {
      features: { subscription_cancel: { enabled: false } },
    });

    const id = await open({ subscriptionPause: false }, user);

    const narrowed = await managed.stripe.billingPortal.configurations.retrieve(id);
    expect(isEnabled(narrowed)).toMatchObject({ invoice_history: true, subscription_cancel: false });
  });

  test('features cannot be hidden while Stripe has no default configuration', async () => {
    const app = await createTestApp();
    await app.link('ada', (await app.sdk.customers.create()).id);

    const answer = await app.execute({
      document: openPortalMutation,
      variables: { returnUrl, features: { subscriptionCancel: false } },
      token: await app.createToken({ userId: 'ada' }),
    });

    answer.expectError('PORTAL_NOT_CONFIGURED');
    expect((await app.sdk.billingPortal.configurations.list()).data).toEqual([]);
  });
});
