import type Stripe from 'stripe';
import { type CustomerSubscriptions, isEnded } from '../customers/customer-subscriptions.ts';
import { CustomerGoneError } from '../customers/customer.errors.ts';
import { findStripeCustomerOrDeleted } from '../customers/stripe-customer.ts';
import { BillingError } from '../shared/errors.ts';
import { SharedReads, readAll, readFirstPage } from '../stripe/reads.ts';
import type { StripeClient } from '../stripe/stripe-client.ts';
import { StripeUnavailableError, findById } from '../stripe/stripe.errors.ts';
import { customerFactsSchema } from './customer-facts.ts';
import type { CustomerSnapshot } from './customer-snapshot.ts';
import { type PriceReference, findPrices } from './price-catalogue.ts';

/** `readAt` is just before the request to Stripe, so all earlier changes are included. */
export interface CustomerReading extends Pick<CustomerSnapshot, 'readAt' | 'facts'> {
  /** False for a customer of another account or mode. Stripe knows deleted customers forever. */
  readonly isKnown: boolean;
}

/** Stripe expands at most four levels. */
export const expandCustomer = [
  'invoice_settings.default_payment_method',
  'default_source',
  'tax_ids',
  'discount.source.coupon',
];

export const expandSubscriptions = [
  'data.default_payment_method',
  'data.default_source',
  'data.discounts.source.coupon',
  'data.items.data.discounts',
  'data.latest_invoice',
  'data.schedule',
];

/** Reads everything that `billingCustomer` shows, by three requests in most cases. */
export class CustomerReader {
  constructor(
    private readonly subscriptions: CustomerSubscriptions,
    private readonly stripe: StripeClient,
    private readonly now: () => Date = () => new Date(),
  ) {}

  async read(stripeCustomerId: string): Promise<CustomerReading> {
    const readAt = this.now();
    const [customer, listed] = await Promise.all([
      findStripeCustomerOrDeleted(this.stripe, stripeCustomerId, { expand: expandCustomer }),
      this.subscriptions.list(stripeCustomerId, expandSubscriptions).catch((error: unknown) => {
        if (error instanceof CustomerGoneError) return null;
        throw error;
      }),
    ]);
    if (customer?.deleted === true) return { readAt, isKnown: true, facts: null };
    if (customer === null || listed === null) return { readAt, isKnown: false, facts: null };
    const subscriptions = listed.filter((subscription) => !isEnded(subscription));
    // The SDK's types are not checked at run time: a response that does not fit them counts as no response.
    try {
      const [taxIds, findPrice, openInvoices] = await Promise.all([
        this.readTaxIds(customer),
        findPrices(this.stripe, subscriptions.flatMap(listPrices)),
        this.readOpenInvoices(customer, subscriptions),
        addCouponAmounts(this.stripe, customer, subscriptions),
      ]);
      const whole = subscriptions.map((subscription) => ({
        ...replacePrices(subscription, findPrice),
        open_invoice: findOpenInvoice(subscription, openInvoices),
      }));
      const facts = customerFactsSchema.parse({ ...customer, tax_ids: taxIds, subscriptions: whole });
      return { readAt, isKnown: true, facts };
    } catch (error) {
      throw error instanceof BillingError ? error : new StripeUnavailableError(error);
    }
  }

  private readTaxIds({ id, tax_ids: taxIds }: Stripe.Customer): Stripe.TaxId[] | Promise<Stripe.TaxId[]> {
    if (taxIds?.has_more !== true) return taxIds?.data ?? [];
    return readAll(this.stripe, (sdk, page, options) => sdk.customers.listTaxIds(id, page, options));
  }

  /** Once Stripe stops collecting, the latest invoice stays a draft, while older ones are open: the newest hundred suffice. */
  private async readOpenInvoices(
    { id: customer }: Stripe.Customer,
    subscriptions: readonly Stripe.Subscription[],
  ): Promise<readonly Stripe.Invoice[]> {
    if (!subscriptions.some((each) => late.has(each.status) && findOpenInvoice(each, []) === null)) return [];
    return readFirstPage(this.stripe, (sdk, page, options) =>
      sdk.invoices.list({ ...page, customer, status: 'open' }, options),
    );
  }
}

const late = new Set<string>(['past_due', 'unpaid']);

/** @param others open invoices of all subscriptions, newest first */
function findOpenInvoice(
  { id, latest_invoice, status }: Stripe.Subscription,
  others: readonly Stripe.Invoice[],
): Stripe.Invoice | null {
  const latest = latest_invoice as Stripe.Invoice | null;
  if (latest?.status === 'open') return latest;
  if (!late.has(status)) return null;
  return others.find(({ parent }) => parent?.subscription_details?.subscription === id) ?? null;
}

type ReplacePrice = (reference: PriceReference) => object | null;

/** Replaces the prices of a subscription, wherever they are, by whole ones. */
function replacePrices(subscription: Stripe.Subscription, find: ReplacePrice): object {
  const { currency, items, pending_update: update } = subscription;
  const schedule = subscription.schedule as Stripe.SubscriptionSchedule | null;
  const replace = (charged: { readonly price: unknown }) => ({
    ...charged,
    price: find({ price: charged.price as PriceReference['price'], currency }),
  });
  // Stripe may no longer have the prices of phases that are over, and nothing shows these phases.
  const since = schedule?.current_phase?.start_date ?? 0;
  const phases = schedule?.phases
    .filter(({ end_date: end }) => end > since)
    .map((phase) => ({ ...phase, items: phase.items.map(replace) }))
    // Part of a change would be a wrong one.
    .map((phase) => (phase.items.some(({ price }) => price === null) ? { ...phase, items: [] } : phase));
  return {
    ...subscription,
    items: items.data.map(replace),
    schedule: schedule && { ...schedule, phases },
    pending_update: update && { ...update, subscription_items: update.subscription_items?.map(replace) },
  };
}

function listPrices(subscription: Stripe.Subscription): PriceReference[] {
  const found: PriceReference[] = [];
  replacePrices(subscription, (reference) => {
    found.push(reference);
    return {};
  });
  return found;
}

/** Stripe's list lacks the amounts of coupons in other currencies. A deleted coupon stays in force, without these amounts. */
async function addCouponAmounts(
  stripe: StripeClient,
  customer: Stripe.Customer,
  subscriptions: readonly Stripe.Subscription[],
): Promise<void> {
  const foreign = subscriptions.flatMap(({ currency, discounts, items }) =>
    [customer.discount, ...discounts, ...items.data.flatMap((item) => item.discounts)]
      .flatMap(listCoupon)
      .filter(({ currency: own }) => typeof own === 'string' && own !== currency),
  );
  const reads = new SharedReads<Stripe.Coupon>();
  const read = (id: string): Promise<Stripe.Coupon> =>
    stripe.read((sdk, options) => sdk.coupons.retrieve(id, { expand: ['currency_options'] }, options));
  await Promise.all(
    foreign.map(async (coupon) => {
      const reading = reads.read(coupon.id, () => read(coupon.id));
      const whole = await findById(coupon.id, reading);
      if (whole !== null) coupon.currency_options = whole.currency_options ?? {};
    }),
  );
}

function listCoupon(discount: string | Stripe.Discount | null | undefined): Stripe.Coupon[] {
  if (typeof discount !== 'object' || discount === null) return [];
  const { coupon } = discount.source;
  return typeof coupon === 'object' && coupon !== null ? [coupon] : [];
}
