import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type Stripe from 'stripe';
import { openDatabase } from '../../src/database/open-database.ts';
import { handledEventTypes } from '../../src/webhooks/webhook-event.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { startLocalStripe } from '../../packages/local-stripe/test/local-stripe-client.ts';
import { runCli } from './run-cli.ts';

const folder = createTemporaryFolder();

/** A database, and a Stripe with undelivered events. */
async function createOutage() {
  const client = await startLocalStripe({ webhookRetryDelaysMs: [] });
  client.localStripe.addWebhookEndpoint({
    url: 'http://127.0.0.1:9/webhooks/stripe',
    enabledEvents: [...handledEventTypes, 'product.created'],
  });
  const env = {
    DATABASE_URL: `sqlite:${join(folder, `${randomUUID()}.db`)}`,
    STRIPE_SECRET_KEY: 'sk_test_resync',
    STRIPE_API_URL: client.localStripe.url,
    LINK_BY_METADATA_KEY: 'userId',
  };
  const database = await openDatabase({ url: env.DATABASE_URL, scope: 'test' });
  closeAfterTests(() => database.close());
  const { stripe } = client;
  const createNamed = (userId: string): Promise<Stripe.Customer> =>
    stripe.customers.create({ metadata: { userId } });
  return {
    ...client,
    database,
    env,
    createNamed,
    resync: (...args: string[]) => runCli(['resync', ...args], { env }),
    /** Links a user to a new customer that no event mentions. */
    createLinked: async (userId: string): Promise<Stripe.Customer> => {
      const customer = await stripe.customers.create();
      await database.customers.link({ userId, stripeCustomerId: customer.id });
      return customer;
    },
  };
}

const toLine = (events: readonly number[], customers: readonly number[]): string =>
  `events: handled ${events[0]}, repeated ${events[1]}, failed ${events[2]}; ` +
  `customers: read ${customers[0]}, gone ${customers[1]}, failed ${customers[2]}\n`;

describe('events that were not delivered', () => {
  test('are handled, of all pages, and nothing is done twice by the next run', async () => {
    const { createNamed, database, resync, localStripe, stripe } = await createOutage();
    const { id } = await createNamed('ada');
    // A page of Stripe's list has a hundred events, so that the customer's is on the second.
    const { configurations } = stripe.billingPortal;
    const configuration = await configurations.create({ features: { invoice_history: { enabled: true } } });
    for (let count = 0; count < 100; count += 1)
      await configurations.update(configuration.id, { business_profile: { headline: `Number ${count}` } });
    await localStripe.settleWebhooks();

    expect(await resync()).toMatchObject({ stdout: toLine([102, 0, 0], [1, 0, 0]), exitCode: 0 });
    expect(await database.customers.findByStripeCustomerId(id)).toMatchObject({ userId: 'ada' });
    expect((await resync()).stdout).toBe(toLine([0, 102, 0], [1, 0, 0]));
    expect((await database.audit.list({ first: 200 })).items).toHaveLength(1);
  });

  test('are handled the oldest first', async () => {
    const { createNamed, database, resync, localStripe, control } = await createOutage();
    const first = await createNamed('ada');
    await control('POST', 'clock', { advance_seconds: '60' });
    const second = await createNamed('ada');
    await localStripe.settleWebhooks();

    const { stderr } = await resync();

    expect(await database.customers.findByUserId('ada')).toMatchObject({ stripeCustomerId: first.id });
    expect(stderr).toContain(second.id);
    expect(stderr).toContain('an administrator has to resolve it');
  });

  test('are left alone when they are older than --since', async () => {
    const { createNamed, resync, localStripe } = await createOutage();
    await createNamed('ada');
    await localStripe.settleWebhooks();
    const listed = () =>
      localStripe.requests
        .filter(({ path }) => path === '/v1/events')
        .map(
          ({ params }) => params as { types: string[]; created: { gte: string }; delivery_success: string },
        );

    await resync('--since', '2h');

    const asked = listed();
    for (const { created, types, delivery_success: delivered } of asked) {
      expect((Date.now() / 1000 - Number(created.gte)) / 3600).toBeCloseTo(2, 1);
      expect(delivered).toBe('false');
      // Stripe's limit.
      expect(types.length).toBeLessThanOrEqual(20);
    }
    expect(asked.flatMap(({ types }) => types)).toEqual([...handledEventTypes]);
  });

  test.each([
    ['true', true],
    ['false', false],
  ])('go by LINK_BY_CLIENT_REFERENCE_ID=%s', async (LINK_BY_CLIENT_REFERENCE_ID, isLinked) => {
    const { stripe, control, database, env, localStripe } = await createOutage();
    const { id: product } = await stripe.products.create({ name: 'Once' });
    const price = await stripe.prices.create({ product, currency: 'usd', unit_amount: 100 });
    const session = await stripe.checkout.sessions.create({
      mode: 'payment',
      customer_creation: 'always',
      line_items: [{ price: price.id, quantity: 1 }],
      success_url: 'https://app.example.com',
      client_reference_id: 'ada',
    });
    await control('POST', `checkout_sessions/${session.id}/complete`);
    await localStripe.settleWebhooks();

    await runCli(['resync'], { env: { ...env, LINK_BY_CLIENT_REFERENCE_ID } });

    expect((await database.customers.findByUserId('ada')) !== null).toBe(isLinked);
  });

  test('that fail are told, and handled by the next run', async () => {
    const { createNamed, control, resync, localStripe, database } = await createOutage();
    const customer = await createNamed('ada');
    await localStripe.settleWebhooks();
    await control('POST', 'faults', {
      path: `/v1/customers/${customer.id}`,
      status: '400',
      message: 'Planted',
    });

    const { stdout, stderr, exitCode } = await resync();

    expect(stdout).toBe(toLine([0, 0, 1], [0, 0, 0]));
    expect(stderr).toMatch(/^event evt_\w+: Stripe refused the request: Planted\n$/);
    expect(exitCode).toBe(1);
    expect(await resync()).toMatchObject({ stdout: toLine([1, 0, 0], [1, 0, 0]), exitCode: 0 });
    expect(await database.customers.findByUserId('ada')).not.toBeNull();
  });
});

