import { Args, Extensions, FieldResolver, Resolver, Root } from 'type-graphql';
import { type Connection, readPageRequest, toConnection } from '../graphql/connection.ts';
import { observed } from '../graphql/schema.ts';
import { BadUserInputError } from '../shared/errors.ts';
import { BillingCustomer } from './billing-customer.types.ts';
import { toBillingInvoice } from './billing-invoice.mapper.ts';
import {
  BillingCharge,
  type BillingInvoice,
  BillingInvoiceConnection,
  InvoiceArgs,
  isCredential,
} from './billing-invoice.types.ts';
import { type CustomerInvoices, shownStatuses } from './customer-invoices.service.ts';
import type { NextCharges } from './next-charges.service.ts';
import { BillingOpenInvoice, BillingSubscription } from './subscription.types.ts';
import { requestInvoices } from './request-access.ts';

const asksWhenSelected = 'Stripe is asked when the field is selected.';
const needsInvoiceHistory = 'null where the portal does not offer the caller the invoice history.';

@Resolver(() => BillingCustomer)
export class CustomerChargesResolver {
  constructor(
    private readonly customerInvoices: CustomerInvoices,
    private readonly nextCharges: NextCharges,
  ) {}

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
    return this.nextCharges.findEarliest(subscriptions, access.charge);
  }
}

@Resolver(() => BillingSubscription)
export class SubscriptionChargeResolver {
  constructor(private readonly nextCharges: NextCharges) {}

  @Extensions(observed)
  @FieldResolver(() => BillingCharge, {
    nullable: true,
    description: `What the subscription charges next; null when there is nothing to charge, such as after a cancellation or while it is paused. Also ${needsInvoiceHistory} ${asksWhenSelected}`,
  })
  async nextCharge(@Root() subscription: BillingSubscription): Promise<BillingCharge | null> {
    if (!(await requestInvoices(subscription.access))) return null;
    return this.nextCharges.find(subscription);
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

/** @throws BadUserInputError for a status that Stripe's list does not know */
function readStatuses(statuses: InvoiceArgs['status']): ReadonlySet<string> | null {
  if (statuses === undefined || statuses === null) return null;
  const known = new Set<string>(shownStatuses);
  if (statuses.some((status) => !known.has(status)))
    throw new BadUserInputError('`status` cannot be UNRECOGNIZED.');
  const asked = new Set(statuses);
  return asked.size === known.size ? null : asked;
}
