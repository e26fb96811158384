import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Stripe } from 'stripe';
import { refusalOf, startLocalStripe } from './local-stripe-client.ts';
import { createConfiguration, createCustomer } from './fixtures.ts';

type SessionParams = Stripe.BillingPortal.SessionCreateParams;
type FlowData = Stripe.BillingPortal.SessionCreateParams.FlowData;

let stripe: Stripe;
let sessions: Stripe['billingPortal']['sessions'];
beforeAll(async () => {
  ({ stripe } = await startLocalStripe());
  sessions = stripe.billingPortal.sessions;
});

test('without a configuration and without saved settings, Stripe’s words say what to do', async () => {
  const fresh = await startLocalStripe();
  const customer = await createCustomer(fresh.stripe);
  const refusal = await refusalOf(fresh.stripe.billingPortal.sessions.create({ customer: customer.id }));
  expect(refusal.statusCode).toBe(400);
  expect(refusal.message).toContain(
    'No configuration provided and your test mode default configuration has not been created.',
  );
});

test('a session has every member that Stripe’s has', async () => {
  const customer = await createCustomer(stripe);
  const configuration = await createConfiguration(stripe);
  const session = await sessions.create({
    customer: customer.id,
    configuration: configuration.id,
    return_url: 'https://app.example.com/account',
    locale: 'de',
    on_behalf_of: 'acct_1',
    after_expiration: { type: 'customer_login', customer_login: { expires_at: 4_000_000_000 } },
  });
  expect({ ...session }).toEqual({
    id: expect.stringMatching(/^bps_\w{24}$/),
    object: 'billing_portal.session',
    after_expiration: { type: 'customer_login', customer_login: { expires_at: 4_000_000_000 } },
    configuration: configuration.id,
    created: expect.any(Number),
    customer: customer.id,
    customer_account: null,
    flow: null,
    livemode: false,
    locale: 'de',
    on_behalf_of: 'acct_1',
    return_url: 'https://app.example.com/account',
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/p\/session\/test_\w{43}$/),
  });
});

test('no two sessions share an address', async () => {
  const customer = await createCustomer(stripe);
  const { id: configuration } = await createConfiguration(stripe);
  const urls = await Promise.all(
    Array.from(
      { length: 20 },
      async () => (await sessions.create({ customer: customer.id, configuration })).url,
    ),
  );
  expect(new Set(urls).size).toBe(20);
});

test('the return URL of the configuration stands in for a missing one', async () => {
  const customer = await createCustomer(stripe);
  const { id } = await createConfiguration(stripe);
  await stripe.billingPortal.configurations.update(id, {
    default_return_url: 'https://app.example.com/default',
  });
  const session = await sessions.create({ customer: customer.id, configuration: id });
  expect(session.return_url).toBe('https://app.example.com/default');
});

describe('refusals', () => {
  let customer: string;
  let configuration: string;
  beforeAll(async () => {
    customer = (await createCustomer(stripe)).id;
    configuration = (await createConfiguration(stripe)).id;
  });

  test.each<[string, () => SessionParams, string, string | undefined]>([
    ['no customer', () => ({}), 'customer', 'parameter_missing'],
    ['an unknown customer', () => ({ customer: 'cus_unknown' }), 'customer', 'resource_missing'],
    [
      'an unknown account',
      () => ({ customer_account: 'acct_unknown' }),
      'customer_account',
      'resource_missing',
    ],
    [
      'an unknown configuration',
      () => ({ customer, configuration: 'bpc_unknown' }),
      'configuration',
      'resource_missing',
    ],
    [
      'features',
      () => ({ customer, features: { invoice_history: { enabled: true } } }) as SessionParams,
      'features',
      'parameter_unknown',
    ],
    [
      'a return URL that is none',
      () => ({ customer, configuration, return_url: 'account' }),
      'return_url',
      'url_invalid',
    ],
    ['an unknown locale', () => ({ customer, configuration, locale: 'tlh' }), 'locale', undefined],
    [
      'a flow of no type',
      () => ({ customer, configuration, flow_data: {} as FlowData }),
      'flow_data[type]',
      'parameter_missing',
    ],
    [
      'an unknown flow',
      () => ({ customer, configuration, flow_data: { type: 'dance' } }),
      'flow_data[type]',
      undefined,
    ],
    [
      'a flow without its subject',
      () => ({ customer, configuration, flow_data: { type: 'subscription_cancel' } }),
      'flow_data[subscription_cancel]',
      'parameter_missing',
    ],
    [
      'a redirect to nowhere',
      () => ({
        customer,
        configuration,
        flow_data: { type: 'payment_method_update', after_completion: { type: 'redirect' } },
      }),
      'flow_data[after_completion][redirect]',
      'parameter_missing',
    ],
  ])('%s', async (_what, params, param, code) => {
    // The SDK sends nothing for an empty flow_data, so an unknown member stands in for it.
    const refusal = await refusalOf(sessions.create(withSentFlow(params())));
    expect(refusal).toMatchObject({ statusCode: 400, param, code });
  });

  test('a deleted customer is no customer', async () => {
    const { id } = await createCustomer(stripe);
    await stripe.customers.del(id);
    const refusal = await refusalOf(sessions.create({ customer: id, configuration }));
    expect(refusal).toMatchObject({ statusCode: 400, code: 'resource_missing', param: 'customer' });
    expect(refusal.message).toBe(`No such customer: '${id}'`);
  });

  test('an inactive configuration', async () => {
    const { id } = await createConfiguration(stripe);
    await stripe.billingPortal.configurations.update(id, { active: false });
    expect(await refusalOf(sessions.create({ customer, configuration: id }))).toMatchObject({
      param: 'configuration',
    });
  });
});

/** The SDK sends nothing for an empty object. */
function withSentFlow(params: SessionParams): SessionParams {
  const empty = params.flow_data && Object.keys(params.flow_data).length === 0;
  return empty
    ? { ...params, flow_data: { after_completion: { type: 'portal_homepage' } } as FlowData }
    : params;
}
