import { Arg, Args, Ctx, ID, Resolver } from 'type-graphql';
import { type Connection, PageArgs, readPageRequest, toConnection } from '../graphql/connection.ts';
import { type RequestContext, getCaller } from '../graphql/context.ts';
import { AdminMutation, AdminQuery } from '../graphql/schema.ts';
import { OptionalArg } from '../graphql/types.ts';
import type { ConflictResolution, CustomerAdmin } from './customer-admin.service.ts';
import type { CustomerMapping as Mapping } from './customer-directory.ts';
import {
  type CustomerConflict,
  CustomerConflictConnection,
  CustomerConflictResolution,
  CustomerAttributeInput,
  CustomerMapping,
  CustomerMappingConnection,
} from './customer-mapping.types.ts';

@Resolver()
export class CustomerAdminResolver {
  constructor(private readonly customers: CustomerAdmin) {}

  @AdminQuery(CustomerMappingConnection, 'lists which user is linked to which customer, sorted by user id.')
  async customerMappings(@Args(() => PageArgs) pageArgs: PageArgs): Promise<Connection<CustomerMapping>> {
    const page = readPageRequest(pageArgs);
    const found = await this.customers.list(page);
    return toConnection(found, page, 'userId', toCustomerMapping);
  }

  @AdminQuery(
    CustomerMapping,
    'finds a mapping by user id or by customer id. Returns null when no such mapping exists.',
    { nullable: true },
  )
  async customerMapping(
    @OptionalArg('userId', ID, "The user's id.") userId: string | null | undefined,
    @OptionalArg('stripeCustomerId', ID, "Stripe's id of the customer, `cus_…`.")
    stripeCustomerId: string | null | undefined,
  ): Promise<CustomerMapping | null> {
    const mapping = await this.customers.find(userId ?? null, stripeCustomerId ?? null);
    return mapping && toCustomerMapping(mapping);
  }

  @AdminMutation(
    CustomerMapping,
    'links a user to a customer that exists at Stripe. Each user has one customer, and each customer one user. Idempotent.',
  )
  async linkCustomer(
    @Ctx() context: RequestContext,
    @Arg('userId', () => ID, { description: "The user's id, as in the user's tokens." }) userId: string,
    @Arg('stripeCustomerId', () => ID, { description: "Stripe's id of the customer, `cus_…`." })
    stripeCustomerId: string,
  ): Promise<CustomerMapping> {
    const ids = { userId, stripeCustomerId };
    return toCustomerMapping((await this.customers.link(getCaller(context), ids, true)).mapping);
  }

  @AdminMutation(
    CustomerMapping,
    "removes the mapping between a user and a customer, and returns the removed mapping. Only an administrator can link the two again; events and sessions never do. The customer stays at Stripe with its subscriptions, e-mail address and metadata, and is still charged: cancel or delete it at Stripe if you want that. If customers are created on demand, the user's next session creates a new customer.",
  )
  async unlinkCustomer(
    @Ctx() context: RequestContext,
    @Arg('userId', () => ID, { description: "The user's id." }) userId: string,
  ): Promise<CustomerMapping> {
    return toCustomerMapping(await this.customers.unlink(getCaller(context), userId));
  }

  @AdminMutation(CustomerMapping, "changes a user's mapping. Omitted arguments stay unchanged.")
  async updateCustomerMapping(
    @Ctx() context: RequestContext,
    @Arg('userId', () => ID, { description: "The user's id." }) userId: string,
    @OptionalArg('contractEndsAt', Date, 'When the contract ends; null removes the contract.')
    contractEndsAt: Date | null | undefined,
    @OptionalArg(
      'attributes',
      [CustomerAttributeInput],
      'The new attributes, at most 50. They replace all current attributes.',
    )
    attributes: readonly CustomerAttributeInput[] | null | undefined,
  ): Promise<CustomerMapping> {
    const caller = getCaller(context);
    return toCustomerMapping(
      await this.customers.update(caller, userId, contractEndsAt, attributes ?? undefined),
    );
  }

  @AdminQuery(
    CustomerConflictConnection,
    'lists customers at Stripe that name a user although the user is linked to another customer, or the customer to another user. The service never replaces a mapping automatically: resolve a conflict by `resolveCustomerConflict`.',
  )
  async customerConflicts(@Args(() => PageArgs) pageArgs: PageArgs): Promise<Connection<CustomerConflict>> {
    const page = readPageRequest(pageArgs);
    const found = await this.customers.listConflicts(page);
    return toConnection(found, page, 'id', (conflict) => conflict);
  }

  @AdminMutation(
    CustomerMapping,
    "resolves a conflict and returns the user's mapping; null when the user has none. Nothing changes at Stripe: a customer that is not linked keeps its subscriptions and is still charged.",
    { nullable: true },
  )
  async resolveCustomerConflict(
    @Ctx() context: RequestContext,
    @Arg('id', () => ID, { description: "The conflict's id." }) id: string,
    @Arg('resolution', () => CustomerConflictResolution, {
      description: 'Which customer the user is linked to afterwards.',
    })
    resolution: ConflictResolution,
  ): Promise<CustomerMapping | null> {
    const mapping = await this.customers.resolveConflict(getCaller(context), id, resolution);
    return mapping && toCustomerMapping(mapping);
  }
}

function toCustomerMapping({ createdAt, attributes, ...mapping }: Mapping): CustomerMapping {
  return {
    ...mapping,
    attributes: Object.entries(attributes).map(([name, value]) => ({ name, value })),
    linkedAt: createdAt,
  };
}
