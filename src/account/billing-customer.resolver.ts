import { Arg, Authorized, Ctx, Query, Resolver } from 'type-graphql';
import { type RequestContext, getCaller } from '../graphql/context.ts';
import type { ConfigurationChooser } from '../portal/configuration-chooser.service.ts';
import type { BillingCustomers } from './billing-customers.service.ts';
import { BillingCustomer } from './billing-customer.types.ts';
import { createRequestAccess } from './request-access.ts';

@Resolver()
export class BillingCustomerResolver {
  constructor(
    private readonly customers: BillingCustomers,
    private readonly chooser: Pick<ConfigurationChooser, 'getOffered'>,
  ) {}

  @Authorized()
  @Query(() => BillingCustomer, {
    nullable: true,
    description: "The caller's customer; null when the user is not linked to a customer yet.",
  })
  async billingCustomer(
    @Ctx() context: RequestContext,
    @Arg('fresh', () => Boolean, {
      defaultValue: false,
      description:
        'Reads from Stripe now. Use it on the page that the customer returns to from the portal. Otherwise the answer may be the state after the last webhook; without webhooks, the service always reads from Stripe.',
    })
    fresh: boolean,
  ): Promise<BillingCustomer | null> {
    const { requestId } = context;
    const access = createRequestAccess(context, this.chooser);
    return this.customers.find(getCaller(context), { fresh, requestId }, access);
  }
}
