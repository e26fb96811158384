import { beforeAll, describe, expect, test } from '@jest/globals';
import { CreationAttempts } from '../../src/customers/creation-attempts.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { UserMappings } from '../../src/customers/user-mappings.ts';
import { adminRole, readTrail } from '../audit/audit-kit.ts';
import { runCli } from '../cli/run-cli.ts';
import { unlinkCustomerMutation } from '../helpers/admin-operations.ts';
import { readAllRows } from '../helpers/all-rows.ts';
import { type CreationKit, createCreationKit, listCustomers } from './creation-kit.ts';
import type { Exchange, Fate } from '../helpers/stripe-gate.ts';

const hour = 60;

let kit: CreationKit;
beforeAll(async () => {
  kit = await createCreationKit();
});

const isCreation = ({ method, path }: Exchange): boolean => method === 'POST' && path === '/v1/customers';

/** Lets the next requests to create a customer fail, and Stripe keeps the answer for their keys. */
const failCreations = (times: number, status = '500'): Promise<unknown> =>
  kit.control('POST', 'faults', { method: 'POST', path: '/v1/customers', status, times: String(times) });

/** Lets the next request to create a customer fail for good before Stripe has done anything: it keeps no 429 for a key. */
function refuseCreation(): Promise<unknown> {
  kit.gate.watch(({ status, answer: body }) =>
    status === 429 ? { status, headers: { 'stripe-should-retry': 'false' }, body } : 'pass',
  );
  return failCreations(1, '429');
}

/** Stripe fails with what it has done all the same, and repeats that for the first keys. */
function failAfterCreation(keys: number): void {
  const failing = new Set<string | undefined>();
  kit.gate.watch((exchange): Fate => {
    const { idempotencyKey } = exchange;
    if (!isCreation(exchange)) return 'pass';
    if (failing.has(idempotencyKey)) return { status: 500, headers: { 'idempotent-replayed': 'true' } };
    if (failing.size >= keys) return 'pass';
    failing.add(idempotencyKey);
    return { status: 500 };
  });
}

describe('an attempt that got nowhere', () => {
  test('is gone on with as it was begun, whatever the token says now', async () => {
    await refuseCreation();
    (await kit.open({ userId: 'ada', email: 'first@example.com' })).expectError('STRIPE_RATE_LIMITED');
    (await kit.open({ userId: 'ada', email: 'second@example.com' })).expectData();

    expect(await kit.listCustomers('ada')).toMatchObject([{ email: 'first@example.com' }]);
    const keys = kit.listCreations().map(({ idempotencyKey }) => idempotencyKey);
    expect(new Set(keys).size).toBe(1);
  });

  test('is another one when it begins again after an erasure', async () => {
    const attempts = new CreationAttempts(kit.database.records);
    const begin = () => attempts.join('erased', null, { email: null, isOver: false });
    const first = await begin();
    await attempts.removeOf('erased');
    const next = await begin();

    expect([await attempts.has('erased', first), await attempts.has('erased', next)]).toEqual([false, true]);
  });

  test('is kept for two days', async () => {
    await refuseCreation();
    (await kit.open({ userId: 'kept' })).expectError('STRIPE_RATE_LIMITED');

    const [kept] = await kit.database.records.listOf('customer-creation', 'kept');
    const beganAt = Date.parse(String(kept?.content['beganAt']));
    expect(kept?.expiresAt.getTime()).toBe(beganAt + 48 * hour * 60_000);
  });

  test.each([
    ['is gone on with while Stripe is sure to know its key', 22 * hour + 58, 'same key'],
    ['is left alone when others may still use its key', 23 * hour + 5, 'no request'],
    ['is given up when no process can join it any more', 23 * hour + 15, 'another key'],
    ['is forgotten when it was swept away', 50 * hour, 'another key'],
  ])('%s', async (_what, minutes, expected) => {
    const userId = `late-${minutes}`;
    await refuseCreation();
    (await kit.open({ userId })).expectError('STRIPE_RATE_LIMITED');
    const [first] = kit.listCreations().slice(-1);
    const before = kit.listCreations().length;
    await kit.pass(minutes);
    if (minutes > 48 * hour) await kit.sweepAttempts();

    const answer = await kit.open({ userId });

    const [next] = kit.listCreations().slice(before);
    if (expected === 'no request') {
      answer.expectError('STRIPE_UNAVAILABLE');
      expect(next).toBeUndefined();
    } else {
      answer.expectData();
      expect(next?.idempotencyKey === first?.idempotencyKey).toBe(expected === 'same key');
      expect(await kit.listCustomers(userId)).toHaveLength(1);
    }
  });
});

