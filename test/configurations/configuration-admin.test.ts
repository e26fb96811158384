import { beforeAll, describe, expect, test } from '@jest/globals';
import { adminRole, readTrail } from '../audit/audit-kit.ts';
import type {
  BillingPortalConfigurationInput,
  PortalConfigurationsQuery,
  PortalSubscriptionUpdateInput,
} from '../generated/graphql.ts';
import { portalConfigurationsQuery } from '../helpers/admin-operations.ts';
import type { GraphqlAnswer } from '../helpers/graphql-answer.ts';
import { returnUrl } from '../helpers/test-app.ts';
import { type AdminPortal, createAdminPortal } from '../portal/admin-portal.ts';

let portal: AdminPortal;

beforeAll(async () => {
  portal = await createAdminPortal();
});

describe('updateBillingPortalConfiguration', () => {
  test('changes what is given, leaves the rest, and removes a text by null', async () => {
    const id = await portal.createNew({
      name: 'Before',
      defaultReturnUrl: returnUrl,
      businessProfile: { headline: 'Hello', privacyPolicyUrl: 'https://example.com/p' },
      features: { invoiceHistory: { enabled: true } },
    });

    const answer = await portal.update(id, {
      name: 'After',
      defaultReturnUrl: null,
      businessProfile: { headline: null },
      features: { paymentMethodUpdate: { enabled: true } },
    });

    expect(answer.expectData().updateBillingPortalConfiguration).toEqual({ id, name: 'After' });
    expect(await portal.retrieve(id)).toMatchObject({
      name: 'After',
      default_return_url: null,
      business_profile: { headline: null, privacy_policy_url: 'https://example.com/p' },
      features: { invoice_history: { enabled: true }, payment_method_update: { enabled: true } },
    });
    const [entry] = await readTrail(portal.app, { action: 'UPDATE_PORTAL_CONFIGURATION' });
    const details = [{ name: 'enabled', value: 'payment_method_update' }];
    expect(entry).toMatchObject({ targetId: id, outcome: 'SUCCEEDED', details });
  });

  test('empties lists by []', async () => {
    const id = await portal.createNew({
      features: {
        customerUpdate: { enabled: true, allowedUpdates: ['EMAIL', 'PHONE'] },
        subscriptionCancel: {
          enabled: true,
          cancellationReason: { enabled: true, options: ['TOO_EXPENSIVE'] },
        },
      },
    });

    const answer = await portal.update(id, {
      features: {
        customerUpdate: { enabled: false, allowedUpdates: [] },
        subscriptionCancel: { enabled: false, cancellationReason: { enabled: false, options: [] } },
      },
    });

    answer.expectData();
    expect((await portal.retrieve(id)).features).toMatchObject({
      customer_update: { allowed_updates: [] },
      subscription_cancel: { cancellation_reason: { options: [] } },
    });
  });

  test('holds the change together with what is there to the rules', async () => {
    const [productId = ''] = portal.demo.productIds;
    const priceIds = Object.values(portal.demo.prices[0] ?? {});
    const features = {
      paymentMethodUpdate: { enabled: true },
      subscriptionUpdate: { defaultAllowedUpdates: ['PRICE' as const], products: [{ productId, priceIds }] },
    };
    const id = await portal.createNew({
      features: { ...features, subscriptionUpdate: { ...features.subscriptionUpdate, enabled: true } },
    });
    (await portal.update(id, { features: { subscriptionUpdate: { enabled: false } } })).expectData();

    (await portal.update(id, { features: { subscriptionUpdate: { enabled: true } } })).expectData();

    const off = { features: { paymentMethodUpdate: { enabled: false } } };
    (await portal.update(id, off)).expectError('BAD_USER_INPUT');
    expect((await portal.retrieve(id)).features.payment_method_update.enabled).toBe(true);
  });

  test("may change the account's default", async () => {
    const { configurationId } = portal.demo;
    (await portal.update(configurationId, { name: 'Renamed' })).expectData();
    expect((await portal.retrieve(configurationId)).name).toBe('Renamed');
  });
});

