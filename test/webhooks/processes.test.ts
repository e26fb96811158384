import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type Stripe from 'stripe';
import type { AuditEntry } from '../../src/audit/audit-log.ts';
import type { CustomerFacts } from '../../src/account/customer-facts.ts';
import { readSnapshot } from '../../src/account/customer-snapshot.ts';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { handledEventTypes } from '../../src/webhooks/webhook-event.ts';
import { bundleProgram } from '../helpers/bundled-program.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { howToGetMongo, startMongoServer } from '../helpers/mongo-server.ts';
import { describeWithPart } from '../helpers/real-parts.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import {
  type LocalStripeClient,
  startLocalStripe,
} from '../../packages/local-stripe/test/local-stripe-client.ts';
import { createCustomer, createPrice } from '../../packages/local-stripe/test/fixtures.ts';
import { startLoadBalancer } from './load-balancer.ts';
import { secret } from './webhook-kit.ts';

const program = bundleProgram(join(import.meta.dirname, 'service-process.ts'));
const copies = 2;
/** What `live` lets happen to one customer, as far as it is handled. */
const eventsPerCustomer = 10;

async function startService(env: NodeJS.ProcessEnv): Promise<{ url: string; child: ChildProcess }> {
  const child = fork(program, { env: { ...process.env, ...env } });
  const exited = once(child, 'exit');
  closeAfterTests(async () => {
    if (child.connected) child.send('stop');
    await exited;
  });
  const answer = await Promise.race([once(child, 'message'), exited]);
  const [url] = answer as [string];
  expect(url).toMatch(/^http/);
  return { url, child };
}

/** Two services on one database, behind one address that Stripe sends its events to. */
async function startDeployment(databaseUrl: string) {
  const client = await startLocalStripe({
    webhookRetryDelaysMs: [200, 400, 800, 1600, ...Array<number>(20).fill(3200)],
  });
  const env = {
    LINK_BY_METADATA_KEY: 'userId',
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    PORT: '0',
    DATABASE_URL: databaseUrl,
    STRIPE_SECRET_KEY: 'sk_test_processes',
    STRIPE_API_URL: client.localStripe.url,
    STRIPE_WEBHOOK_SECRETS: secret,
    JWT_SECRET: 'a secret for the integration tests only',
    JWT_ISSUER: 'https://issuer.example.com',
    JWT_AUDIENCE: 'billing',
    RETURN_URLS: 'https://app.example.com',
  };
  const services = await Promise.all([startService(env), startService(env)]);
  const balancer = await startLoadBalancer(services.map(({ url }) => url));
  client.localStripe.addWebhookEndpoint({
    url: `${balancer.url}/webhooks/stripe`,
    secret,
    enabledEvents: handledEventTypes,
  });
  const database = await openDatabase({ url: databaseUrl, scope: 'test' });
  closeAfterTests(() => database.close());
  return { client, balancer, database, victim: services[0].child };
}

/** A customer's life, whose end is not like its beginning. */
async function live({ stripe }: LocalStripeClient, price: Stripe.Price, number: number): Promise<void> {
  const customer = await createCustomer(stripe, { metadata: { userId: `user-${number}` } });
  const subscription = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
  });
  const [item] = subscription.items.data;
  for (let round = 1; round <= 2; round += 1) {
    await stripe.customers.update(customer.id, { name: `Name ${number} ${round}` });
    const items = [{ id: item?.id ?? '', quantity: round + (number % 5) }];
    await stripe.subscriptions.update(subscription.id, { items });
  }
  await stripe.billingPortal.sessions.create({ customer: customer.id });
  await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: number % 2 === 0 });
  if (number % 3 === 0) await stripe.subscriptions.cancel(subscription.id);
  else await stripe.customers.update(customer.id, { email: `user-${number}@example.com` });
}

/** What is compared of a customer: the same of a snapshot and of Stripe. */
function outline(facts: Pick<CustomerFacts, 'email' | 'name'>, subscriptions: readonly unknown[]): object {
  return { email: facts.email, name: facts.name, subscriptions };
}

