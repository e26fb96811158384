import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import Database from 'libsql';
import type Stripe from 'stripe';
import { adminRole, readTrail } from '../audit/audit-kit.ts';
import { runCli } from '../cli/run-cli.ts';
import type {
  CustomerConflictsQuery,
  CustomerConflictsQueryVariables,
  ResolveConflictMutationVariables,
} from '../generated/graphql.ts';
import { linkCustomerMutation, unlinkCustomerMutation } from '../helpers/admin-operations.ts';
import { readAllRows } from '../helpers/all-rows.ts';
import { customerConflictsQuery, resolveConflictMutation } from '../helpers/conflict-operations.ts';
import type { GraphqlAnswer } from '../helpers/graphql-answer.ts';
import { createSessionMutation } from '../helpers/operations.ts';
import { type TestApp, createTestApp, returnUrl } from '../helpers/test-app.ts';
import { type WatchedApp, createWatchedApp } from '../telemetry/watched-app.ts';
import { createEvent } from '../webhooks/webhook-kit.ts';

const key = 'acme_user_id';
type Conflict = CustomerConflictsQuery['customerConflicts']['edges'][number]['node'];

let app: WatchedApp;
let replica: TestApp;
beforeAll(async () => {
  const env = {
    CUSTOMER_CREATION: 'on_demand',
    LINK_BY_METADATA_KEY: key,
    LINK_BY_CLIENT_REFERENCE_ID: 'true',
  };
  app = await createWatchedApp(env);
  await app.sdk.rawRequest('POST', '/_control/portal_settings', {});
  const { databaseUrl, stripe } = app.config;
  replica = await createTestApp({ ...env, DATABASE_URL: databaseUrl, STRIPE_API_URL: stripe.apiUrl?.href });
});

const createNamed = (userId: string): Promise<Stripe.Customer> =>
  app.sdk.customers.create({ metadata: { [key]: userId } });

async function deliver(customer: Stripe.Customer): Promise<void> {
  expect((await app.deliver(createEvent('customer.updated', { ...customer }))).status).toBe(200);
}

const createAdminToken = (): Promise<string> => app.createToken({ userId: 'root', roles: [adminRole] });

async function listConflicts(userId: string): Promise<Conflict[]> {
  const found: Conflict[] = [];
  for (let after: string | null | undefined = null; ;) {
    const variables: CustomerConflictsQueryVariables = { first: 1, ...(after == null ? {} : { after }) };
    const answer: GraphqlAnswer<CustomerConflictsQuery> = await app.execute({
      document: customerConflictsQuery,
      variables,
      token: await createAdminToken(),
    });
    const { edges, pageInfo } = answer.expectData().customerConflicts;
    found.push(...edges.map(({ node }) => node));
    if (!pageInfo.hasNextPage) return found.filter((conflict) => conflict.userId === userId);
    after = pageInfo.endCursor;
    expect(after).toEqual(expect.any(String));
  }
}

async function resolve(variables: ResolveConflictMutationVariables) {
  return app.execute({ document: resolveConflictMutation, variables, token: await createAdminToken() });
}

async function findLinked(userId: string): Promise<string | undefined> {
  return (await app.database.customers.findByUserId(userId))?.stripeCustomerId;
}

async function countConflicts(): Promise<number> {
  return (await app.scrape()).get('billing_portal_customer_conflicts_total', { source: 'event' });
}

/** A user who is linked to a customer, and paid with a second one. */
async function buyTwice() {
  const userId = randomUUID();
  const [first, second] = [await createNamed(userId), await createNamed(userId)];
  await deliver(first);
  await deliver(second);
  const [conflict] = await listConflicts(userId);
  if (conflict === undefined) throw new Error('There is no conflict');
  return { userId, first, second, conflict };
}

/** Refuses new mappings of a user, like a store that fails between two writes, until the returned function is called. */
function failToLink(userId: string): () => void {
  const store = new Database(app.config.databaseUrl.replace(/^sqlite:/, ''));
  store.exec(`CREATE TRIGGER failure BEFORE INSERT ON customers WHEN new.user_id = '${userId}'
    BEGIN SELECT RAISE(ABORT, 'no'); END`);
  return () => {
    store.exec('DROP TRIGGER failure');
    store.close();
  };
}

