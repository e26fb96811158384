import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Stripe } from 'stripe';
import { type LocalStripeClient, refusalOf, startLocalStripe } from './local-stripe-client.ts';
import { createConfiguration, createPrice, createSubscriber } from './fixtures.ts';

let client: LocalStripeClient;
let stripe: Stripe;
beforeAll(async () => {
  client = await startLocalStripe();
  stripe = client.stripe;
});

describe('pages', () => {
  const names = ['one', 'two', 'three', 'four', 'five'];
  let ids: string[];
  beforeAll(async () => {
    for (const name of names) await stripe.products.create({ name });
    ids = (await stripe.products.list()).data.map(({ id }) => id);
  });

  test('the newest objects come first', async () => {
    const { data, has_more: more } = await stripe.products.list();
    expect(data.map(({ name }) => name)).toEqual([...names].reverse());
    expect(more).toBe(false);
  });

  test.each([
    ['the first', {}, [0, 1], true],
    ['after one', { starting_after: 1 }, [2, 3], true],
    ['the last', { starting_after: 3 }, [4], false],
    ['before one', { ending_before: 3 }, [1, 2], true],
    ['before the first ones', { ending_before: 1 }, [0], false],
  ])('%s', async (_page, cursor, expected, more) => {
    const params = Object.fromEntries(
      Object.entries(cursor).map(([name, index]) => [name, ids[index] ?? '']),
    );
    const page = await stripe.products.list({ limit: 2, ...params });
    expect(page.data.map(({ id }) => ids.indexOf(id))).toEqual(expected);
    expect(page.has_more).toBe(more);
  });

  test('the SDK walks through all pages', async () => {
    const all = await stripe.products.list({ limit: 2 }).autoPagingToArray({ limit: 100 });
    expect(all.map(({ id }) => id)).toEqual(ids);
  });

  test.each([{ limit: 0 }, { limit: 101 }])('a limit of $limit is refused', async (params) => {
    expect(await refusalOf(stripe.products.list(params))).toMatchObject({
      param: 'limit',
      code: 'parameter_invalid_integer',
    });
  });

  test('an unknown cursor is refused', async () => {
    const refusal = await refusalOf(stripe.products.list({ starting_after: 'prod_unknown' }));
    expect(refusal).toMatchObject({ code: 'resource_missing', param: 'starting_after' });
  });
});

test('two cursors at once are refused', async () => {
  const { id } = await stripe.products.create({ name: 'Cursor' });
  const refusal = await refusalOf(stripe.products.list({ starting_after: id, ending_before: id }));
  expect(refusal).toMatchObject({
    statusCode: 400,
    type: 'StripeInvalidRequestError',
    message: 'Received both starting_after and ending_before parameters. Please pass in only one.',
  });
});

describe('lists of one customer', () => {
  test.each(['v1/invoices', 'v1/payment_methods', 'v1/subscriptions', 'v1/subscription_schedules'])(
    '%s refuses an unknown customer, and lists what a deleted one had',
    async (path) => {
      const list = (id: string) => stripe.rawRequest('GET', `/${path}?customer=${id}`);
      const refusal = await refusalOf(list('cus_unknown'));
      expect(refusal).toMatchObject({ statusCode: 400, code: 'resource_missing', param: 'customer' });
      const { customer } = await createSubscriber(stripe);
      await stripe.customers.del(customer.id);
      expect(await list(customer.id)).toMatchObject({ object: 'list' });
    },
  );
});

describe('expansion', () => {
  test('references are ids unless they are expanded, on lists and through several levels', async () => {
    const { customer, subscription } = await createSubscriber(stripe);
    expect(subscription.customer).toBe(customer.id);
    const { data } = await stripe.subscriptions.list({
      customer: customer.id,
      expand: ['data.customer.invoice_settings.default_payment_method'],
    });
    expect(data[0]).toMatchObject({
      customer: {
        id: customer.id,
        invoice_settings: { default_payment_method: { object: 'payment_method' } },
      },
    });
    const whole = await stripe.subscriptions.retrieve(subscription.id, {
      expand: ['items.data.price.product'],
    });
    expect(whole.items.data[0]?.price.product).toMatchObject({ object: 'product', name: 'Plan' });
    const tooDeep = stripe.subscriptions.list({ expand: ['data.items.data.price.product'] });
    expect((await refusalOf(tooDeep)).message).toMatch('more than 4 levels');
  });

  test('a customer’s subscriptions are absent unless expanded', async () => {
    const { customer, subscription } = await createSubscriber(stripe);
    expect(customer).not.toHaveProperty('subscriptions');
    const expanded = await stripe.customers.retrieve(customer.id, {
      expand: ['subscriptions.data.latest_invoice'],
    });
    expect(expanded).toMatchObject({
      subscriptions: {
        data: [{ id: subscription.id, latest_invoice: { object: 'invoice', status: 'paid' } }],
      },
    });
  });

  test('a configuration’s products are absent unless expanded', async () => {
    const price = await createPrice(stripe);
    const { id, features } = await createConfiguration(stripe, [price]);
    expect(features.subscription_update).not.toHaveProperty('products');
    const path = 'features.subscription_update.products';
    const products = [{ product: price.product, prices: [price.id] }];
    const retrieved = await stripe.billingPortal.configurations.retrieve(id, { expand: [path] });
    expect(retrieved.features.subscription_update.products).toMatchObject(products);
    const listed = await stripe.billingPortal.configurations.list({ expand: [`data.${path}`] });
    expect(listed.data[0]?.features.subscription_update.products).toMatchObject(products);
  });

  test('a member that cannot be expanded is refused', async () => {
    const { customer } = await createSubscriber(stripe);
    const refusal = await refusalOf(stripe.customers.retrieve(customer.id, { expand: ['email'] }));
    expect(refusal.message).toBe('This property cannot be expanded (email).');
  });

  test('more than four levels are refused', async () => {
    const { subscription } = await createSubscriber(stripe);
    const refusal = await refusalOf(
      stripe.subscriptions.retrieve(subscription.id, { expand: ['a.b.c.d.e'] }),
    );
    expect(refusal.message).toContain('more than 4 levels');
  });

  test('a deleted customer is expanded as deleted', async () => {
    const { customer, subscription } = await createSubscriber(stripe);
    await stripe.customers.del(customer.id);
    expect(await stripe.customers.retrieve(customer.id)).toMatchObject({
      id: customer.id,
      object: 'customer',
      deleted: true,
    });
    const expanded = await stripe.subscriptions.retrieve(subscription.id, { expand: ['customer'] });
    expect(expanded).toMatchObject({ status: 'canceled', customer: { id: customer.id, deleted: true } });
  });
});

test('a list inside of an object has ten entries, and its URL lists the rest', async () => {
  const { customer } = await createSubscriber(stripe);
  const prices = await Promise.all(Array.from({ length: 12 }, () => createPrice(stripe)));
  const { id, items } = await stripe.subscriptions.create({
    customer: customer.id,
    items: prices.map((price) => ({ price: price.id })),
  });
  expect(items.data).toHaveLength(10);
  expect(items.has_more).toBe(true);
  const all = await stripe.subscriptionItems.list({ subscription: id, limit: 100 });
  expect(all.data.map((item) => item.price.id)).toEqual(prices.map((price) => price.id));
  const [invoice] = (await stripe.invoices.list({ subscription: id })).data;
  expect(invoice?.lines).toMatchObject({ has_more: true });
  expect((await stripe.invoices.listLineItems(invoice?.id ?? '', { limit: 20 })).data).toHaveLength(12);
});
