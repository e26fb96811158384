import { expect, test } from '@jest/globals';
import { type GraphQLSchema, graphql } from 'graphql';
import { Authorized, Field, ObjectType, Query, Resolver, buildSchemaSync } from 'type-graphql';
import { closeAfterTests } from '../helpers/closing.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { createBillingPortal } from '../../src/server/create-billing-portal.ts';
import { createHostedFixture } from './hosted-kit.ts';

/* TypeGraphQL keeps what the decorators of a process say in one place, also those of the host's own schema. */

@ObjectType()
class Product {
  @Field(() => String)
  name!: string;
}

@Resolver()
class OpenResolver {
  @Query(() => Product)
  product(): Product {
    return { name: 'Lamp' };
  }
}

const { env } = await createHostedFixture(createTemporaryFolder(), closeAfterTests);

async function openBillingPortal(): Promise<GraphQLSchema> {
  const billing = await createBillingPortal(env, { identify: () => ({ userId: 'ada' }) });
  closeAfterTests(() => billing.close());
  return billing.schema;
}

test("a host's own schema without authorization is built beside the service", async () => {
  await openBillingPortal();
  const schema = buildSchemaSync({ resolvers: [OpenResolver], validate: false });

  expect(Object.keys(schema.getQueryType()?.getFields() ?? {})).toEqual(['product']);
  expect(await graphql({ schema, source: '{ product { name } }' })).toEqual({
    data: { product: { name: 'Lamp' } },
  });
});

test('a host that loads an earlier version of TypeGraphQL first is told to load the service before', async () => {
  const metadata = globalThis.TypeGraphQLMetadataStorage;
  Object.defineProperty(metadata, 'clone', { value: undefined, configurable: true });
  try {
    await expect(openBillingPortal()).rejects.toThrow('before your own version of TypeGraphQL');
  } finally {
    Reflect.deleteProperty(metadata, 'clone');
  }
});

test("the service is built beside a host's own schema with authorization", async () => {
  Authorized('seller')(OpenResolver.prototype, 'product', {});
  const schema = await openBillingPortal();

  expect(schema.getQueryType()?.getFields()).not.toHaveProperty('product');
  expect(await graphql({ schema, source: '{ billingCustomer { id } }', contextValue: {} })).toEqual({
    data: { billingCustomer: null },
  });
});
