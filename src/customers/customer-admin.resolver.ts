import { Arg, Args, Authorized, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { type Connection, PageArgs, readPageRequest, toConnection } from '../graphql/connection.ts';
import { type RequestContext, getCaller } from '../graphql/context.ts';
import { admin } from '../graphql/schema.ts';
import type { CustomerAdmin } from './customer-admin.service.ts';
import type { CustomerMapping as Mapping } from './customer-directory.ts';
import {
  CustomerAttributeInput,
  CustomerMapping,
  CustomerMappingConnection,
} from './customer-mapping.types.ts';

@Resolver()
export class CustomerAdminResolver {
  constructor(private readonly customers: CustomerAdmin) {}

  @Authorized(admin)
  @Query(() => CustomerMappingConnection, {
    description: 'For administrators: who is linked to which customer, in the order of user ids.',
  })
  async customerMappings(@Args(() => PageArgs) pageArgs: PageArgs): Promise<Connection<CustomerMapping>> {
    const page = readPageRequest(pageArgs);
    const found = await this.customers.list(page);
    return toConnection(found, page, ({ userId }) => userId, toCustomerMapping);
  }

  @Authorized(admin)
  @Query(() => CustomerMapping, {
    nullable: true,
    description: 'For administrators: one mapping, by either id; null when there is none.',
  })
  async customerMapping(
    @Arg('userId', () => ID, { nullable: true, description: "The user's id." })
    userId: string | null,
    @Arg('stripeCustomerId', () => ID, {
      nullable: true,
      description: "Stripe's id of the customer, `cus_…`.",
    })
    stripeCustomerId: string | null,
  ): Promise<CustomerMapping | null> {
    const mapping = await this.customers.find({
      userId: userId ?? undefined,
      stripeCustomerId: stripeCustomerId ?? undefined,
    });
    return mapping && toCustomerMapping(mapping);
  }

  @Authorized(admin)
  @Mutation(() => CustomerMapping, {
    description:
      'For administrators: links a user to a customer that Stripe has. A user has one customer and a customer one user; the same link again is no change.',
  })
  async linkCustomer(
    @Ctx() context: RequestContext,
    @Arg('userId', () => ID, { description: "The user's id, as their tokens have it." })
    userId: string,
    @Arg('stripeCustomerId', () => ID, { description: "Stripe's id of the customer, `cus_…`." })
    stripeCustomerId: string,
  ): Promise<CustomerMapping> {
    return toCustomerMapping(await this.customers.link(getCaller(context), { userId, stripeCustomerId }));
  }

  @Authorized(admin)
  @Mutation(() => CustomerMapping, {
    description:
      "For administrators: removes the link between a user and their customer, and returns what was removed. No event and no session makes this link again; `linkCustomer` does. The customer stays at Stripe with its subscriptions, e-mail address and metadata, and is charged as before: cancel or delete it there where that is called for. Where customers are created on demand, the user's next session creates a new one.",
  })
  async unlinkCustomer(
    @Ctx() context: RequestContext,
    @Arg('userId', () => ID, { description: "The user's id." })
    userId: string,
  ): Promise<CustomerMapping> {
    return toCustomerMapping(await this.customers.unlink(getCaller(context), userId));
  }

  @Authorized(admin)
  @Mutation(() => CustomerMapping, {
    description:
      "For administrators: changes what is kept about a user's customer. What is left out stays as it is.",
  })
  async updateCustomerMapping(
    @Ctx() context: RequestContext,
    @Arg('userId', () => ID, { description: "The user's id." })
    userId: string,
    @Arg('contractEndsAt', () => Date, {
      nullable: true,
      description: 'When the contract ends; null for no contract.',
    })
    contractEndsAt: Date | null | undefined,
    @Arg('attributes', () => [CustomerAttributeInput], {
      nullable: true,
      description: 'All that is kept from now on, in place of what was; at most 50.',
    })
    attributes: readonly CustomerAttributeInput[] | null | undefined,
  ): Promise<CustomerMapping> {
    const changes = { contractEndsAt, attributes: attributes ?? undefined };
    return toCustomerMapping(await this.customers.update(getCaller(context), userId, changes));
  }
}

export function toCustomerMapping({ createdAt, attributes, ...mapping }: Mapping): CustomerMapping {
  return {
    ...mapping,
    attributes: Object.entries(attributes).map(([name, value]) => ({ name, value })),
    linkedAt: createdAt,
  };
}
