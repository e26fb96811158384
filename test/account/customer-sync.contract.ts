import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import Stripe from 'stripe';
import { CustomerReader } from '../../src/account/customer-reader.ts';
import { CustomerSubscriptions } from '../../src/customers/customer-subscriptions.ts';
import { CustomerSync } from '../../src/account/customer-sync.service.ts';
import { SnapshotRegister } from '../../src/account/customer-sync.service.ts';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { Leases, type LeasesOptions, LeaseTakenError } from '../../src/records/leases.ts';
import { StripeClient } from '../../src/stripe/stripe-client.ts';
import { seedDemoData } from '../../packages/local-stripe/src/demo-data.ts';
import { createLocalStripe } from '../../packages/local-stripe/src/local-stripe.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { type Fate, startStripeGate } from '../helpers/stripe-gate.ts';

const localStripe = createLocalStripe();
await localStripe.start();
closeAfterTests(() => localStripe.stop());
const gate = await startStripeGate(localStripe.url);
const sdk = new Stripe('sk_test_arranging', {
  host: '127.0.0.1',
  port: new URL(localStripe.url).port,
  protocol: 'http',
  telemetry: false,
});
const { prices } = await seedDemoData(sdk);
const stripe = new StripeClient({
  secretKey: 'sk_test_sync',
  apiUrl: new URL(gate.url),
  account: null,
  deadlineMs: 20_000,
});
closeAfterTests(() => stripe.close());

/** Holds up the coming answers about a customer themselves, after Stripe has made them. */
function holdAnswers(count = 1): { readonly held: Promise<void>; readonly release: () => void } {
  let release: () => void = () => undefined;
  let arrive: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (arrive = resolve));
  const released = new Promise<void>((resolve) => (release = resolve));
  let left = count;
  gate.watch(async ({ path }): Promise<Fate> => {
    if (!path.startsWith('/v1/customers/') || left === 0) return 'pass';
    left -= 1;
    arrive();
    await released;
    return 'pass';
  });
  return { held, release };
}

const countReads = (customer: string): number =>
  localStripe.requests.filter(({ method, path }) => method === 'GET' && path === `/v1/customers/${customer}`)
    .length;

