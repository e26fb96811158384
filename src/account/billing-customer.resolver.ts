import { Arg, Args, Authorized, Ctx, Extensions, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { CustomerMapping } from '../customers/customer-mapping.types.ts';
import { type Connection, readPageRequest, toConnection } from '../graphql/connection.ts';
import type { RequestContext } from '../graphql/context.ts';
import { observed } from '../graphql/schema.ts';
import { customerTasks } from '../portal/portal-flow.ts';
import type { BillingCustomers } from './billing-customers.service.ts';
import { BillingCustomer } from './billing-customer.types.ts';
import { toBillingInvoice } from './billing-invoice.mapper.ts';
import {
  BillingCharge,
  type BillingInvoice,
  BillingInvoiceConnection,
  InvoiceArgs,
  asksWhenSelected,
  needsInvoiceHistory,
} from './billing-invoice.types.ts';
import { BillingTask, listTasks, nullWithoutPolicy } from './billing-task.ts';
import type { SnapshotRegister } from './customer-sync.service.ts';
import { type CustomerInvoices, readStatuses } from './customer-invoices.service.ts';
import { requestInvoices } from './request-access.ts';

@Resolver(() => BillingCustomer)
export class BillingCustomerResolver {
  constructor(
    private readonly customers: BillingCustomers,
    private readonly customerInvoices: CustomerInvoices,
  ) {}

  @Authorized()
  @Query(() => BillingCustomer, {
    nullable: true,
    description: "The caller's customer; null when the user is not linked to a customer yet.",
  })
  billingCustomer(
    @Ctx() context: RequestContext,
    @Arg('fresh', () => Boolean, {
      defaultValue: false,
      description:
        'Reads from Stripe now. Use it on the page that the customer returns to from the portal. Otherwise the answer may be the state after the last webhook; without webhooks, the service always reads from Stripe.',
    })
    fresh: boolean,
  ): Promise<BillingCustomer | null> {
    return this.customers.find(context, fresh);
  }

  @Extensions(observed)
  @FieldResolver(() => BillingInvoiceConnection, {
    nullable: true,
    description: `The customer's invoices, newest first; ${needsInvoiceHistory} ${asksWhenSelected}`,
  })
  async invoices(
    @Root() { id, access }: BillingCustomer,
    @Args(() => InvoiceArgs) args: InvoiceArgs,
  ): Promise<Connection<BillingInvoice> | null> {
    const page = { ...readPageRequest(args), statuses: readStatuses(args.status) };
    if (!(await requestInvoices(access))) return null;
    const found = await this.customerInvoices.find(id, page);
    return toConnection(found, page, ({ id }) => id, toBillingInvoice);
  }

  @Extensions(observed)
  @FieldResolver(() => BillingCharge, {
    nullable: true,
    description: `The earliest next charge of all subscriptions; null when no charge is to come. Also ${needsInvoiceHistory} ${asksWhenSelected}`,
  })
  async nextCharge(@Root() { subscriptions, access }: BillingCustomer): Promise<BillingCharge | null> {
    if (!(await requestInvoices(access))) return null;
    return this.customerInvoices.findEarliestCharge(subscriptions, access.charge);
  }

  @FieldResolver(() => [BillingTask], {
    nullable: true,
    description: `The tasks that concern the customer. ${nullWithoutPolicy}`,
  })
  async tasks(@Root() { access }: BillingCustomer): Promise<BillingTask[]> {
    return listTasks(customerTasks, await access.getOffered(), null);
  }
}

@Resolver(() => CustomerMapping)
export class GoneSinceResolver {
  constructor(private readonly snapshots: SnapshotRegister) {}

  @FieldResolver(() => Date, {
    nullable: true,
    description:
      'When the service learned, through webhooks, that the customer was deleted at Stripe; null otherwise.',
  })
  async goneSince(@Root() mapping: CustomerMapping): Promise<Date | null> {
    return (await this.snapshots.find(mapping))?.goneSince ?? null;
  }
}
