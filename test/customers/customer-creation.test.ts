import { beforeAll, describe, expect, test } from '@jest/globals';
import { adminRole, readTrail, signClaims } from '../audit/audit-kit.ts';
import { createSessionForMutation } from '../helpers/admin-operations.ts';
import {
  billingCustomerQuery,
  createSessionMutation,
  portalConfigurationQuery,
} from '../helpers/operations.ts';
import { createTestApp, returnUrl } from '../helpers/test-app.ts';
import { type CreationKit, createCreationKit } from './creation-kit.ts';

let kit: CreationKit;
beforeAll(async () => {
  kit = await createCreationKit();
});

/** Whose customer the session was opened for that Stripe was asked for last. */
function findLastVisitor(): unknown {
  const sessions = kit.localStripe.requests.filter(({ path }) => path === '/v1/billing_portal/sessions');
  return sessions.at(-1)?.params['customer'];
}

describe("a user's first session", () => {
  test('creates a customer with a random mark and the verified e-mail, and nothing that names the user', async () => {
    (await kit.open({ userId: 'ada', email: 'ada@example.com' })).expectData();

    const [customer, ...others] = await kit.listCustomers('ada');
    expect(others).toEqual([]);
    expect(await kit.findLinked('ada')).toBe(customer?.id);
    expect(findLastVisitor()).toBe(customer?.id);
    expect(kit.listCreations().at(-1)?.params).toEqual({
      email: 'ada@example.com',
      metadata: { billing_portal_attempt: expect.stringMatching(/^[\w-]{36}$/) },
    });
    expect(await readTrail(kit.app, { userId: 'ada' })).toMatchObject([
      { actor: 'ada', action: 'CREATE_CUSTOMER', targetId: customer?.id, outcome: 'SUCCEEDED' },
    ]);
  });

  test('makes one without an e-mail where none is verified', async () => {
    (await kit.open({ userId: 'silent' })).expectData();

    expect(kit.listCreations().at(-1)?.params).toEqual({
      metadata: { billing_portal_attempt: expect.any(String) },
    });
  });

  test('makes one without the e-mail where Stripe does not take it', async () => {
    const refusal = { status: '400', code: 'email_invalid', message: 'Invalid email address: odd@localhost' };
    await kit.control('POST', 'faults', { method: 'POST', path: '/v1/customers', ...refusal });
    (await kit.open({ userId: 'odd', email: 'odd@localhost' })).expectData();

    expect(await kit.listCustomers('odd')).toMatchObject([{ email: null }]);
    expect(await readTrail(kit.app, { userId: 'odd' })).toMatchObject([
      { action: 'CREATE_CUSTOMER', outcome: 'SUCCEEDED' },
      { action: 'CREATE_CUSTOMER', outcome: 'FAILED', code: 'STRIPE_MISCONFIGURED' },
    ]);
  });

  test("makes one even where others have the user's e-mail, linked or not", async () => {
    const email = 'shared@example.com';
    const stranger = await kit.stripe.customers.create({ email });
    const bobs = await kit.stripe.customers.create({ email });
    await kit.app.link('bob', bobs.id);
    await kit.pass(60);
    (await kit.open({ userId: 'eve', email })).expectData();

    expect([stranger.id, bobs.id]).not.toContain(await kit.findLinked('eve'));
    expect(await kit.listCustomers('eve')).toHaveLength(1);
  });

  test('is created once for calls at once, without a search', async () => {
    const isSearch = ({ path }: { readonly path: string }): boolean => path === '/v1/customers/search';
    const before = kit.localStripe.requests.filter(isSearch).length;
    const answers = await Promise.all(Array.from({ length: 20 }, () => kit.open({ userId: 'eager' })));

    for (const answer of answers) answer.expectData();
    expect(kit.localStripe.requests.filter(isSearch)).toHaveLength(before);
    expect(await kit.listCustomers('eager')).toHaveLength(1);
  });

  test('is followed by others for the same customer', async () => {
    for (const email of ['first@example.com', 'second@example.com'])
      (await kit.open({ userId: 'again', email })).expectData();

    expect(await kit.listCustomers('again')).toMatchObject([{ email: 'first@example.com' }]);
  });

  test.each([
    ['POST', '/api/billing-portal', { body: JSON.stringify({ returnUrl }) }, 200],
    ['GET', `/billing-portal?returnUrl=${returnUrl}`, {}, 303],
  ])('makes one by REST, too: %s', async (method, path, request, status) => {
    const token = await kit.app.createToken({ userId: method });
    const headers = { 'content-type': 'application/json' };

    expect((await kit.app.fetch(path, { method, headers, token, ...request })).status).toBe(status);
    expect(await kit.listCustomers(method)).toHaveLength(1);
  });
});