export function describeSync(createUrl: () => string): void {
  let url: string;
  let database: Database;
  let snapshots: SnapshotRegister;
  let now: Date;
  let userId: string;
  let customer: string;
  const opened: Database[] = [];

  /** The service as another process has it, with a connection of its own. */
  async function createSync(options?: LeasesOptions): Promise<CustomerSync> {
    const own = await openDatabase({ url, scope: 'test' });
    opened.push(own);
    return new CustomerSync(
      own.customers,
      new SnapshotRegister(own.records),
      new CustomerReader(new CustomerSubscriptions(stripe), stripe, () => now),
      new Leases(own.records, options),
    );
  }

  beforeEach(async () => {
    gate.watch(() => 'pass');
    url = createUrl();
    now = new Date('2031-05-01T12:00:00.000Z');
    database = await openDatabase({ url, scope: 'test' });
    opened.push(database);
    snapshots = new SnapshotRegister(database.records);
    userId = `user-${randomUUID()}`;
    const params = {
      name: 'before',
      payment_method: 'pm_card_visa',
      invoice_settings: { default_payment_method: 'pm_card_visa' },
    };
    customer = (await sdk.customers.create(params)).id;
    await database.customers.link({ userId, stripeCustomerId: customer });
  });

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((each) => each.close()));
  });

  const findKept = () => snapshots.find({ userId, stripeCustomerId: customer });
  const findKeptName = async () => (await findKept())?.facts?.name;

  test('keeps what Stripe says, with the card and the subscriptions that have not ended', async () => {
    const items = [{ price: prices[0]?.month ?? '' }];
    const ended = await sdk.subscriptions.create({ customer, items });
    await sdk.subscriptions.cancel(ended.id);
    const { id } = await sdk.subscriptions.create({ customer, items, trial_period_days: 3 });

    const snapshot = await (await createSync()).refresh(customer);

    expect(snapshot).toMatchObject({
      readAt: now,
      goneSince: null,
      facts: {
        id: customer,
        name: 'before',
        invoice_settings: { default_payment_method: { details: { last4: '4242' } } },
        subscriptions: [{ id }],
      },
    });
    expect(await findKept()).toEqual(snapshot);
    const record = await database.records.find('customer-snapshot', customer);
    expect(record).toMatchObject({ owner: userId, expiresAt: new Date('2031-05-31T12:00:00.000Z') });
  });

  test('keeps the newest in place of what was kept', async () => {
    const sync = await createSync();
    await sync.refresh(customer);
    await sdk.customers.update(customer, { name: 'after' });
    await sync.refresh(customer);

    expect(await findKeptName()).toBe('after');
  });

  test('an old answer that comes late does not take the place of a newer one', async () => {
    const [first, second] = [await createSync(), await createSync()];
    const { held, release } = holdAnswers();
    const slow = first.refresh(customer);
    await held;
    await sdk.customers.update(customer, { name: 'after' });
    const before = countReads(customer);
    const quick = second.refresh(customer);
    // Without the lease, this one would be through by now.
    await Promise.race([quick, new Promise((resolve) => setTimeout(resolve, 300))]);
    expect(countReads(customer)).toBe(before);
    release();

    expect((await slow)?.facts?.name).toBe('before');
    expect((await quick)?.facts?.name).toBe('after');
    expect(await findKeptName()).toBe('after');
  });

  test.each([
    ['nothing', false],
    ['an older one', true],
  ])('an old answer gives way even when its lease went to another, with %s kept', async (_title, isKept) => {
    const [first, second] = [await createSync(), await createSync()];
    if (isKept) await first.refresh(customer);
    const { held, release } = holdAnswers();
    const slow = first.refresh(customer);
    await held;
    const lease = await database.records.find('lease', `customer:${customer}`);
    if (lease !== null) await database.records.remove('lease', lease);
    await sdk.customers.update(customer, { name: 'after' });
    await second.refresh(customer);
    release();

    await expect(slow).rejects.toThrow(LeaseTakenError);
    expect(await findKeptName()).toBe('after');
  });

  test('a snapshot is not stored while another process replaces the one before', async () => {
    const link = { userId, stripeCustomerId: customer };
    const snapshot = { readAt: now, facts: null, goneSince: now };
    await snapshots.replace(null, link, snapshot);
    const before = await snapshots.findRecord(customer);
    // The other process inserts its own only after this.
    if (before !== null) await snapshots.remove(before);

    expect(await snapshots.replace(before, link, snapshot)).toBe(false);
    expect(await findKept()).toBeNull();
  });

  test('writes nothing when its lease may have expired', async () => {
    const lifeMs = 300;
    const sync = await createSync({ lifeMs });
    const { held, release } = holdAnswers();
    const slow = sync.refresh(customer);
    await held;
    await new Promise((resolve) => setTimeout(resolve, lifeMs));
    release();

    await expect(slow).rejects.toThrow(LeaseTakenError);
    expect(await findKept()).toBeNull();
  });

  test('keeps nothing about strangers, and removes what was kept', async () => {
    const sync = await createSync();
    await sync.refresh(customer);
    await database.customers.unlink(userId);
    const before = localStripe.requests.length;

    expect(await sync.refresh(customer)).toBeNull();
    expect(await sync.refresh('cus_stranger')).toBeNull();
    expect(await database.records.find('customer-snapshot', customer)).toBeNull();
    expect(localStripe.requests.slice(before)).toEqual([]);
  });

  test('keeps nothing about somebody who is unlinked while Stripe is asked', async () => {
    const sync = await createSync();
    const { held, release } = holdAnswers();
    const slow = sync.refresh(customer);
    await held;
    await database.customers.unlink(userId);
    await snapshots.removeOf(userId);
    release();

    expect(await slow).toBeNull();
    expect(await database.records.find('customer-snapshot', customer)).toBeNull();
  });

  test('keeps nothing for a user whose customer becomes that of another user while Stripe is asked', async () => {
    const { held, release } = holdAnswers();
    const slow = (await createSync()).refresh(customer);
    await held;
    await database.customers.unlink(userId);
    await snapshots.removeOf(userId);
    await database.customers.link({ userId: `${userId}-2`, stripeCustomerId: customer });
    release();

    expect(await slow).toBeNull();
    expect(await database.records.find('customer-snapshot', customer)).toBeNull();
  });

  test('keeps since when a deleted customer is gone', async () => {
    const sync = await createSync();
    await sync.refresh(customer);
    await sdk.customers.del(customer);
    const goneSince = (now = new Date('2031-05-02T12:00:00.000Z'));
    await sync.refresh(customer);
    now = new Date('2031-05-03T12:00:00.000Z');

    expect(await sync.refresh(customer)).toEqual({ readAt: now, facts: null, goneSince });
    expect(await findKept()).toEqual({ readAt: now, facts: null, goneSince });
  });

  test('does not keep that Stripe does not know a customer: the key may be the wrong one', async () => {
    const link = { userId: 'lost', stripeCustomerId: 'cus_lost' };
    await database.customers.link(link);
    await snapshots.replace(null, link, { readAt: now, facts: null, goneSince: now });

    const snapshot = await (await createSync()).refresh('cus_lost');

    expect(snapshot).toEqual({ readAt: now, facts: null, goneSince: now });
    expect(await database.records.find('customer-snapshot', 'cus_lost')).toBeNull();
  });

  test('leaves what is kept as it is when Stripe fails', async () => {
    const sync = await createSync();
    const kept = await sync.refresh(customer);
    gate.watch(() => ({ status: 400 }));

    await expect(sync.refresh(customer)).rejects.toMatchObject({ code: 'STRIPE_MISCONFIGURED' });
    expect(await findKept()).toEqual(kept);
    gate.watch(() => 'pass');
    expect((await sync.refresh(customer))?.facts?.name).toBe('before');
  });
}