async function readAtStripe({ stripe }: LocalStripeClient, customer: Stripe.Customer): Promise<object> {
  const { data } = await stripe.subscriptions.list({ customer: customer.id });
  const { email, name = null } = customer;
  const subscriptions = data.map(({ id, items, cancel_at_period_end: cancels }) => [
    id,
    items.data[0]?.quantity,
    cancels,
  ]);
  return outline({ email, name }, subscriptions);
}

async function readKept({ records }: Database, id: string): Promise<object | null> {
  const record = await records.find('customer-snapshot', id);
  const facts = record && readSnapshot(record.content)?.facts;
  if (!facts) return null;
  const subscriptions = facts.subscriptions.map((each) => [
    each.id,
    each.items[0]?.quantity,
    each.cancel_at_period_end,
  ]);
  return outline(facts, subscriptions);
}

async function readTrail({ audit }: Database): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  for (let more = true; more;) {
    const page = await audit.list({ first: 500, after: entries.at(-1)?.id });
    entries.push(...page.items);
    more = page.hasNextPage;
  }
  return entries;
}

async function readEvents({ stripe }: LocalStripeClient, params: Stripe.EventListParams = {}) {
  const types = [...handledEventTypes];
  return stripe.events.list({ types, limit: 100, ...params }).autoPagingToArray({ limit: 10_000 });
}

function tryDeliveries(deliveries: number, createDatabaseUrl: () => string): void {
  test(`${deliveries} deliveries with duplicates, shuffles and a killed process: nothing twice, nothing lost, and the end is what Stripe has`, async () => {
    const { client, balancer, database, victim } = await startDeployment(createDatabaseUrl());
    await client.control('POST', 'webhooks', { copies: `${copies}`, shuffle_ms: '300', at_once: 'true' });
    await client.control('POST', 'portal_settings');
    const price = await createPrice(client.stripe);
    let killed = false;
    balancer.onceAt(Math.floor(deliveries / 3), () => (killed = victim.kill('SIGKILL')));

    const customerCount = deliveries / copies / eventsPerCustomer;
    await Promise.all(Array.from({ length: customerCount }, (_, number) => live(client, price, number)));
    await client.localStripe.settleWebhooks();

    const events = await readEvents(client);
    expect(killed).toBe(true);
    expect(events.length).toBeGreaterThanOrEqual(deliveries / copies);
    expect(balancer.count).toBeGreaterThan(events.length * copies);

    // Nothing lost: every event was acknowledged, and has its record.
    expect(await readEvents(client, { delivery_success: false })).toEqual([]);
    const records = await Promise.all(events.map(({ id }) => database.records.find('webhook-event', id)));
    expect(records.filter((record) => record === null)).toEqual([]);

    // The end is what Stripe has.
    const customers = await client.stripe.customers.list({ limit: 100 });
    expect(customers.data).toHaveLength(customerCount);
    for (const customer of customers.data) {
      const mapping = await database.customers.findByStripeCustomerId(customer.id);
      expect(mapping?.userId).toBe(customer.metadata['userId']);
      expect(await readKept(database, customer.id)).toEqual(await readAtStripe(client, customer));
    }

    // Nothing twice: one entry for each session, and one for each link, but for those that were cut off.
    const trail = await readTrail(database);
    const reports = trail.filter(({ action }) => action === 'report_portal_session');
    expect(new Set(reports.map(({ details }) => details['sessionId'])).size).toBe(customerCount);
    expect(reports).toHaveLength(customerCount);
    const links = trail.filter(({ action }) => action === 'link_customer_by_event');
    const completed = links.filter(({ outcome }) => outcome !== null).map(({ userId }) => userId);
    expect(new Set(links.map(({ userId }) => userId)).size).toBe(customerCount);
    expect(new Set(completed).size).toBe(completed.length);
    expect(trail).toHaveLength(reports.length + links.length);
  }, 300_000);
}

describe('SQLite', () => {
  tryDeliveries(1_000, () => `sqlite:${createTemporaryFolder()}/billing.db`);
});

const mongo = await startMongoServer();
closeAfterTests(() => mongo?.stop());

describeWithPart(
  `MongoDB: ${mongo?.description ?? 'none'}`,
  mongo,
  howToGetMongo,
  ({ createDatabaseUrl }) => {
    tryDeliveries(200, createDatabaseUrl);
  },
);