describe('a second customer that names a linked user', () => {
  test('leaves the mapping, and is a conflict: in the list, in the audit trail and in a metric, once', async () => {
    const before = await countConflicts();
    const { userId, first, second, conflict } = await buyTwice();
    await deliver(second);
    await deliver(second);

    expect(await findLinked(userId)).toBe(first.id);
    expect(await listConflicts(userId)).toEqual([conflict]);
    expect(conflict).toMatchObject({
      userId,
      stripeCustomerId: second.id,
      linkedCustomerId: first.id,
      linkedUserId: null,
    });
    const trail = await readTrail(app, { userId, action: 'REPORT_CUSTOMER_CONFLICT' });
    expect(trail).toMatchObject([{ actorKind: 'STRIPE', targetId: second.id, outcome: 'SUCCEEDED' }]);
    expect(await countConflicts()).toBe(before + 1);
  });

  test('is kept away by an administrator, and is no conflict any more', async () => {
    const { userId, first, second, conflict } = await buyTwice();

    const answer = await resolve({ id: conflict.id, resolution: 'KEEP_CURRENT' });
    await deliver(second);

    expect(answer.expectData().resolveCustomerConflict).toMatchObject({ stripeCustomerId: first.id });
    expect(await findLinked(userId)).toBe(first.id);
    expect(await listConflicts(userId)).toEqual([]);
    expect(await readTrail(app, { userId, action: 'RESOLVE_CUSTOMER_CONFLICT' })).toMatchObject([
      { actorKind: 'USER', actor: 'root', targetId: second.id, outcome: 'SUCCEEDED' },
    ]);
  });

  test('takes the place of the first by an administrator, with what is kept about the user, and stays', async () => {
    const { userId, first, second, conflict } = await buyTwice();
    await app.database.customers.update(userId, { contractEndsAt: new Date('2031-05-01T00:00:00.000Z') });

    const answer = await resolve({ id: conflict.id, resolution: 'TAKE_OTHER' });
    await deliver(first);
    await deliver(second);

    expect(answer.expectData().resolveCustomerConflict).toMatchObject({ stripeCustomerId: second.id });
    expect(await findLinked(userId)).toBe(second.id);
    expect((await app.database.customers.findByUserId(userId))?.contractEndsAt).not.toBeNull();
    expect(await listConflicts(userId)).toEqual([]);
  });

  test('takes the place of the first with what is kept about the user, though the store fails on the way', async () => {
    const { userId, second, conflict } = await buyTwice();
    const kept = { contractEndsAt: new Date('2031-05-01T00:00:00.000Z'), attributes: { plan: 'gold' } };
    await app.database.customers.update(userId, kept);

    const repair = failToLink(userId);
    await resolve({ id: conflict.id, resolution: 'TAKE_OTHER' });
    repair();
    await resolve({ id: conflict.id, resolution: 'TAKE_OTHER' });

    expect(await app.database.customers.findByUserId(userId)).toMatchObject({
      ...kept,
      stripeCustomerId: second.id,
    });
  });

  test('is not taken when Stripe no longer has it, and the mapping stays', async () => {
    const { userId, first, second, conflict } = await buyTwice();
    await app.sdk.customers.del(second.id);

    (await resolve({ id: conflict.id, resolution: 'TAKE_OTHER' })).expectError('CUSTOMER_NOT_FOUND');

    expect(await findLinked(userId)).toBe(first.id);
    expect(await listConflicts(userId)).toHaveLength(1);
  });

  test('is resolved once', async () => {
    const { conflict } = await buyTwice();
    (await resolve({ id: conflict.id, resolution: 'KEEP_CURRENT' })).expectData();

    (await resolve({ id: conflict.id, resolution: 'TAKE_OTHER' })).expectError('BAD_USER_INPUT');
  });

  test('is resolved by one of two administrators at the same time', async () => {
    const { userId, first, second, conflict } = await buyTwice();

    const [keeping, taking] = await Promise.all([
      resolve({ id: conflict.id, resolution: 'KEEP_CURRENT' }),
      resolve({ id: conflict.id, resolution: 'TAKE_OTHER' }),
    ]);

    const isTaken = (await findLinked(userId)) === second.id;
    const [resolved, refused] = isTaken ? [taking, keeping] : [keeping, taking];
    const { stripeCustomerId } = resolved.expectData().resolveCustomerConflict ?? {};
    expect(stripeCustomerId).toBe(isTaken ? second.id : first.id);
    refused.expectError('BAD_USER_INPUT');
  });

  test('is erased with the user, and not linked in place of the first', async () => {
    const { userId, first, second } = await buyTwice();
    const { stdout } = await runCommand('erase', userId, '--yes');
    await deliver(first);
    await deliver(second);

    for (const { id } of [first, second]) expect(stdout).toContain(`Customer ${id} remains at Stripe`);
    expect(await findLinked(userId)).toBeUndefined();
    expect(await readTrail(app, { userId })).toEqual([]);
    expect(await listConflicts(userId)).toEqual([]);
  });
});

