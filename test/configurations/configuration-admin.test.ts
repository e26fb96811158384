import { beforeAll, describe, expect, test } from '@jest/globals';
import { readTrail } from '../audit/audit-kit.ts';
import type { PortalConfigurationsQuery } from '../generated/graphql.ts';
import { portalConfigurationsQuery } from '../helpers/admin-operations.ts';
import type { GraphqlAnswer } from '../helpers/graphql-answer.ts';
import { type AdminPortal, createAdminPortal } from '../portal/admin-portal.ts';

let portal: AdminPortal;

beforeAll(async () => {
  portal = await createAdminPortal();
});

describe('updateBillingPortalConfiguration', () => {
  test('changes what is given, leaves the rest, and removes a text by null', async () => {
    const id = await portal.createNew({
      name: 'Before',
      businessProfile: { headline: 'Hello', privacyPolicyUrl: 'https://example.com/p' },
      features: { invoiceHistory: { enabled: true } },
    });

    const answer = await portal.update(id, {
      name: 'After',
      businessProfile: { headline: null },
      features: { paymentMethodUpdate: { enabled: true } },
    });

    expect(answer.expectData().updateBillingPortalConfiguration).toEqual({ id, name: 'After' });
    expect(await portal.retrieve(id)).toMatchObject({
      name: 'After',
      business_profile: { headline: null, privacy_policy_url: 'https://example.com/p' },
      features: { invoice_history: { enabled: true }, payment_method_update: { enabled: true } },
    });
    const [entry] = await readTrail(portal.app, { action: 'UPDATE_PORTAL_CONFIGURATION' });
    expect(entry).toMatchObject({ targetId: id, outcome: 'SUCCEEDED' });
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

  test('refuses a cursor of another list', async () => {
    const after = Buffer.from('bpc_none').toString('base64url');
    const answer = await portal.execute({ document: portalConfigurationsQuery, variables: { after } });
    expect(answer.expectError('BAD_USER_INPUT').message).toBe('`after` is not a cursor of this list.');
  });
});
