import { beforeAll, describe, expect, test } from '@jest/globals';
import type Stripe from 'stripe';
import { adminRole, readTrail } from '../audit/audit-kit.ts';
import { runCli } from '../cli/run-cli.ts';
import { createSessionForMutation } from '../helpers/admin-operations.ts';
import { billingCustomerQuery, portalConfigurationQuery } from '../helpers/operations.ts';
import { returnUrl } from '../helpers/test-app.ts';
import { type CreationKit, createCreationKit } from './creation-kit.ts';

let kit: CreationKit;
beforeAll(async () => {
  kit = await createCreationKit();
});

const createNamed = (userId: string): Promise<Stripe.Customer> =>
  kit.stripe.customers.create({ metadata: { userId } });

/** Whose customer the session was opened for that Stripe was asked for last. */
function findLastVisitor(): unknown {
  const sessions = kit.emulator.requests.filter(({ path }) => path === '/v1/billing_portal/sessions');
  return sessions.at(-1)?.params['customer'];
}

describe("a user's first session", () => {
  test('makes a customer who names the user and has the verified e-mail, and nothing else', async () => {
    (await kit.open({ userId: 'ada', email: 'ada@example.com' })).expectData();

    const [customer, ...others] = await kit.listCustomers('ada');
    expect(others).toEqual([]);
    expect(await kit.findLinked('ada')).toBe(customer?.id);
    expect(findLastVisitor()).toBe(customer?.id);
    expect(kit.listCreations().at(-1)?.params).toEqual({
      email: 'ada@example.com',
      metadata: { userId: 'ada' },
    });
    expect(await readTrail(kit.app, { userId: 'ada' })).toMatchObject([
      { actor: 'ada', action: 'CREATE_CUSTOMER', targetId: customer?.id, outcome: 'SUCCEEDED' },
    ]);
  });

  test('makes one without an e-mail where none is verified', async () => {
    (await kit.open({ userId: 'silent' })).expectData();

    expect(kit.listCreations().at(-1)?.params).toEqual({ metadata: { userId: 'silent' } });
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

  test('is made once for calls at once, with one search', async () => {
    const isSearch = ({ path }: { readonly path: string }): boolean => path === '/v1/customers/search';
    const before = kit.emulator.requests.filter(isSearch).length;
    const answers = await Promise.all(Array.from({ length: 20 }, () => kit.open({ userId: 'eager' })));

    for (const answer of answers) answer.expectData();
    expect(kit.emulator.requests.filter(isSearch)).toHaveLength(before + 1);
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
    expect(careful.emulator.requests).toEqual([]);
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

    (await kit.open({ userId: 'gone' })).expectError('CUSTOMER_NOT_FOUND');
    expect(await kit.listCustomers('gone')).toEqual([]);
  });
});

describe('a customer whose metadata names the user', () => {
  test.each([
    ['just made, which search does not find yet', 0],
    ['made a while ago, which the list of new ones does not reach', 60],
  ])('is linked: %s', async (_what, minutes) => {
    const userId = `bought-${minutes}`;
    const { id } = await createNamed(userId);
    await kit.pass(minutes);
    const before = kit.listCreations().length;

    (await kit.open({ userId })).expectData();

    expect(await kit.findLinked(userId)).toBe(id);
    expect(kit.listCreations()).toHaveLength(before);
    expect(await readTrail(kit.app, { userId })).toMatchObject([
      { actor: userId, action: 'LINK_CUSTOMER', targetId: id, outcome: 'SUCCEEDED' },
    ]);
  });

  test('is linked after hours without a session, though hundreds were made since', async () => {
    const { id } = await createNamed('early');
    for (let index = 0; index < 120; index += 1) await createNamed(`later-${index}`);
    (await kit.open({ userId: 'early' })).expectData();

    expect(await kit.findLinked('early')).toBe(id);
  });

  test('is not linked when it was deleted, be it that search still finds it', async () => {
    const { id } = await createNamed('deleted');
    await kit.pass(10);
    await kit.stripe.customers.del(id);
    (await kit.open({ userId: 'deleted' })).expectData();

    expect(await kit.findLinked('deleted')).not.toBe(id);
  });

  test('is not linked when it names another since, be it that search still finds it', async () => {
    const { id } = await createNamed('former');
    await kit.pass(10);
    await kit.stripe.customers.update(id, { metadata: { userId: 'latter' } });
    (await kit.open({ userId: 'former' })).expectData();

    expect(await kit.findLinked('former')).not.toBe(id);
  });

  test('is not linked to one whose id differs in case, as search does not tell them apart', async () => {
    const { id } = await createNamed('Case');
    await kit.pass(10);
    (await kit.open({ userId: 'case' })).expectData();
    (await kit.open({ userId: 'Case' })).expectData();

    expect(await kit.findLinked('Case')).toBe(id);
    expect(await kit.findLinked('case')).not.toBe(id);
  });

  test.each([
    "o'neil",
    'back\\slash\\',
    "\\'",
    'say "hi"',
    "x' OR metadata['userId']:'victim",
    "' AND created>0 AND metadata['userId']:'",
    'auth0|5f7c8ec7c33c6c004bbafe82',
    'ada@example.com:1',
    'ünïcödé 🦊',
  ])('is found by search whatever the id is made of: %s', async (userId) => {
    const { id } = await createNamed(userId);
    await kit.pass(60);
    (await kit.open({ userId })).expectData();

    expect(await kit.findLinked(userId)).toBe(id);
  });

  test('is not found by what else an id could say in a query', async () => {
    await createNamed('victim');
    await kit.pass(60);
    const userId = "nobody' OR metadata['userId']:'victim";
    (await kit.open({ userId })).expectData();
    const search = kit.emulator.requests.filter(({ path }) => path === '/v1/customers/search').at(-1);

    expect(search?.params['query']).toBe(
      "metadata['userId']:'nobody\\' OR metadata[\\'userId\\']:\\'victim'",
    );
    expect(await kit.listCustomers(userId)).toHaveLength(1);
    expect(await kit.findLinked('victim')).toBeUndefined();
  });

  test.each([0, 60])('makes nobody choose when there are several (%i minutes old)', async (minutes) => {
    const userId = `several-${minutes}`;
    const ids = [(await createNamed(userId)).id, (await createNamed(userId)).id];
    await kit.pass(minutes);
    const before = kit.listCreations().length;

    const { message } = (await kit.open({ userId })).expectError('CUSTOMER_AMBIGUOUS');

    expect(message).toContain('Contact support');
    expect(await kit.findLinked(userId)).toBeUndefined();
    expect(kit.listCreations()).toHaveLength(before);
    const logged = kit.app.logs.slice(-2).join();
    for (const named of [...ids, userId]) expect(logged).toContain(named);
  });

  test('is not taken from the user who has it, though it names another', async () => {
    const { id } = await createNamed('thief');
    await kit.app.link('owner', id);

    (await kit.open({ userId: 'thief' })).expectError('CUSTOMER_AMBIGUOUS');

    expect(await kit.findLinked('owner')).toBe(id);
    expect(await kit.listCustomers('thief')).toHaveLength(1);
    expect(kit.app.logs.slice(-2).join()).toContain(`${id} is linked to another user`);
  });

  test('comes back after it was unlinked, unless its metadata is cleared', async () => {
    (await kit.open({ userId: 'back' })).expectData();
    const first = await kit.findLinked('back');
    await kit.database.customers.unlink('back');
    (await kit.open({ userId: 'back' })).expectData();
    expect(await kit.findLinked('back')).toBe(first);

    await kit.database.customers.unlink('back');
    await kit.stripe.customers.update(first ?? '', { metadata: { userId: '' } });
    (await kit.open({ userId: 'back' })).expectData();
    expect(await kit.findLinked('back')).not.toBe(first);
  });

  test('is made once, though the user was erased with all attempts a moment ago', async () => {
    const visitor = { userId: 'erased', email: 'erased@example.com' };
    (await kit.open(visitor)).expectData();
    const first = await kit.findLinked('erased');
    const env = { DATABASE_URL: kit.app.config.databaseUrl, STRIPE_SCOPE: 'test' };
    const { stdout } = await runCli(['erase', 'erased', '--yes'], { env });
    expect(stdout).toContain('what a customer was created with in the last two days');
    expect(await kit.database.records.listOf('customer-creation', 'erased')).toEqual([]);

    (await kit.open(visitor)).expectData();
    expect(await kit.findLinked('erased')).toBe(first);
    expect(await kit.listCustomers('erased')).toHaveLength(1);
  });
});
