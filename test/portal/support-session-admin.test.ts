import { beforeAll, describe, expect, test } from '@jest/globals';
import { readTrail } from '../audit/audit-kit.ts';
import { type AdminPortal, createAdminPortal } from './admin-portal.ts';

let portal: AdminPortal;

beforeAll(async () => {
  portal = await createAdminPortal();
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
