import { Arg, Authorized, Ctx, Query, Resolver } from 'type-graphql';
import { type RequestContext, getCaller } from '../graphql/context.ts';
import type { BillingCustomers } from './billing-customers.service.ts';
import { BillingCustomer } from './billing-customer.types.ts';

@Resolver()
export class BillingCustomerResolver {
  constructor(private readonly customers: BillingCustomers) {}

  @Authorized()
  @Query(() => BillingCustomer, {
    nullable: true,
    description: "The caller's own customer; null when none is linked yet.",
  })
  async billingCustomer(
    @Ctx() context: RequestContext,
    @Arg('fresh', () => Boolean, {
      defaultValue: false,
      description:
        'Asks Stripe at once, for the page that the customer returns to from the portal. Otherwise the answer may be what webhooks last brought; where they are not set up, Stripe is always asked.',
    })
    fresh: boolean,
  ): Promise<BillingCustomer | null> {
    return this.customers.find(getCaller(context), { fresh, requestId: context.requestId });
  }
}
