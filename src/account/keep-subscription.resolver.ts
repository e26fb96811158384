import { Arg, Authorized, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import type { RequestContext } from '../graphql/context.ts';
import type { SubscriptionKeeping } from './subscription-keeping.service.ts';
import { BillingSubscription } from './subscription.types.ts';

@Resolver()
export class KeepSubscriptionResolver {
  constructor(private readonly keeping: SubscriptionKeeping) {}

  @Authorized()
  @Mutation(() => BillingSubscription, {
    description:
      "Keeps a subscription as it is: reverts a cancellation or a downgrade that is scheduled for the end of the period, where the portal lets the caller cancel. No money moves. The error's `reason` says why it cannot.",
  })
  keepBillingSubscription(
    @Ctx() context: RequestContext,
    @Arg('subscriptionId', () => ID, { description: "One of the caller's subscriptions, `sub_…`." })
    subscriptionId: string,
  ): Promise<BillingSubscription> {
    return this.keeping.keep(context, subscriptionId);
  }
}