test('a customer that names a user and belongs to another goes over by an administrator alone', async () => {
  const [owner, userId] = [randomUUID(), randomUUID()];
  const customer = await createNamed(userId);
  await app.link(owner, customer.id);
  await deliver(customer);
  expect(await findLinked(owner)).toBe(customer.id);
  const [conflict] = await listConflicts(userId);
  expect(conflict).toMatchObject({ linkedCustomerId: null, linkedUserId: owner });

  (await resolve({ id: conflict?.id ?? '', resolution: 'TAKE_OTHER' })).expectData();

  expect(await findLinked(owner)).toBeUndefined();
  expect(await findLinked(userId)).toBe(customer.id);
  expect(await readTrail(app, { userId: owner })).toMatchObject([
    { action: 'UNLINK_CUSTOMER', actor: 'root', targetId: customer.id, outcome: 'SUCCEEDED' },
  ]);
});

test('a session that finds several customers reports each, and linking one ends its conflict', async () => {
  const userId = randomUUID();
  const [one, other] = [await createNamed(userId), await createNamed(userId)];
  const token = await app.createToken({ userId });
  const open = () => app.execute({ document: createSessionMutation, variables: { returnUrl }, token });
  (await open()).expectError('CUSTOMER_AMBIGUOUS');
  (await open()).expectError('CUSTOMER_AMBIGUOUS');
  const found = await listConflicts(userId);
  expect(found.map(({ stripeCustomerId }) => stripeCustomerId).toSorted()).toEqual(
    [one.id, other.id].toSorted(),
  );

  const variables = { userId, stripeCustomerId: one.id };
  const admin = await createAdminToken();
  (await app.execute({ document: linkCustomerMutation, variables, token: admin })).expectData();

  (await open()).expectData();
  expect(await listConflicts(userId)).toMatchObject([
    { stripeCustomerId: other.id, linkedCustomerId: one.id },
  ]);
});

test('the list goes on after conflicts that an import has resolved', async () => {
  const bought = [await buyTwice(), await buyTwice(), await buyTwice()];
  const [last, ...resolved] = bought.toSorted((a, b) => (a.conflict.id < b.conflict.id ? 1 : -1));
  for (const { userId, second } of resolved) {
    await app.database.customers.unlink(userId);
    await app.database.customers.linkMany([{ userId, stripeCustomerId: second.id }]);
  }

  expect(await listConflicts(last?.userId ?? '')).toEqual([last?.conflict]);
  for (const { userId } of resolved) expect(await listConflicts(userId)).toEqual([]);
});

async function administer(document: typeof unlinkCustomerMutation, userId: string): Promise<void> {
  const token = await app.createToken({ userId: 'root', roles: [adminRole] });
  (await app.execute({ document, variables: { userId }, token })).expectData();
}

function runCommand(...args: string[]) {
  const env = { DATABASE_URL: app.config.databaseUrl, STRIPE_SCOPE: app.config.stripe.scope };
  return runCli(args, { env });
}