describe('no customer is made', () => {
  const token = (roles: string[] = []): Promise<string> => kit.app.createToken({ userId: 'nobody', roles });
  const cases: readonly (readonly [string, () => Promise<unknown>])[] = [
    [
      'by a look at the own customer',
      async () => {
        const answer = await kit.app.execute({ document: billingCustomerQuery, token: await token() });
        expect(answer.expectData().billingCustomer).toBeNull();
      },
    ],
    [
      'by a look at the configuration',
      async () =>
        (await kit.app.execute({ document: portalConfigurationQuery, token: await token() })).expectData(),
    ],
    [
      "by an administrator's session on their behalf",
      async () => {
        const variables = { userId: 'nobody', returnUrl };
        const asAdmin = await token([adminRole]);
        (
          await kit.app.execute({ document: createSessionForMutation, variables, token: asAdmin })
        ).expectError('CUSTOMER_NOT_FOUND');
      },
    ],
    [
      'for a session that is refused for its return URL',
      async () => {
        const path = '/billing-portal?returnUrl=https://evil.example';
        expect((await kit.app.fetch(path, { token: await token() })).status).toBe(400);
      },
    ],
  ];

  test.each(cases)('%s', async (_what, ask) => {
    const before = kit.listCreations().length;
    await ask();

    expect(kit.listCreations()).toHaveLength(before);
    expect(await kit.findLinked('nobody')).toBeUndefined();
  });

  test('where that is not asked for', async () => {
    const careful = await createCreationKit({ CUSTOMER_CREATION: '' });

    (await careful.open({ userId: 'ada', email: 'ada@example.com' })).expectError('CUSTOMER_NOT_FOUND');
    expect(careful.localStripe.requests).toEqual([]);
  });

  test('in the place of one that is linked and that Stripe does not have', async () => {
    await kit.app.link('moved', 'cus_ofAnotherAccount');
    const before = kit.listCreations().length;

    for (let visit = 0; visit < 3; visit += 1)
      (await kit.open({ userId: 'moved', email: 'moved@example.com' })).expectError('CUSTOMER_NOT_FOUND');

    expect(kit.listCreations()).toHaveLength(before);
    expect(await kit.findLinked('moved')).toBe('cus_ofAnotherAccount');
  });

  test('in the place of one that is linked and was deleted at Stripe', async () => {
    (await kit.open({ userId: 'gone' })).expectData();
    await kit.stripe.customers.del((await kit.findLinked('gone')) ?? '');

    const token = await kit.app.createToken({ userId: 'gone' });
    const read = { document: billingCustomerQuery, variables: { fresh: true }, token };
    for (const answer of [await kit.open({ userId: 'gone' }), await kit.app.execute(read)])
      expect(answer.expectError('CUSTOMER_NOT_FOUND').message).toBe(
        'Your billing account no longer exists. Contact support.',
      );
    expect(await kit.listCustomers('gone')).toEqual([]);
  });
});

/** Opens a session as a member of an organisation, whose token has the member's personal address. */
async function openAsMember({ app }: CreationKit, claims: Readonly<Record<string, unknown>>): Promise<void> {
  const token = await signClaims(app, {
    sub: 'member_1',
    name: 'Ada Lovelace',
    email: 'ada.personal@example.com',
    email_verified: true,
    ...claims,
  });
  (await app.execute({ document: createSessionMutation, variables: { returnUrl }, token })).expectData();
}

test.each([
  ['org_id', { org_id: 'org_1' }],
  ['https://example.com/org', { 'https://example.com/org': 'org_1' }],
  ['organization.id', { organization: { id: 'org_1' } }],
])(
  "an organisation's customer (%s) gets nothing personal of the member who came first",
  async (claim, claims) => {
    const kit = await createCreationKit({ JWT_SUBJECT_CLAIM: claim });

    await openAsMember(kit, claims);

    expect(await kit.findLinked('org_1')).toMatch(/^cus_/);
    expect(JSON.stringify(kit.listCreations())).not.toMatch(/personal|lovelace|member_1/i);
    expect(kit.listCreations()).toMatchObject([{ params: { metadata: expect.anything() } }]);
    expect(kit.listCreations()[0]?.params).not.toHaveProperty('email');
  },
);

test('an organisation has the address of the claim that is configured for it', async () => {
  const kit = await createCreationKit({
    JWT_SUBJECT_CLAIM: 'organization.id',
    JWT_EMAIL_CLAIM: 'organization.billing_email',
  });

  await openAsMember(kit, { organization: { id: 'org_1', billing_email: 'billing@example.com' } });

  expect(kit.listCreations()).toMatchObject([{ params: { email: 'billing@example.com' } }]);
});

const signUpUrl = 'https://www.example.com/pricing?from=billing';

async function refuse(env: Record<string, string>) {
  const app = await createTestApp(env);
  const token = await app.createToken({ userId: 'new' });
  const answer = await app.execute({ document: createSessionMutation, variables: { returnUrl }, token });
  const rest = await app.fetch('/api/billing-portal', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ returnUrl }),
    token,
  });
  return {
    extensions: answer.expectError('CUSTOMER_NOT_FOUND').extensions,
    rest: (await rest.json()) as object,
  };
}

test('a user without a customer learns where to buy', async () => {
  const { extensions, rest } = await refuse({ SIGN_UP_URL: signUpUrl });

  expect(extensions).toEqual({ code: 'CUSTOMER_NOT_FOUND', signUpUrl });
  expect(rest).toMatchObject({ code: 'CUSTOMER_NOT_FOUND', signUpUrl });
});

test('no page is named where none is set', async () => {
  const { extensions, rest } = await refuse({ SIGN_UP_URL: '' });

  expect(extensions).toEqual({ code: 'CUSTOMER_NOT_FOUND' });
  expect(rest).not.toHaveProperty('signUpUrl');
});

test.each([
  'http://www.example.com/pricing',
  'javascript:alert(1)',
  'www.example.com',
  'https://user:secret@www.example.com/pricing',
])('SIGN_UP_URL=%s is refused at the start', async (url) => {
  await expect(createTestApp({ SIGN_UP_URL: url })).rejects.toThrow(/SIGN_UP_URL: expected https/);
});
