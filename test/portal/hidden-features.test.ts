import { beforeEach, describe, expect, test } from '@jest/globals';
import type Stripe from 'stripe';
import { adminRole } from '../audit/audit-kit.ts';
import type { BillingPortalFeaturesInput } from '../generated/graphql.ts';
import { createSessionForMutation } from '../helpers/admin-operations.ts';
import { openPortalMutation } from '../helpers/operations.ts';
import { createTestApp, returnUrl } from '../helpers/test-app.ts';
import { type PolicyPortal, type User, createPolicyPortal } from './policy-portal.ts';

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
  expect(await send(`mutation { deactivateBillingPortalConfiguration(id: "${id}") { id } }`)).toMatchObject({
    errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
  });
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
