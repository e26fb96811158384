import { Arg, Args, Ctx, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { CustomerMapping } from '../customers/customer-mapping.types.ts';
import { type Connection, readPageRequest, toConnection } from '../graphql/connection.ts';
import type { RequestContext } from '../graphql/context.ts';
import { StripeField } from '../graphql/schema.ts';
import { NullableFieldResolver } from '../graphql/types.ts';
import { customerTasks, subscriptionTasks } from '../portal/portal-flow.types.ts';
import { BillingCustomer } from './billing-customer.types.ts';
import type { BillingCustomers } from './billing-customers.service.ts';
import { toBillingInvoice } from './billing-invoice.mapper.ts';
import {
  BillingCharge,
  type BillingInvoice,
  BillingInvoiceConnection,
  InvoiceArgs,
  isCredential,
  needsInvoiceHistory,
} from './billing-invoice.types.ts';
import { BillingTask, listTasks, nullWithoutPolicy } from './billing-task.ts';
import { type CustomerInvoices, readStatuses } from './customer-invoices.service.ts';
import type { SnapshotRegister } from './customer-sync.service.ts';
import { requestInvoices } from './request-access.ts';
import { type SubscriptionKeeping, findKeepable } from './subscription-keeping.service.ts';
import { BillingOpenInvoice, BillingSubscription } from './subscription.types.ts';

@Resolver(() => BillingCustomer)
export class BillingCustomerResolver {
  constructor(
    private readonly customers: BillingCustomers,
    private readonly customerInvoices: CustomerInvoices,
  ) {}

  @Query(() => BillingCustomer, {
    nullable: true,
    description:
      "The caller's customer; null when the user is not linked to a customer yet. The error CUSTOMER_NOT_FOUND says that Stripe no longer has the customer.",
  })
  billingCustomer(
    @Ctx() context: RequestContext,
    @Arg('fresh', () => Boolean, {
      defaultValue: false,
      description:
        'Reads from Stripe now. Use it on the page that the customer returns to from the portal. Otherwise the answer is what the service read last, at `asOf`; without webhooks, the service always reads from Stripe.',
    })
    fresh: boolean,
  ): Promise<BillingCustomer | null> {
    return this.customers.find(context, fresh);
  }

  @StripeField(BillingInvoiceConnection, `The customer's invoices, newest first; ${needsInvoiceHistory}`)
  async invoices(
    @Root() { id, access }: BillingCustomer,
    @Args(() => InvoiceArgs) args: InvoiceArgs,
  ): Promise<Connection<BillingInvoice> | null> {
    const page = { ...readPageRequest(args), statuses: readStatuses(args.status) };
    if (!(await requestInvoices(access))) return null;
    const found = await this.customerInvoices.find(id, page);
    return toConnection(found, page, 'id', toBillingInvoice);
  }

  @StripeField(
    BillingCharge,
    `The earliest next charge of all subscriptions; null when no charge is to come, or the earliest is not known. Also ${needsInvoiceHistory}`,
  )
  async nextCharge(@Root() { subscriptions, access }: BillingCustomer): Promise<BillingCharge | null> {
    if (!(await requestInvoices(access))) return null;
    return this.customerInvoices.findNextCharge(subscriptions, access.charge);
  }

  @NullableFieldResolver([BillingTask], `The tasks that concern the customer. ${nullWithoutPolicy}`)
  async tasks(@Root() { access }: BillingCustomer): Promise<BillingTask[]> {
    return listTasks(customerTasks, await access.getOffered(), null);
  }
}

@Resolver(() => BillingSubscription)
export class BillingSubscriptionResolver {
  constructor(
    private readonly customerInvoices: CustomerInvoices,
    private readonly keeping: SubscriptionKeeping,
  ) {}

  @StripeField(
    BillingCharge,
    `What the subscription charges next; null when there is nothing to charge, such as after a cancellation, or while it is incomplete, paused or unpaid, and when Stripe's preview may lack a scheduled change or pause. Also ${needsInvoiceHistory}`,
  )
  async nextCharge(@Root() subscription: BillingSubscription): Promise<BillingCharge | null> {
    if (!(await requestInvoices(subscription.access))) return null;
    return this.customerInvoices.findNextCharge([subscription], subscription.access.charge);
  }

  @NullableFieldResolver([BillingTask], `The tasks on the subscription. ${nullWithoutPolicy}`)
  async tasks(@Root() { access, facts, paymentMethod }: BillingSubscription): Promise<BillingTask[]> {
    const taskFacts = { ...facts, paymentMethod: paymentMethod?.type ?? null };
    return listTasks(subscriptionTasks, await access.getOffered(), taskFacts);
  }

  @NullableFieldResolver(Boolean, `Whether \`keepBillingSubscription\` would work now. ${nullWithoutPolicy}`)
  async keepable(@Root() subscription: BillingSubscription): Promise<boolean> {
    return typeof (await findKeepable(subscription)) !== 'string';
  }

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

@Resolver(() => BillingOpenInvoice)
export class OpenInvoiceResolver {
  constructor(private readonly customerInvoices: CustomerInvoices) {}

  @StripeField(String, `Stripe's page that takes the payment. ${isCredential}`)
  async hostedInvoiceUrl(@Root() { id, access }: BillingOpenInvoice): Promise<string | null> {
    await access.charge();
    return this.customerInvoices.findHostedUrl(id);
  }
}

@Resolver(() => CustomerMapping)
export class GoneSinceResolver {
  constructor(private readonly snapshots: SnapshotRegister) {}

  @NullableFieldResolver(
    Date,
    'When the service learned, by webhooks or `resync`, that the customer was deleted at Stripe; null otherwise, and again 30 days after the service last read the customer.',
  )
  async goneSince(@Root() mapping: CustomerMapping): Promise<Date | null> {
    return (await this.snapshots.find(mapping))?.goneSince ?? null;
  }
}