describe('deactivateBillingPortalConfiguration', () => {
  test('deactivates, on the record', async () => {
    const id = await portal.createNew();

    expect((await portal.deactivate(id)).expectData().deactivateBillingPortalConfiguration).toEqual({
      id,
      active: false,
    });
    expect((await portal.retrieve(id)).active).toBe(false);
    const [entry] = await readTrail(portal.app, { action: 'DEACTIVATE_PORTAL_CONFIGURATION' });
    expect(entry).toMatchObject({ targetId: id, outcome: 'SUCCEEDED' });
  });

  test("refuses the account's default, and one with a login page", async () => {
    (await portal.deactivate(portal.demo.configurationId)).expectError('BAD_USER_INPUT');
    (await portal.deactivate(await portal.createNew({ loginPage: { enabled: true } }))).expectError(
      'BAD_USER_INPUT',
    );
  });
});

describe('activateBillingPortalConfiguration', () => {
  test('activates a deactivated configuration again, on the record', async () => {
    const id = await portal.createNew();
    (await portal.deactivate(id)).expectData();

    expect((await portal.activate(id)).expectData().activateBillingPortalConfiguration).toEqual({
      id,
      active: true,
    });
    expect((await portal.retrieve(id)).active).toBe(true);
    const [entry] = await readTrail(portal.app, { action: 'ACTIVATE_PORTAL_CONFIGURATION' });
    expect(entry).toMatchObject({ targetId: id, outcome: 'SUCCEEDED' });
  });
});

describe('what a policy manages', () => {
  test.each([
    ['update', () => portal.update(portal.managedId, { name: 'Mine' })],
    ['deactivation', () => portal.deactivate(portal.managedId)],
    ['activation', () => portal.activate(portal.managedId)],
  ])('refuses %s, on the record', async (_title, change) => {
    const before = portal.countWrites();

    const { message } = (await change()).expectError('BAD_USER_INPUT');

    expect(message).toContain('"vip" manages this configuration');
    expect(portal.countWrites()).toBe(before);
    expect((await readTrail(portal.app))[0]).toMatchObject({ targetId: portal.managedId, outcome: 'FAILED' });
  });
});

test('a configuration that hides features of another is not changed, and the answer says which one to change', async () => {
  const { id } = await portal.stripe.billingPortal.configurations.create({
    features: { invoice_history: { enabled: true } },
    metadata: {
      billing_portal_namespace: 'default',
      billing_portal_content: 'a',
      billing_portal_narrowed_from: 'b',
    },
  });

  const { message } = (await portal.update(id, { name: 'Mine' })).expectError('BAD_USER_INPUT');

  expect(message).toContain('change the configuration that they narrow');
});

test('the products that a configuration offers are in the answer of each operation', async () => {
  const [productId = ''] = portal.demo.productIds;
  const priceIds = Object.values(portal.demo.prices[0] ?? {});
  const products = [{ productId, priceIds }];
  const input = {
    features: {
      paymentMethodUpdate: { enabled: true },
      subscriptionUpdate: { enabled: true, defaultAllowedUpdates: ['PRICE'], products },
    },
  };
  const token = await portal.app.createToken({ userId: 'root', roles: [adminRole] });
  const ask = async (operation: string, variables: object): Promise<string> => {
    const shown = 'id features { subscriptionUpdate { products { productId } } }';
    const query = operation.replace('SHOWN', shown);
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ query, variables });
    return (await portal.app.fetch('/graphql', { method: 'POST', headers, token, body })).text();
  };
  const typed = '($input: BillingPortalConfigurationInput!)';

  const answers = [
    await ask(`mutation ${typed} { createBillingPortalConfiguration(input: $input) { SHOWN } }`, { input }),
    await ask('{ billingPortalConfigurations(first: 1) { edges { node { SHOWN } } } }', {}),
  ];
  const id = /bpc_\w+/.exec(answers[0] ?? '')?.[0];
  answers.push(await ask(`mutation { deactivateBillingPortalConfiguration(id: "${id}") { SHOWN } }`, {}));

  const expected = `"id":"${id}","features":{"subscriptionUpdate":{"products":[{"productId":"${productId}"}]}}`;
  for (const answer of answers) expect(answer).toContain(expected);
});