describe('a failure that Stripe repeats', () => {
  test('is followed by the next attempt', async () => {
    await failCreations(1);
    (await kit.open({ userId: 'failed' })).expectData();

    expect(await kit.listCustomers('failed')).toHaveLength(1);
  });

  test('is followed by a look at what it has made', async () => {
    failAfterCreation(1);
    (await kit.open({ userId: 'made', email: 'made@example.com' })).expectData();
    kit.gate.watch(() => 'pass');

    const [customer, ...others] = await kit.listCustomers('made');
    expect(others).toEqual([]);
    expect(await kit.findLinked('made')).toBe(customer?.id);
  });

  test('is tried again a few times in one call, and the next call goes on from there', async () => {
    await failCreations(4);
    (await kit.open({ userId: 'outage' })).expectError('STRIPE_UNAVAILABLE');
    expect(await kit.listCustomers('outage')).toEqual([]);
    (await kit.open({ userId: 'outage' })).expectData();

    expect(await kit.listCustomers('outage')).toHaveLength(1);
  });

  test('makes one customer of 20 calls at once, and no call is refused because there is one', async () => {
    failAfterCreation(1);
    const visits = Array.from({ length: 20 }, (_, index) =>
      (index % 2 === 0 ? kit.open : kit.openElsewhere)({ userId: 'storm', email: `${index}@example.com` }),
    );
    await Promise.all(visits);
    kit.gate.watch(() => 'pass');
    (await kit.open({ userId: 'storm' })).expectData();

    expect(await kit.listCustomers('storm')).toHaveLength(1);
  });
});

test('answers that are lost make no second customer', async () => {
  kit.gate.watch((exchange) => (isCreation(exchange) ? 'lose' : 'pass'));
  (await kit.open({ userId: 'lost', email: 'one@example.com' })).expectError('STRIPE_UNAVAILABLE');
  kit.gate.watch(() => 'pass');
  (await kit.open({ userId: 'lost', email: 'two@example.com' })).expectData();

  expect(await kit.listCustomers('lost')).toMatchObject([{ email: 'one@example.com' }]);
});

/** Holds up the first answer of a kind, while `meanwhile` happens. */
function holdFirst(
  isMeant: (exchange: Exchange) => boolean,
  meanwhile: () => Promise<unknown>,
  { gate }: Pick<CreationKit, 'gate'> = kit,
): void {
  let held = false;
  gate.watch(async (exchange): Promise<Fate> => {
    if (held || !isMeant(exchange)) return 'pass';
    held = true;
    await meanwhile();
    return 'pass';
  });
}

test('an answer with another customer than the created one is an outage, and the user is not linked', async () => {
  const other = await kit.stripe.customers.create({ name: 'Another' });
  kit.gate.watch((exchange) =>
    isCreation(exchange) ? { status: 200, headers: {}, body: JSON.stringify(other) } : 'pass',
  );

  (await kit.open({ userId: 'nia' })).expectError('STRIPE_UNAVAILABLE');
  expect(await kit.findLinked('nia')).toBeUndefined();

  kit.gate.watch(() => 'pass');
  (await kit.open({ userId: 'nia' })).expectData();
  const linked = await kit.findLinked('nia');
  expect(linked).not.toBe(other.id);
  expect(await kit.listCustomers('nia')).toMatchObject([{ id: linked }]);
});

