import { Authorized, Ctx, Query, Resolver } from 'type-graphql';
import { type RequestContext, getCaller } from '../graphql/context.ts';
import { toBillingCustomer } from './billing-customer.mapper.ts';
import type { BillingCustomers } from './billing-customer.service.ts';
import { BillingCustomer } from './billing-customer.types.ts';

@Resolver()
export class BillingCustomerResolver {
  constructor(private readonly customers: BillingCustomers) {}

  @Authorized()
  @Query(() => BillingCustomer, {
    nullable: true,
    description: "The caller's own customer; null when none is linked yet.",
  })
  async billingCustomer(@Ctx() context: RequestContext): Promise<BillingCustomer | null> {
    const live = await this.customers.findLive(getCaller(context));
    return live && toBillingCustomer(live);
  }
}