test.each(['bpc_none', 'cus_1', '', '../customers', 'bpc_x?y'])(
  'there is no configuration %j',
  async (id) => {
    (await portal.update(id, {})).expectError('BAD_USER_INPUT');
    (await portal.deactivate(id)).expectError('BAD_USER_INPUT');
    (await portal.activate(id)).expectError('BAD_USER_INPUT');
    (await portal.createFor({ configurationId: id })).expectError('BAD_USER_INPUT');
  },
);

describe('billingPortalConfigurations', () => {
  test("pages through all of the account's, and says which a policy manages", async () => {
    const seen = [];
    for (let after: string | null | undefined, more = true; more;) {
      const variables = { first: 2, ...(after == null ? {} : { after }) };
      const answer: GraphqlAnswer<PortalConfigurationsQuery> = await portal.execute({
        document: portalConfigurationsQuery,
        variables,
      });
      const { edges, pageInfo } = answer.expectData().billingPortalConfigurations;
      seen.push(...edges.map(({ node }) => node));
      ({ endCursor: after, hasNextPage: more } = pageInfo);
    }

    expect(seen.map(({ id }) => id)).toEqual((await portal.listConfigurations()).map(({ id }) => id));
    expect(seen.find(({ id }) => id === portal.managedId)?.policy).toEqual({
      namespace: 'default',
      name: 'vip',
    });
    expect(seen.find(({ isDefault }) => isDefault)?.policy).toBeNull();
  });

  test("fails with Stripe's refusal, and blames no cursor where none was given", async () => {
    const fault = { path: '/v1/billing_portal/configurations', method: 'GET', status: '400' };
    await portal.control('POST', 'faults', fault);

    const answer = await portal.execute({ document: portalConfigurationsQuery, variables: {} });

    answer.expectError('STRIPE_MISCONFIGURED');
  });

  test('refuses a cursor of another list', async () => {
    const after = Buffer.from('bpc_none').toString('base64url');
    const answer = await portal.execute({ document: portalConfigurationsQuery, variables: { after } });
    expect(answer.expectError('BAD_USER_INPUT').message).toBe('`after` is not a cursor of this list.');
  });
});

