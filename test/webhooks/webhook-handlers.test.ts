import { randomUUID, type UUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type Stripe from 'stripe';
import { handledEventTypes } from '../../src/webhooks/webhook-event.ts';
import { readTrail } from '../audit/audit-kit.ts';
import { openPortalMutation } from '../helpers/operations.ts';
import { startStripeGate } from '../helpers/stripe-gate.ts';
import { returnUrl } from '../helpers/test-app.ts';
import { writePolicyFile } from '../portal/policy-portal.ts';
import { createPrice, createSubscriber, idOf } from '../../packages/local-stripe/test/fixtures.ts';
import { type WebhookApp, createEvent, createWebhookApp, getTimestamp } from './webhook-kit.ts';

const app = await createWebhookApp({ LINK_BY_METADATA_KEY: 'userId' });
const byReference = await createWebhookApp({
  LINK_BY_CLIENT_REFERENCE_ID: 'true',
  LINK_BY_METADATA_KEY: 'userId',
  STRIPE_API_URL: app.stripe.url,
});
const price = await createPrice(app.sdk);
const { customers } = app.database;

const createNamed = (userId: string): Promise<Stripe.Customer> =>
  app.sdk.customers.create({ name: 'Ada', metadata: { userId } });

async function deliver(type: string, customer: Stripe.Customer): Promise<void> {
  expect((await app.deliver(createEvent(type, { ...customer }))).status).toBe(200);
}

describe.each(['customer.created', 'customer.updated'])('%s', (type) => {
  test('links the user named under the configured metadata key, on the record, and keeps a snapshot', async () => {
    const userId = randomUUID();
    const customer = await createNamed(userId);
    const event = createEvent(type, { ...customer });

    expect((await app.deliver(event)).status).toBe(200);

    expect(await customers.findByUserId(userId)).toMatchObject({ stripeCustomerId: customer.id });
    expect(await app.findSnapshot(customer.id)).toMatchObject({ facts: { name: 'Ada' } });
    expect(await readTrail(app, { userId })).toMatchObject([
      {
        actor: 'stripe',
        action: 'LINK_CUSTOMER_BY_EVENT',
        targetId: customer.id,
        outcome: 'SUCCEEDED',
        details: [{ name: 'eventId', value: event.id }],
      },
    ]);
  });

  test('believes what Stripe says now, and not what the event says', async () => {
    const [now, forged] = [randomUUID(), randomUUID()];
    const customer = await createNamed(now);

    await deliver(type, { ...customer, metadata: { userId: forged }, name: 'Forged' });

    expect(await customers.findByUserId(forged)).toBeNull();
    expect(await customers.findByUserId(now)).not.toBeNull();
    expect(await app.findSnapshot(customer.id)).toMatchObject({ facts: { name: 'Ada' } });
  });

  test('neither warns of a user who is linked to the customer already, nor links again', async () => {
    const userId = randomUUID();
    const customer = await createNamed(userId);
    await app.link(userId, customer.id);

    await deliver(type, customer);

    expect(app.logs.filter((line) => line.includes(customer.id))).toEqual([]);
    expect(await readTrail(app, { userId })).toEqual([]);
    expect(await app.findSnapshot(customer.id)).not.toBeNull();
  });

  test('changes nothing of a user who has another customer, and warns', async () => {
    const userId = randomUUID();
    await app.link(userId, 'cus_before');
    const customer = await createNamed(userId);

    await deliver(type, customer);
    await customers.unlink(userId);

    expect(await customers.findByStripeCustomerId(customer.id)).toBeNull();
    expect(app.logs.filter((line) => line.includes(customer.id))).toEqual([
      expect.stringContaining('is linked elsewhere'),
    ]);
    expect(await readTrail(app, { userId })).toMatchObject([{ action: 'REPORT_CUSTOMER_CONFLICT' }]);
    expect(await app.findSnapshot(customer.id)).toBeNull();
  });

  test('changes nothing of a customer who is another user, and warns', async () => {
    const [owner, userId] = [randomUUID(), randomUUID()];
    const customer = await createNamed(userId);
    await app.link(owner, customer.id);

    await deliver(type, customer);

    expect(await customers.findByUserId(userId)).toBeNull();
    expect(await customers.findByStripeCustomerId(customer.id)).toMatchObject({ userId: owner });
    expect(app.logs.filter((line) => line.includes(customer.id))).toHaveLength(1);
  });

  test.each([
    ['none', {}],
    ['an empty one', { userId: '' }],
    ['one that is too long', { userId: 'x'.repeat(256) }],
    ['one with control characters', { userId: 'a\u0000b' }],
    ['another name', { user_id: 'ada' }],
  ])('links no user by metadata with %s, and keeps nothing', async (_name, metadata) => {
    const before = app.countStored().customers;
    const customer = await app.sdk.customers.create({ email: 'ada@example.com' });
    await app.sdk.customers.update(customer.id, { metadata }).catch(() => null);

    await deliver(type, customer);

    expect(app.countStored().customers).toBe(before);
    expect(await app.findSnapshot(customer.id)).toBeNull();
  });

  test('is to be sent again when Stripe does not have the customer', async () => {
    const event = createEvent(type, { id: 'cus_elsewhere', object: 'customer' });

    expect((await app.deliver(event)).status).toBe(500);
    expect(await app.database.records.find('webhook-event', event.id)).toBeNull();
  });

  test('links no user to a customer that has been deleted since', async () => {
    const userId = randomUUID();
    const customer = await createNamed(userId);
    await app.sdk.customers.del(customer.id);

    await deliver(type, customer);

    expect(await customers.findByUserId(userId)).toBeNull();
  });
});

test('a linked customer is read once for an event, where no metadata names users', async () => {
  const plain = await createWebhookApp();
  const customer = await plain.sdk.customers.create({ name: 'Ada' });
  await plain.link('ada', customer.id);
  const before = plain.stripe.requests.length;

  expect((await plain.deliver(createEvent('customer.updated', { ...customer }))).status).toBe(200);

  const paths = plain.stripe.requests.slice(before).map(({ path }) => path.split('?')[0]);
  expect(paths.filter((path) => path === `/v1/customers/${customer.id}`)).toHaveLength(1);
  expect(await plain.findSnapshot(customer.id)).toMatchObject({ facts: { name: 'Ada' } });
});

test('two customers that name one user at the same instant: one is linked, and the other warned of', async () => {
  const userId = randomUUID();
  const pair = await Promise.all([createNamed(userId), createNamed(userId)]);

  await Promise.all(pair.map((customer) => deliver('customer.created', customer)));

  const linked = await customers.findByUserId(userId);
  expect(pair.map(({ id }) => id)).toContain(linked?.stripeCustomerId);
  const loser = pair.find(({ id }) => id !== linked?.stripeCustomerId)?.id ?? 'none';
  expect(app.logs.filter((line) => line.includes(loser))).toHaveLength(1);
});

test('customer.deleted marks a linked customer as gone, and leaves the link', async () => {
  const userId = randomUUID();
  const customer = await createNamed(userId);
  await deliver('customer.created', customer);
  await app.sdk.customers.del(customer.id);

  await deliver('customer.deleted', customer);

  expect((await app.findSnapshot(customer.id))?.goneSince).toBeInstanceOf(Date);
  expect(await customers.findByUserId(userId)).not.toBeNull();
});

const refreshing = handledEventTypes.filter(
  (type) => !/^(customer\.(created|updated|deleted)|checkout|billing_portal)/.test(type),
);

describe('what is about the customer of a linked user refreshes them, and of a stranger keeps nothing:', () => {
  let linked: Awaited<ReturnType<typeof createSubscriber>>;
  let stranger: Stripe.Customer;

  beforeAll(async () => {
    linked = await createSubscriber(app.sdk);
    stranger = (await createSubscriber(app.sdk)).customer;
    await app.link(randomUUID(), linked.customer.id);
  });

  test.each(refreshing)('%s', async (type) => {
    const { customer, subscription } = linked;
    await app.sdk.customers.update(customer.id, { name: type });

    for (const id of [customer.id, stranger.id]) {
      const event = createEvent(type, { id: 'x_1', object: 'x', customer: id, status: 'forged' });
      expect((await app.deliver(event)).status).toBe(200);
    }

    expect(await app.findSnapshot(customer.id)).toMatchObject({
      facts: {
        name: type,
        invoice_settings: { default_payment_method: { details: { last4: '4242' } } },
        subscriptions: [{ id: subscription.id, status: 'active' }],
      },
    });
    expect(await app.findSnapshot(stranger.id)).toBeNull();
  });

  test.each([
    ['customer.deleted', { id: 'chosen by hand/1', object: 'customer' }],
    ['customer.subscription.updated', { id: 'sub_1', object: 'subscription', customer: 'chosen by hand/1' }],
  ])('%s of a customer with an id of an old kind, to which no user can be linked', async (type, object) => {
    const before = app.countStored();

    expect((await app.deliver(createEvent(type, object))).status).toBe(200);

    // The event alone.
    expect(app.countStored()).toEqual({ ...before, records: before.records + 1 });
  });

  test('payment_method.detached, which tells whose it was', async () => {
    const { customer } = await createSubscriber(app.sdk);
    await app.link(randomUUID(), customer.id);
    const object = { id: 'pm_1', object: 'payment_method', customer: null };
    const data = { object, previous_attributes: { customer: customer.id } };

    await app.deliver(createEvent('payment_method.detached', object, { data }));

    expect(await app.findSnapshot(customer.id)).not.toBeNull();
  });

  test('a payment method without a customer', async () => {
    const response = await app.deliver(
      createEvent('payment_method.attached', { id: 'pm_1', customer: null }),
    );

    expect(response.status).toBe(200);
  });
});

type Form = Readonly<Record<string, string>>;

async function control(path: string, form: Form = {}): Promise<Stripe.Checkout.Session> {
  const body = new URLSearchParams(form);
  const response = await fetch(`${app.stripe.url}/_control/${path}`, { method: 'POST', body });
  const answer = await response.text();
  if (!response.ok) throw new Error(answer);
  return JSON.parse(answer) as Stripe.Checkout.Session;
}

/** A paid session, as Stripe has it. */
async function pay(form: Form): Promise<Stripe.Checkout.Session> {
  const { id } = await control('checkout_sessions', {
    mode: 'subscription',
    'line_items[0][price]': price.id,
    success_url: 'https://app.example.com/done',
    ...form,
  });
  return control(`checkout_sessions/${id}/complete`, { email: 'ada@example.com' });
}

const customerOf = ({ customer }: Stripe.Checkout.Session): string => idOf(customer);

async function complete(service: WebhookApp, session: Stripe.Checkout.Session): Promise<void> {
  const response = await service.deliver(createEvent('checkout.session.completed', { ...session }));
  expect(response.status).toBe(200);
}

test.each([
  ['metadata, which servers write', app, (userId: string) => ({ 'metadata[userId]': userId })],
  [
    'client_reference_id, where the operator says that servers make every session',
    byReference,
    (userId: string) => ({ client_reference_id: userId }),
  ],
])(
  'links the customer of a session by %s, on the record, with the new subscription',
  async (_name, service, form) => {
    const userId = randomUUID();
    const session = await pay(form(userId));

    await complete(service, session);

    const id = customerOf(session);
    expect(await service.database.customers.findByUserId(userId)).toMatchObject({ stripeCustomerId: id });
    expect(await service.findSnapshot(id)).toMatchObject({
      facts: { subscriptions: [{ status: 'active' }] },
    });
    expect(await readTrail(service, { userId })).toMatchObject([
      { actor: 'stripe', action: 'LINK_CUSTOMER_BY_EVENT', targetId: id, outcome: 'SUCCEEDED' },
    ]);
  },
);

describe('no user is linked to the customer of a Checkout session', () => {
  test.each([
    ['by client_reference_id, unless the operator says so', app, {}],
    [
      'by metadata of a payment link, which is the same for every payer',
      app,
      { payment_link: 'plink_1', 'metadata[userId]': 'every-payer' },
    ],
    [
      'by client_reference_id of a payment link, whatever the operator says',
      byReference,
      { payment_link: 'plink_1' },
    ],
    [
      'by what is no user id',
      byReference,
      { client_reference_id: 'x'.repeat(200), 'metadata[userId]': 'a\u0001b' },
    ],
  ])('%s', async (_name, service, form) => {
    const userId = randomUUID();
    const session = await pay({ client_reference_id: userId, ...form });

    await complete(service, session);

    expect(await service.database.customers.findByUserId(userId)).toBeNull();
    expect(await service.database.customers.findByStripeCustomerId(customerOf(session))).toBeNull();
  });

  test('by what the event says and Stripe does not', async () => {
    const userId = randomUUID();
    const session = await pay({});

    await complete(app, {
      ...session,
      metadata: { userId },
      client_reference_id: userId,
      payment_link: null,
    });

    expect(await app.database.customers.findByUserId(userId)).toBeNull();
  });

  test("by another session, with which Stripe's answer does not fit", async () => {
    const userId = randomUUID();
    const session = await pay({});
    const other = await pay({ 'metadata[userId]': userId });
    const gate = await startStripeGate(app.stripe.url);
    gate.watch(() => ({ status: 200, body: JSON.stringify(other) }));
    const service = await createWebhookApp({ LINK_BY_METADATA_KEY: 'userId', STRIPE_API_URL: gate.url });

    const response = await service.deliver(createEvent('checkout.session.completed', { ...session }));

    expect(response.status).toBe(500);
    expect(await service.database.customers.findByUserId(userId)).toBeNull();
  });

  test('when the customer has been deleted since', async () => {
    const userId = randomUUID();
    const session = await pay({ 'metadata[userId]': userId });
    await app.sdk.customers.del(customerOf(session));

    await complete(app, session);

    expect(await app.database.customers.findByUserId(userId)).toBeNull();
  });

  test('by a session of a guest, who is no customer', async () => {
    const userId = randomUUID();
    const { id: product } = await app.sdk.products.create({ name: 'Once' });
    const once = await app.sdk.prices.create({ product, currency: 'usd', unit_amount: 500 });
    const guest = { mode: 'payment', 'line_items[0][price]': once.id, 'metadata[userId]': userId };
    const session = await pay(guest);
    expect(session.customer).toBeNull();

    await complete(app, session);

    expect(await app.database.customers.findByUserId(userId)).toBeNull();
  });
});

test('a session that Stripe does not have is to be sent again, and is handled once it is there', async () => {
  const userId = randomUUID();
  const session = await pay({ 'metadata[userId]': userId });
  const event = createEvent('checkout.session.completed', { ...session });
  const otherSandbox = await createWebhookApp({ DATABASE_URL: app.config.databaseUrl });

  expect((await otherSandbox.deliver(event)).status).toBe(500);

  expect((await app.deliver(event)).status).toBe(200);
  expect(await app.database.customers.findByUserId(userId)).not.toBeNull();
});

test.each([
  ['metadata', app, (userId: string) => ({ 'metadata[userId]': userId })],
  ['client_reference_id', byReference, (userId: string) => ({ client_reference_id: userId })],
])(
  'a link that is there is never changed by %s, of the user or of the customer',
  async (name, service, form) => {
    const [userId, owner, other] = [randomUUID(), randomUUID(), randomUUID()];
    const { customers: mappings } = service.database;
    const logged = service.logs.length;
    const session = await pay(form(userId));
    await mappings.link({ userId, stripeCustomerId: `cus_before${name.replace(/\W/g, '')}` });
    const before = await mappings.findByUserId(userId);
    await complete(service, session);
    expect(await mappings.findByUserId(userId)).toEqual(before);
    expect(await mappings.findByStripeCustomerId(customerOf(session))).toBeNull();

    const owned = await pay(form(other));
    await mappings.link({ userId: owner, stripeCustomerId: customerOf(owned) });
    await complete(service, owned);
    expect(await mappings.findByStripeCustomerId(customerOf(owned))).toMatchObject({ userId: owner });
    expect(await mappings.findByUserId(other)).toBeNull();

    expect(service.logs.slice(logged).filter((line) => line.includes('is linked elsewhere'))).toHaveLength(2);
  },
);

describe('billing_portal.session.created', () => {
  const url = 'https://billing.stripe.com/p/session/planted_secret';

  async function report(userId: UUID | null) {
    const customerId = `cus_${randomUUID().replaceAll('-', '')}`;
    if (userId !== null) await app.link(userId, customerId);
    const session = {
      id: 'bps_1',
      object: 'billing_portal.session',
      customer: customerId,
      url,
      return_url: url,
    };
    const event = createEvent('billing_portal.session.created', session, { created: 1_790_000_000 });
    return { customerId, event };
  }

  test('is on the record: the session, its time, the customer and the user, and never the URL', async () => {
    const userId = randomUUID();
    const { customerId, event } = await report(userId);

    expect((await app.deliver(event)).status).toBe(200);

    const trail = await readTrail(app, { userId });
    expect(trail).toMatchObject([
      {
        actor: 'stripe',
        action: 'REPORT_PORTAL_SESSION',
        at: new Date(1_790_000_000_000).toISOString(),
        userId,
        targetId: customerId,
        outcome: 'SUCCEEDED',
        details: [{ name: 'sessionId', value: 'bps_1' }],
      },
    ]);
    expect(JSON.stringify([trail, app.logs])).not.toContain('planted');
  });

  test('is on the record once, though the process died before it had noted the event', async () => {
    const userId = randomUUID();
    const { event } = await report(userId);
    await app.deliver(event);
    const record = await app.database.records.find('webhook-event', event.id);
    await app.database.records.remove('webhook-event', record ?? { key: '', nonce: '' });

    await app.deliver(event);
    await app.deliver({ ...event, id: 'evt_another' });

    expect(await readTrail(app, { userId })).toHaveLength(2);
  });

  test('of a customer without a user is also on the record', async () => {
    const { customerId, event } = await report(null);

    // The trail begins with the newest entry, and events have whole seconds.
    await app.deliver({ ...event, created: getTimestamp(-5) });

    expect((await readTrail(app))[0]).toMatchObject({ userId: null, targetId: customerId });
  });
});

test('invoice.paid of an older invoice refreshes the open invoice of a subscription whose latest one is a draft', async () => {
  const { customer, subscription } = await createSubscriber(app.sdk);
  await app.link(randomUUID(), customer.id);
  const invoice = (status: string) =>
    app.sdk.rawRequest('POST', '/_control/invoices', { subscription: subscription.id, status });
  const { id: older } = (await invoice('open')) as unknown as Stripe.Invoice;
  await invoice('draft');
  await app.sdk.rawRequest('POST', `/_control/subscriptions/${subscription.id}`, { status: 'unpaid' });
  const findOpen = async () => {
    const snapshot = await app.findSnapshot(customer.id);
    return snapshot?.facts?.subscriptions.map(({ open_invoice: open }) => open?.id ?? null);
  };
  await deliver('customer.updated', customer);
  expect(await findOpen()).toEqual([older]);

  const paid = await app.sdk.invoices.pay(older);
  await app.deliver(createEvent('invoice.paid', { ...paid }));

  expect(await findOpen()).toEqual([null]);
});

describe('billing_portal.configuration', () => {
  test.each(['billing_portal.configuration.created', 'billing_portal.configuration.updated'])(
    '%s lets the next session look at Stripe again',
    async (type) => {
      const policies = { one: { features: { invoice_history: { enabled: true } } } };
      const file = writePolicyFile({ policies, default: 'one', strictest: 'one' });
      const withPolicies = await createWebhookApp({ PORTAL_POLICIES: file });
      const customer = await withPolicies.sdk.customers.create();
      await withPolicies.link('ada', customer.id);
      const token = await withPolicies.createToken({ userId: 'ada' });
      const countLists = (): number =>
        withPolicies.stripe.requests.filter(
          ({ method, path }) => method === 'GET' && path === '/v1/billing_portal/configurations',
        ).length;
      const open = async (): Promise<number> => {
        const before = countLists();
        const request = { document: openPortalMutation, variables: { returnUrl }, token };
        (await withPolicies.execute(request)).expectData();
        return countLists() - before;
      };

      expect([await open(), await open()]).toEqual([1, 0]);
      await withPolicies.deliver(createEvent(type, { id: 'bpc_1', object: 'billing_portal.configuration' }));

      expect([await open(), await open()]).toEqual([1, 0]);
    },
  );

  test('is taken where there are no policies', async () => {
    const response = await app.deliver(createEvent('billing_portal.configuration.updated', { id: 'bpc_1' }));

    expect(response.status).toBe(200);
  });
});

test('the handled events are those that the guide describes', () => {
  const guide = readFileSync(new URL('../../docs/webhooks.md', import.meta.url), 'utf8');
  const section = guide.split(/^##+ /m).find((part) => part.startsWith('What each event does')) ?? '';
  const items = [...section.matchAll(/^- (`[^:]*):/gm)].map(([, types = '']) => types);
  let prefix = '';
  const described = items.flatMap((types) =>
    [...types.matchAll(/`([\w.]+)`/g)].map(([, name = '']) => {
      if (name.startsWith('.')) return `${prefix}${name}`;
      prefix = name.slice(0, name.lastIndexOf('.'));
      return name;
    }),
  );

  expect(described.toSorted()).toEqual(handledEventTypes.toSorted());
});