async function openSession(
  userId: string,
  by: Pick<TestApp, 'createToken' | 'execute'> = app,
): Promise<void> {
  const token = await by.createToken({ userId, email: `${userId}@example.com` });
  (await by.execute({ document: createSessionMutation, variables: { returnUrl }, token })).expectData();
}

/** Everything that an event about the customer can do. */
async function deliverAll({ id }: Pick<Stripe.Customer, 'id'>): Promise<void> {
  const customer = await app.sdk.customers.retrieve(id);
  for (const type of ['customer.created', 'customer.updated'])
    expect((await app.deliver(createEvent(type, { ...customer }))).status).toBe(200);
}

/** A user who is linked by an event. */
async function linkByEvent(userId: string): Promise<Stripe.Customer> {
  const customer = await app.sdk.customers.create({ metadata: { [key]: userId } });
  await deliverAll(customer);
  expect(await findLinked(userId)).toBe(customer.id);
  return customer;
}

describe.each([
  ['unlinkCustomer', (userId: string) => administer(unlinkCustomerMutation, userId)],
  ['the command unlink', (userId: string) => runCommand('unlink', userId)],
  ['the command erase', (userId: string) => runCommand('erase', userId, '--yes')],
])('a link that was removed by %s', (name, remove) => {
  const prefix = name.replace(/\W/g, '');

  test('is not made again by an event, whatever the metadata says', async () => {
    const customer = await linkByEvent(`${prefix}-event`);
    await remove(`${prefix}-event`);

    await deliverAll(customer);

    expect(await findLinked(`${prefix}-event`)).toBeUndefined();
  });

  test('is not made again by a session of any replica, which creates another customer', async () => {
    const userId = `${prefix}-session`;
    const { id } = await linkByEvent(userId);
    await remove(userId);

    await openSession(userId, replica);
    const next = await findLinked(userId);
    expect(next).not.toBe(id);
    expect(next).toMatch(/^cus_/);
    await remove(userId);
    await openSession(userId);
    expect([id, next]).not.toContain(await findLinked(userId));
  });

  test('is made again by an administrator, and stays', async () => {
    const userId = `${prefix}-admin`;
    const customer = await linkByEvent(userId);
    await remove(userId);
    const token = await app.createToken({ userId: 'root', roles: [adminRole] });
    const variables = { userId, stripeCustomerId: customer.id };
    (await app.execute({ document: linkCustomerMutation, variables, token })).expectData();

    await deliverAll(customer);
    await openSession(userId);

    expect(await findLinked(userId)).toBe(customer.id);
  });

  test('leaves the customer to another user that the metadata names later', async () => {
    const customer = await linkByEvent(`${prefix}-before`);
    await remove(`${prefix}-before`);
    await app.sdk.customers.update(customer.id, { metadata: { [key]: `${prefix}-after` } });

    await deliverAll(customer);

    expect(await findLinked(`${prefix}-after`)).toBe(customer.id);
  });
});

test('a customer that a session created is not given back to its user after it was unlinked', async () => {
  await openSession('created');
  const first = await findLinked('created');
  await administer(unlinkCustomerMutation, 'created');
  await openSession('created');

  expect(await findLinked('created')).not.toBe(first);
});

test('after an erasure neither events nor the audit trail bring the user id back, and no row says it', async () => {
  const userId = 'ada.lovelace@erased.example';
  const customer = await linkByEvent(userId);
  await runCommand('erase', userId, '--yes');
  const before = app.logs.length;

  await deliverAll(customer);
  await runCommand('resync');

  expect(await readTrail(app, { userId })).toEqual([]);
  expect(app.logs.slice(before).join('')).not.toContain(userId);
  expect(readAllRows(app.config.databaseUrl)).not.toContain(userId);
});

test('erase says what remains at Stripe', async () => {
  const { id } = await linkByEvent('remains');

  const { stdout } = await runCommand('erase', 'remains', '--yes');

  expect(stdout).toContain(`Customer ${id} remains at Stripe`);
  expect(stdout).toMatch(/metadata/);
  expect((await runCommand('erase', 'remains', '--yes')).stdout).toContain('There is no data about');
});
