// An Apollo Server with types of its own, and billing beside them in one schema.
import { ApolloServer } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import { startStandaloneServer } from '@apollo/server/standalone';
import { makeExecutableSchema, mergeSchemas } from '@graphql-tools/schema';
import { createBillingPortal } from 'billing-portal-graphql/server';
import { GraphQLError } from 'graphql';

interface Context {
  readonly userId: string | null;
}

const products = makeExecutableSchema<Context>({
  typeDefs: `
    type Query { product(id: ID!): Product me: ID }
    type Product { id: ID! name: String! }
  `,
  resolvers: {
    Query: {
      product: (_parent, { id }: { id: string }) => ({ id, name: 'Lamp' }),
      me: (_parent, _args, { userId }) => userId,
    },
  },
});

const billing = await createBillingPortal<Context>(process.env, {
  identify: ({ userId }) => (userId === null ? null : { userId }),
});

const server = new ApolloServer<Context>({
  schema: mergeSchemas({ schemas: [products, billing.schema] }),
  // Errors of the service are GraphQLErrors, whose messages are for clients. Others may contain internal details.
  formatError: (formatted, error) =>
    unwrapResolverError(error) instanceof GraphQLError
      ? formatted
      : { message: 'Something went wrong.', extensions: { code: 'INTERNAL_SERVER_ERROR' } },
  // URLs of the portal are credentials: no cache may keep a response.
  plugins: [
    {
      requestDidStart: async () => ({
        willSendResponse: async ({ response }) => {
          response.http.headers.set('cache-control', 'no-store');
        },
      }),
    },
  ],
});

const { url } = await startStandaloneServer(server, {
  listen: { port: Number(process.env['PORT'] ?? 4000), host: '127.0.0.1' },
  // In place of your own sign-in.
  context: async ({ req }) => ({ userId: req.headers.authorization === 'Bearer ada' ? 'ada' : null }),
});
console.log(url);

process.once('SIGTERM', () => void server.stop().then(() => billing.close()));