describe('createBillingPortalConfiguration', () => {
  test('makes what is asked for, every field of it, and switches off the rest', async () => {
    const [product] = portal.demo.productIds;
    const prices = Object.values(portal.demo.prices[0] ?? {});

    const id = await portal.createNew({
      name: 'Support',
      defaultReturnUrl: returnUrl,
      businessProfile: {
        headline: 'Hello',
        privacyPolicyUrl: 'https://example.com/p',
        termsOfServiceUrl: null,
      },
      loginPage: { enabled: true },
      features: {
        customerUpdate: { enabled: true, allowedUpdates: ['TAX_ID', 'EMAIL'] },
        paymentMethodUpdate: { enabled: true },
        subscriptionCancel: {
          enabled: true,
          mode: 'IMMEDIATELY',
          prorationBehavior: 'CREATE_PRORATIONS',
          cancellationReason: { enabled: true, options: ['TOO_EXPENSIVE'] },
        },
        subscriptionPause: {
          enabled: true,
          duration: { type: 'INTERVAL_OPTIONS', intervalOptions: [{ interval: 'WEEK', intervalCount: 2 }] },
        },
        subscriptionUpdate: {
          enabled: true,
          defaultAllowedUpdates: ['PRICE', 'QUANTITY'],
          products: [
            {
              productId: product ?? '',
              priceIds: prices,
              adjustableQuantity: { enabled: true, minimum: 2, maximum: 5 },
            },
          ],
          prorationBehavior: 'NONE',
          billingCycleAnchor: 'UNCHANGED',
          scheduleAtPeriodEnd: ['DECREASING_ITEM_AMOUNT'],
          trialUpdateBehavior: 'CONTINUE_TRIAL',
        },
      },
    });

    expect(await portal.retrieve(id)).toMatchObject({
      active: true,
      is_default: false,
      metadata: {},
      name: 'Support',
      default_return_url: returnUrl,
      business_profile: {
        headline: 'Hello',
        privacy_policy_url: 'https://example.com/p',
        terms_of_service_url: null,
      },
      login_page: { enabled: true },
      features: {
        customer_update: { enabled: true, allowed_updates: ['tax_id', 'email'] },
        invoice_history: { enabled: false },
        payment_method_update: { enabled: true },
        subscription_cancel: {
          enabled: true,
          mode: 'immediately',
          proration_behavior: 'create_prorations',
          cancellation_reason: { enabled: true, options: ['too_expensive'] },
        },
        subscription_pause: {
          enabled: true,
          duration: { type: 'interval_options', interval_options: [{ interval: 'week', interval_count: 2 }] },
        },
        subscription_update: {
          enabled: true,
          default_allowed_updates: ['price', 'quantity'],
          products: [{ product, prices, adjustable_quantity: { enabled: true, minimum: 2, maximum: 5 } }],
          proration_behavior: 'none',
          billing_cycle_anchor: 'unchanged',
          schedule_at_period_end: { conditions: [{ type: 'decreasing_item_amount' }] },
          trial_update_behavior: 'continue_trial',
        },
      },
    });
    const [entry] = await readTrail(portal.app, { action: 'CREATE_PORTAL_CONFIGURATION' });
    expect(entry).toMatchObject({ actor: 'root', targetId: id, outcome: 'SUCCEEDED', userId: null });
    expect(entry?.details).toEqual([
      {
        name: 'enabled',
        value:
          'customer_update, payment_method_update, subscription_cancel, subscription_pause, subscription_update',
      },
    ]);
  });

  const offered: PortalSubscriptionUpdateInput = { enabled: true, defaultAllowedUpdates: ['PRICE'] };
  const products = Array.from({ length: 11 }, () => ({ productId: 'prod_1', priceIds: ['price_1'] }));
  test.each<readonly [string, BillingPortalConfigurationInput, string]>([
    [
      'a headline of 61 characters',
      { businessProfile: { headline: 'x'.repeat(61) } },
      'businessProfile.headline',
    ],
    ['what is no URL', { businessProfile: { privacyPolicyUrl: 'javascript:alert(1)' } }, 'privacyPolicyUrl'],
    [
      'eleven products',
      { features: { paymentMethodUpdate: { enabled: true }, subscriptionUpdate: { ...offered, products } } },
      'at most 10 products',
    ],
    [
      'an update without products',
      { features: { subscriptionUpdate: offered } },
      'subscriptionUpdate.products',
    ],
    [
      'always_invoice at a cancellation',
      { features: { subscriptionCancel: { enabled: true, prorationBehavior: 'ALWAYS_INVOICE' } } },
      'subscriptionCancel.prorationBehavior',
    ],
    [
      'a value it does not know',
      { features: { subscriptionCancel: { mode: 'UNRECOGNIZED' } } },
      'cancel.mode',
    ],
    [
      'details without any',
      { features: { customerUpdate: { enabled: true } } },
      'customerUpdate.allowedUpdates',
    ],
  ])('refuses %s before Stripe is asked, on the record', async (_title, input, words) => {
    const before = portal.countWrites();

    const { message } = (await portal.create(input)).expectError('BAD_USER_INPUT');

    expect(message.toLowerCase()).toContain(words.toLowerCase());
    expect(portal.countWrites()).toBe(before);
    expect((await readTrail(portal.app))[0]).toMatchObject({ outcome: 'FAILED', code: 'BAD_USER_INPUT' });
  });

  test('refuses a return URL outside of the allowlist', async () => {
    const before = portal.countWrites();
    (await portal.create({ defaultReturnUrl: 'https://evil.example' })).expectError('RETURN_URL_NOT_ALLOWED');
    expect(portal.countWrites()).toBe(before);
  });

  test("names the input field that Stripe refused, without Stripe's message", async () => {
    const features = {
      paymentMethodUpdate: { enabled: true },
      subscriptionUpdate: { ...offered, products: [{ productId: 'prod_none', priceIds: ['price_none'] }] },
    };
    const { message } = (await portal.create({ features })).expectError('BAD_USER_INPUT');

    expect(message).toBe('Stripe refused features.subscriptionUpdate.products.0.productId.');
  });

  test('says that Stripe refused the input where Stripe names no field', async () => {
    const fault = { path: '/v1/billing_portal/configurations', method: 'POST', status: '400' };
    await portal.control('POST', 'faults', fault);

    const { message } = (await portal.create({})).expectError('BAD_USER_INPUT');

    expect(message).toBe('Stripe refused the input.');
  });
});

