import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import * as apollo4 from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { beforeAll, describe, expect, test } from '@jest/globals';
import * as apollo3 from 'apollo-client-3/core/index.js';
import { print } from 'graphql';
import { seedDemoData } from 'billing-portal-local-stripe/demo-data';
import { createTestApp } from '../../../test/helpers/test-app.ts';
import { createBillingPortalClient } from '../src/billing-portal-client.ts';
import { billingAccountQuery } from '../src/use-billing-portal.ts';

const app = await createTestApp({
  TRUSTED_DOCUMENTS: join(import.meta.dirname, '../documents.json'),
});
const { customerId } = await seedDemoData(app.sdk);
await app.link('ada', customerId);
const url = `${app.url}/graphql`;
const query = { query: billingAccountQuery, variables: {} };

const readme = await readFile(join(import.meta.dirname, '../README.md'), 'utf8');
const [, cacheBlock = ''] = /```ts\n(const cache = .*?)```/s.exec(readme) ?? [];
const createCache = () =>
  runInNewContext(`${cacheBlock}; cache`, { InMemoryCache: apollo4.InMemoryCache }) as apollo4.InMemoryCache;

const link = (token: string) => ({ uri: url, headers: { authorization: `Bearer ${token}` } });

const clients: readonly [string, (token: string) => Promise<unknown>][] = [
  ['the plain client', (token) => createBillingPortalClient({ url, getToken: () => token }).getAccount()],
  [
    'the hook, with Apollo Client 4',
    async (token) => {
      const cache = new apollo4.InMemoryCache();
      const client = new apollo4.ApolloClient({ cache, link: new apollo4.HttpLink(link(token)) });
      return (await client.query(query)).data;
    },
  ],
  [
    'the hook, by ids',
    async (token) => {
      const byId = new PersistedQueryLink({ generateHash: (document) => hash('sha256', print(document)) });
      const cache = new apollo4.InMemoryCache();
      const client = new apollo4.ApolloClient({
        cache,
        link: byId.concat(new apollo4.HttpLink(link(token))),
      });
      return (await client.query(query)).data;
    },
  ],
  [
    'the hook, with the cache of the README',
    async (token) => {
      const client = new apollo4.ApolloClient({
        cache: createCache(),
        link: new apollo4.HttpLink(link(token)),
      });
      return (await client.query(query)).data;
    },
  ],
  [
    'the hook, with Apollo Client 3.8',
    async (token) => {
      const cache = new apollo3.InMemoryCache();
      const client = new apollo3.ApolloClient({ cache, link: new apollo3.HttpLink(link(token)) });
      return (await client.query(query)).data;
    },
  ],
];

test.each(clients)('a service that trusts documents.json runs the operations of %s', async (_client, ask) => {
  const token = await app.createToken({ userId: 'ada' });
  await expect(ask(token)).resolves.toMatchObject({ billingCustomer: { id: customerId } });
});

describe('a price and a discount have an amount in each currency', () => {
  beforeAll(async () => {
    const { sdk } = app;
    const { id: customer } = await sdk.customers.create({
      payment_method: 'pm_card_visa',
      invoice_settings: { default_payment_method: 'pm_card_visa' },
    });
    const { id: price } = await sdk.prices.create({
      currency: 'usd',
      unit_amount: 2000,
      currency_options: { eur: { unit_amount: 1800 } },
      recurring: { interval: 'month' },
      product_data: { name: 'Pro' },
    });
    const { id: coupon } = await sdk.coupons.create({
      currency: 'usd',
      amount_off: 500,
      currency_options: { eur: { amount_off: 400 } },
      duration: 'forever',
    });
    await sdk.rawRequest('POST', `/_control/customers/${customer}`, { coupon });
    for (const currency of ['usd', 'eur'])
      await sdk.subscriptions.create({ customer, currency, items: [{ price }] });
    await app.link('grace', customer);
  });

  test.each(clients)('by %s', async (_client, ask) => {
    const describeIn = (currency: string, unitAmountDecimal: string, off: number) => ({
      items: [{ price: { currency, unitAmountDecimal } }],
      discounts: [{ amountOff: { amount: off, currency } }],
    });
    await expect(ask(await app.createToken({ userId: 'grace' }))).resolves.toMatchObject({
      billingCustomer: { subscriptions: [describeIn('eur', '1800', 400), describeIn('usd', '2000', 500)] },
    });
  });
});

describe('the cache of the README', () => {
  const invoices = (numbers: readonly string[] | null, endCursor = '') => ({
    billingCustomer: {
      __typename: 'BillingCustomer',
      id: 'cus_1',
      invoices: numbers && {
        __typename: 'BillingInvoiceConnection',
        edges: numbers.map((id) => ({
          __typename: 'BillingInvoiceEdge',
          node: { __typename: 'BillingInvoice', id },
        })),
        pageInfo: { __typename: 'PageInfo', hasNextPage: endCursor !== '', endCursor },
      },
    },
  });
  const pages = apollo4.gql`
    query ($after: String) {
      billingCustomer { id invoices(first: 1, after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } } }
    }
  `;

  test('shows the pages of the invoices after each other, and begins again with the first', () => {
    const cache = createCache();
    cache.writeQuery({ query: pages, data: invoices(['in_2'], 'a') });
    cache.writeQuery({ query: pages, variables: { after: 'a' }, data: invoices(['in_1']) });
    expect(cache.readQuery({ query: pages })).toEqual(invoices(['in_2', 'in_1']));

    cache.writeQuery({ query: pages, data: invoices(['in_3'], 'b') });
    expect(cache.readQuery({ query: pages })).toEqual(invoices(['in_3'], 'b'));
  });

  test('keeps the null of invoices that are not offered', () => {
    const cache = createCache();
    cache.writeQuery({ query: pages, data: invoices(null) });
    expect(cache.readQuery({ query: pages })).toEqual(invoices(null));
  });

  test('shows each currency of a price to a query that selects its id', () => {
    const cache = createCache();
    const query = apollo4.gql`{ billingCustomer { id subscriptions { id items { id price { id currency } } } } }`;
    const subscriptions = ['usd', 'eur'].map((currency) => ({
      __typename: 'BillingSubscription',
      id: `sub_${currency}`,
      items: [
        {
          __typename: 'BillingSubscriptionItem',
          id: `si_${currency}`,
          price: { __typename: 'BillingPrice', id: 'price_1', currency },
        },
      ],
    }));
    const data = { billingCustomer: { __typename: 'BillingCustomer', id: 'cus_1', subscriptions } };
    cache.writeQuery({ query, data });
    expect(cache.readQuery({ query })).toEqual(data);
  });
});