describe('linked customers', () => {
  test('are read again, and customers that are gone are marked', async () => {
    const { stripe, createLinked, database, resync } = await createOutage();
    const kept = await createLinked('ada');
    const gone = await createLinked('bob');
    await stripe.customers.update(kept.id, { name: 'Ada' });
    await stripe.customers.del(gone.id);

    const { stdout } = await resync('--json');

    expect(JSON.parse(stdout)).toEqual({
      // Only the events of their own customers, which link no user.
      events: { handled: 4, repeated: 0, failed: 0 },
      customers: { read: 1, gone: 1, failed: 0 },
    });
    const find = async (id: string) => (await database.records.find('customer-snapshot', id))?.content;
    expect(await find(kept.id)).toMatchObject({ facts: { name: 'Ada' }, goneSince: null });
    expect(await find(gone.id)).toMatchObject({ facts: null });
  });

  test('are all read but one that fails', async () => {
    const { createLinked, control, resync } = await createOutage();
    const customers = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map(createLinked));
    await resync();
    const path = `/v1/customers/${customers[2]?.id}`;
    await control('POST', 'faults', { path, status: '400', times: '1' });

    const { stdout, stderr, exitCode } = await resync();

    expect(stdout).toBe(toLine([0, 7, 0], [6, 0, 1]));
    expect(stderr).toMatch(new RegExp(`^customer ${customers[2]?.id}: .*\n$`));
    expect(exitCode).toBe(1);
  });

  test('are left when Stripe is out, and gone on with by what the command says', async () => {
    const { createLinked, control, resync, localStripe, database } = await createOutage();
    await Promise.all(Array.from({ length: 12 }, (_, index) => createLinked(`user-${10 + index}`)));
    await resync();
    await control('POST', 'faults', { path: '/v1/subscriptions', status: '400', times: '8' });
    const readsBefore = localStripe.requests.length;

    const stopped = await resync('--after', 'user-13');

    expect(stopped.stdout).toBe(toLine([0, 12, 0], [0, 0, 8]));
    expect(stopped.stderr).toMatch(/^Stopped: .*\nRun it again with --after "user-13" to continue: .*\n$/m);
    expect(stopped.exitCode).toBe(1);
    expect(localStripe.requests.length - readsBefore).toBeLessThan(20);

    await control('DELETE', 'faults');
    expect((await resync('--after', 'user-13')).stdout).toBe(toLine([0, 12, 0], [8, 0, 0]));
    expect((await database.customers.list({ first: 100 })).items).toHaveLength(12);
  });
});

test.each([
  ['a time that is none', ['--since', 'soon'], /Expected hours or days up to 30d/, 1],
  ['more than Stripe lists', ['--since', '31d'], /'31d' is invalid\. Expected hours or days up to 30d/, 1],
])('refuses %s', async (_what, args, line, code) => {
  const { resync } = await createOutage();

  const { stderr, exitCode } = await resync(...args);

  expect(stderr).toMatch(line);
  expect(exitCode).toBe(code);
});

test('says that it needs a key', async () => {
  const { env } = await createOutage();

  const { stderr, exitCode } = await runCli(['resync'], {
    env: { DATABASE_URL: env.DATABASE_URL, STRIPE_SCOPE: 'test' },
  });

  expect(stderr).toBe(
    'Invalid configuration:\n  STRIPE_SECRET_KEY: is required, to read customers from Stripe\n',
  );
  expect(exitCode).toBe(78);
});
