// Apollo Server on Express with every default, and the Stripe SDK with its own: a GraphQL tutorial's way.
import { ApolloServer } from '@apollo/server';
import { expressMiddleware } from '@as-integrations/express5';
import express from 'express';
import { loadCustomers } from './customers.ts';
import { createStripe } from './stripe.ts';

const customers = loadCustomers();
const stripe = createStripe();

const typeDefs = `#graphql
  type Session {
    url: String!
  }
  type Query {
    version: String!
  }
  type Mutation {
    createBillingPortalSession(userId: ID!, returnUrl: String!): Session!
  }
`;

const resolvers = {
  Query: { version: () => '1' },
  Mutation: {
    createBillingPortalSession: async (
      _parent: unknown,
      { userId, returnUrl }: { userId: string; returnUrl: string },
    ) => {
      const customer = customers.get(userId);
      if (customer === undefined) throw new Error('No such customer');
      return stripe.billingPortal.sessions.create({ customer, return_url: returnUrl });
    },
  },
};

const apollo = new ApolloServer({ typeDefs, resolvers });
await apollo.start();
const app = express();
app.use('/graphql', express.json(), expressMiddleware(apollo));
app.listen(Number(process.env['PORT']), '127.0.0.1');
