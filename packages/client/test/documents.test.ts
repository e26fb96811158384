import { join } from 'node:path';
import * as apollo4 from '@apollo/client';
import { expect, test } from '@jest/globals';
import * as apollo3 from 'apollo-client-3/core/index.js';
import { seedDemoData } from 'billing-portal-local-stripe/demo-data';
import { createTestApp } from '../../../test/helpers/test-app.ts';
import { createBillingPortalClient } from '../src/billing-portal-client.ts';
import { billingAccountQuery } from '../src/use-billing-portal.ts';

const app = await createTestApp({
  TRUSTED_DOCUMENTS: join(import.meta.dirname, '../documents.json'),
});
const { customerId } = await seedDemoData(app.sdk);
await app.link('ada', customerId);
const token = await app.createToken({ userId: 'ada' });
const link = { uri: `${app.url}/graphql`, headers: { authorization: `Bearer ${token}` } };
const query = { query: billingAccountQuery, variables: {} };

test.each<[string, () => Promise<unknown>]>([
  [
    'the plain client',
    () => createBillingPortalClient({ url: link.uri, getToken: () => token }).getAccount(),
  ],
  [
    'the hook, with Apollo Client 4',
    async () => {
      const cache = new apollo4.InMemoryCache();
      const client = new apollo4.ApolloClient({ cache, link: new apollo4.HttpLink(link) });
      return (await client.query(query)).data;
    },
  ],
  [
    'the hook, with Apollo Client 3.8',
    async () => {
      const cache = new apollo3.InMemoryCache();
      const client = new apollo3.ApolloClient({ cache, link: new apollo3.HttpLink(link) });
      return (await client.query(query)).data;
    },
  ],
])('a service that trusts documents.json runs the operations of %s', async (_client, ask) => {
  await expect(ask()).resolves.toMatchObject({ billingCustomer: { id: customerId } });
});
