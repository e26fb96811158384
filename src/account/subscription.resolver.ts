import { Arg, Authorized, Ctx, Extensions, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../graphql/context.ts';
import { observed } from '../graphql/schema.ts';
import { subscriptionTasks } from '../portal/portal-flow.ts';
import {
  BillingCharge,
  asksWhenSelected,
  isCredential,
  needsInvoiceHistory,
} from './billing-invoice.types.ts';
import { BillingTask, listTasks, nullWithoutPolicy } from './billing-task.ts';
import type { CustomerInvoices } from './customer-invoices.service.ts';
import { requestInvoices } from './request-access.ts';
import { type SubscriptionKeeping, findKeepable } from './subscription-keeping.service.ts';
import { BillingOpenInvoice, BillingSubscription } from './subscription.types.ts';

@Resolver(() => BillingSubscription)
export class BillingSubscriptionResolver {
  constructor(
    private readonly customerInvoices: CustomerInvoices,
    private readonly keeping: SubscriptionKeeping,
  ) {}

  @Extensions(observed)
  @FieldResolver(() => BillingCharge, {
    nullable: true,
    description: `What the subscription charges next; null when there is nothing to charge, such as after a cancellation or while it is paused. Also ${needsInvoiceHistory} ${asksWhenSelected}`,
  })
  async nextCharge(@Root() subscription: BillingSubscription): Promise<BillingCharge | null> {
    if (!(await requestInvoices(subscription.access))) return null;
    return this.customerInvoices.findNextCharge(subscription);
  }

  @FieldResolver(() => [BillingTask], {
    nullable: true,
    description: `The tasks on the subscription. ${nullWithoutPolicy}`,
  })
  async tasks(@Root() { access, facts, paymentMethod }: BillingSubscription): Promise<BillingTask[]> {
    const taskFacts = { ...facts, paymentMethod: paymentMethod?.type ?? null };
    return listTasks(subscriptionTasks, await access.getOffered(), taskFacts);
  }

  @FieldResolver(() => Boolean, {
    nullable: true,
    description: `Whether \`keepBillingSubscription\` would work now. ${nullWithoutPolicy}`,
  })
  async keepable(@Root() subscription: BillingSubscription): Promise<boolean> {
    return (await findKeepable(subscription)).kind !== 'refused';
  }

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

@Resolver(() => BillingOpenInvoice)
export class OpenInvoiceResolver {
  constructor(private readonly customerInvoices: CustomerInvoices) {}

  @Extensions(observed)
  @FieldResolver(() => String, {
    nullable: true,
    description: `Stripe's page that takes the payment. ${isCredential} ${asksWhenSelected}`,
  })
  async hostedInvoiceUrl(@Root() { id, access }: BillingOpenInvoice): Promise<string | null> {
    await access.charge();
    return this.customerInvoices.findHostedUrl(id);
  }
}
