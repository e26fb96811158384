import { Arg, Args, Authorized, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { type Connection, PageArgs, readPageRequest, toConnection } from '../graphql/connection.ts';
import { type RequestContext, getCaller } from '../graphql/context.ts';
import { admin } from '../graphql/schema.ts';
import type { ConflictAdmin } from './conflict-admin.service.ts';
import { toCustomerMapping } from './customer-admin.resolver.ts';
import {
  type CustomerConflict,
  CustomerConflictConnection,
  CustomerConflictResolution,
} from './customer-conflict.types.ts';
import { CustomerMapping } from './customer-mapping.types.ts';

@Resolver()
export class ConflictAdminResolver {
  constructor(private readonly conflicts: ConflictAdmin) {}

  @Authorized(admin)
  @Query(() => CustomerConflictConnection, {
    description:
      'For administrators: lists customers at Stripe that name a user although the user is linked to another customer, or the customer to another user. The service never replaces a mapping automatically: resolve a conflict by `resolveCustomerConflict`.',
  })
  async customerConflicts(@Args(() => PageArgs) pageArgs: PageArgs): Promise<Connection<CustomerConflict>> {
    const page = readPageRequest(pageArgs);
    return toConnection(
      await this.conflicts.list(page),
      page,
      ({ id }) => id,
      (conflict) => conflict,
    );
  }

  @Authorized(admin)
  @Mutation(() => CustomerMapping, {
    nullable: true,
    description:
      "For administrators: resolves a conflict and returns the user's mapping; null when the user has none. Nothing changes at Stripe: a customer that is not linked keeps its subscriptions and is still charged.",
  })
  async resolveCustomerConflict(
    @Ctx() context: RequestContext,
    @Arg('id', () => ID, { description: "The conflict's id." })
    id: string,
    @Arg('resolution', () => CustomerConflictResolution, {
      description: 'Which customer the user is linked to afterwards.',
    })
    resolution: CustomerConflictResolution,
  ): Promise<CustomerMapping | null> {
    const mapping = await this.conflicts.resolve(getCaller(context), id, resolution);
    return mapping && toCustomerMapping(mapping);
  }
}