test('one who was held up until the attempt of others was swept away takes their customer', async () => {
  const named = await createCreationKit({ LINK_BY_METADATA_KEY: 'acme_user_id' });
  const visitor = { userId: 'sleeper' };
  holdFirst(
    ({ path }) => path === '/v1/customers/search',
    async () => {
      (await named.openElsewhere(visitor)).expectData();
      await named.sweepAttempts();
    },
    named,
  );

  (await named.open(visitor)).expectData();

  expect(await named.listCustomers('sleeper')).toHaveLength(1);
});

test('who is linked to another customer meanwhile has that one', async () => {
  const { id } = await kit.stripe.customers.create({});
  holdFirst(isCreation, () => kit.database.customers.link({ userId: 'linked', stripeCustomerId: id }));

  (await kit.open({ userId: 'linked' })).expectData();

  expect(await kit.findLinked('linked')).toBe(id);
  const sessions = kit.localStripe.requests.filter(({ path }) => path === '/v1/billing_portal/sessions');
  expect(sessions.at(-1)?.params['customer']).toBe(id);
});

test('a customer that was deleted after it was made is not repeated', async () => {
  (await kit.open({ userId: 'undone' })).expectData();
  const first = (await kit.findLinked('undone')) ?? '';
  await kit.database.customers.unlink('undone');
  await kit.stripe.customers.del(first);

  (await kit.open({ userId: 'undone' })).expectData();

  expect(await kit.findLinked('undone')).not.toBe(first);
  expect(await kit.listCustomers('undone')).toHaveLength(1);
});

test('an administrator who unlinks a user too early costs no second customer', async () => {
  const visitor = { userId: 'early', email: 'early@example.com' };
  const token = await kit.app.createToken({ userId: 'root', roles: [adminRole] });
  holdFirst(isCreation, async () => {
    const variables = { userId: visitor.userId };
    (await kit.app.execute({ document: unlinkCustomerMutation, variables, token })).expectError(
      'CUSTOMER_NOT_FOUND',
    );
    (await kit.openElsewhere(visitor)).expectData();
  });

  (await kit.open(visitor)).expectData();

  expect(await kit.stripe.customers.list({ email: visitor.email })).toMatchObject({ data: [{}] });
});

test('a user who is erased while a customer is created is not linked, by events neither', async () => {
  const named = await createCreationKit({ LINK_BY_METADATA_KEY: 'acme_user_id' });
  const userId = 'ada.lovelace@erased.example';
  const { databaseUrl: DATABASE_URL, stripe } = named.app.config;
  const env = { DATABASE_URL, STRIPE_SCOPE: stripe.scope };
  holdFirst(isCreation, () => runCli(['erase', userId, '--yes'], { env }), named);

  (await named.open({ userId })).expectError('CUSTOMER_NOT_FOUND');

  expect(await named.findLinked(userId)).toBeUndefined();
  const [customer] = await listCustomers(named.stripe);
  const link = { userId, stripeCustomerId: customer?.id ?? '' };
  const { customers, records } = named.database;
  const mappings = new UserMappings(customers, records, new CreationAttempts(records));
  expect(await mappings.isAllowed(link)).toBe(false);
  expect(readAllRows(DATABASE_URL)).not.toContain(userId);
  expect(await readTrail(named.app)).toMatchObject([
    { actorKind: 'ERASED', userErased: true, targetId: null, outcome: 'FAILED', code: 'CUSTOMER_NOT_FOUND' },
  ]);
  (await named.open({ userId })).expectData();
});

test('every attempt of a user has the mark of the first, by which the customer is found, and a key of its own', async () => {
  const database = await openDatabase({ url: 'sqlite::memory:', scope: 'test' });
  const attempts = new CreationAttempts(database.records);
  const first = await attempts.join('ada', null, { email: null, isOver: false });
  const second = await attempts.join('ada', first, { email: null, isOver: true });
  const third = await attempts.join('ada', second, { email: null, isOver: true });
  await database.close();

  expect([second.mark, third.mark]).toEqual([first.mark, first.mark]);
  expect(new Set([first, second, third].map(({ idempotencyKey }) => idempotencyKey)).size).toBe(3);
});