describe('createBillingPortalSessionFor', () => {
  test("opens the customer's portal, on the record and without its URL", async () => {
    const session = (await portal.createFor({ locale: 'de' })).expectData().createBillingPortalSessionFor;

    expect((await fetch(session.url)).status).toBe(200);
    expect(portal.listSessionRequests().at(-1)?.params).toMatchObject({
      customer: portal.ada.customerId,
      locale: 'de',
    });
    const [entry] = await readTrail(portal.app, { userId: 'ada', action: 'CREATE_PORTAL_SESSION' });
    expect(entry).toMatchObject({ actor: 'root', targetId: portal.ada.customerId, outcome: 'SUCCEEDED' });
    expect(JSON.stringify(entry)).not.toContain('http');
    expect(portal.app.logs.join('')).not.toContain(session.url);
  });

  test("takes no role of the administrator's for the customer's: the strictest policy stands in", async () => {
    const { configurationId } = (await portal.createFor()).expectData().createBillingPortalSessionFor;

    const { metadata, features } = await portal.retrieve(configurationId);
    expect(metadata?.['billing_portal_policy']).toBe('strict');
    expect(features.payment_method_update.enabled).toBe(false);
  });

  test('uses the configuration that is named, and holds deep links to it', async () => {
    const configurationId = await portal.createNew({ features: { paymentMethodUpdate: { enabled: true } } });

    const flow = { type: 'PAYMENT_METHOD_UPDATE' } as const;
    const answer = await portal.createFor({ configurationId, flow });
    expect(answer.expectData().createBillingPortalSessionFor.configurationId).toBe(configurationId);
    expect(portal.listSessionRequests().at(-1)?.params).toMatchObject({ configuration: configurationId });

    (await portal.createFor({ configurationId, flow: { type: 'CUSTOMER_UPDATE' } })).expectError(
      'FLOW_NOT_ALLOWED',
    );
    const [entry] = await readTrail(portal.app, { userId: 'ada' });
    expect(entry?.code).toBe('FLOW_NOT_ALLOWED');
    expect(entry?.details).toEqual([
      { name: 'configurationId', value: configurationId },
      { name: 'flow', value: 'customer_update' },
    ]);
  });

  test('refuses a configuration that is not active', async () => {
    const configurationId = await portal.createNew();
    await portal.deactivate(configurationId);
    (await portal.createFor({ configurationId })).expectError('BAD_USER_INPUT');
  });

  test.each([
    ['RETURN_URL_NOT_ALLOWED', { returnUrl: 'https://evil.example' }],
    ['CUSTOMER_NOT_FOUND', { userId: 'nobody' }],
    ['BAD_USER_INPUT', { userId: '' }],
  ])('answers %s for %j, and asks Stripe nothing', async (code, variables) => {
    const before = portal.localStripe.requests.length;

    (await portal.createFor(variables)).expectError(code);

    expect(portal.localStripe.requests.length).toBe(before);
    expect((await readTrail(portal.app))[0]).toMatchObject({ outcome: 'FAILED', code });
  });

  test('tells an administrator of a customer that Stripe no longer has', async () => {
    const gone = await portal.createUser('gone');
    await portal.stripe.customers.del(gone.customerId);

    const { message } = (await portal.createFor({ userId: 'gone' })).expectError('CUSTOMER_NOT_FOUND');
    expect(message).toBe('Stripe no longer has the customer who is linked to this user.');
  });
});
