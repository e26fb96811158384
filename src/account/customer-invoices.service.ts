import type Stripe from 'stripe';
import { CustomerGoneError } from '../customers/customer.errors.ts';
import { cursorFault } from '../graphql/connection.ts';
import { BadUserInputError } from '../shared/errors.ts';
import type { Page, PageRequest } from '../shared/page.ts';
import { SharedReads, largestPage, readPages } from '../stripe/reads.ts';
import type { StripeClient } from '../stripe/stripe-client.ts';
import {
  StripeRequestRefusedError,
  StripeUnavailableError,
  findById,
  isMissing,
} from '../stripe/stripe.errors.ts';
import { toBillingCharge } from './billing-invoice.mapper.ts';
import type { BillingCharge } from './billing-invoice.types.ts';
import type { SubscriptionFacts } from './customer-facts.ts';
import type { BillingChangedItem, BillingSubscription } from './subscription.types.ts';

/** What customers may see: a draft can still change, or never be sent. */
const shownStatuses: ReadonlySet<string> = new Set(['open', 'paid', 'uncollectible', 'void']);

interface InvoicePageRequest extends PageRequest {
  /** Null for every status that is shown. */
  readonly statuses: ReadonlySet<string> | null;
}

/** Null where Stripe's preview lacks a change that takes effect before it. */
type Preview = BillingCharge | 'none' | null;

const roomForDrafts = 3;
/** How many of Stripe's pages are read for one page of invoices, when few of them have the statuses. */
const maxReads = 10;

/** Lists a customer's invoices, newest first, and what is charged next. Their URLs are credentials: nothing here keeps them. */
export class CustomerInvoices {
  private readonly reads = new SharedReads<Page<Stripe.Invoice>>();
  private readonly singleReads = new SharedReads<Stripe.Invoice>();
  private readonly previews = new SharedReads<Preview>();

  constructor(private readonly stripe: StripeClient) {}

  /** @throws BadUserInputError for a cursor of another list, CustomerGoneError, and the errors of Stripe */
  async find(customer: string, request: InvoicePageRequest): Promise<Page<Stripe.Invoice>> {
    const { first, after, statuses } = request;
    if (after !== undefined && !/^in_\w{1,200}$/.test(after)) throw new BadUserInputError(cursorFault);
    if (statuses?.size === 0) return { items: [], hasNextPage: false };
    const key = JSON.stringify([customer, first, after, statuses && [...statuses].sort()]);
    return this.reads.read(key, () => this.read(customer, request));
  }

  /** Finds the page that takes the payment of an invoice that was read with a subscription. @throws the errors of Stripe */
  async findHostedUrl(id: string): Promise<string | null> {
    const read = () => this.stripe.read((sdk, options) => sdk.invoices.retrieve(id, {}, options));
    const invoice = await findById(id, this.singleReads.read(id, read));
    return invoice?.hosted_invoice_url ?? null;
  }

  /**
   * Finds the charge that comes first. Returns null when no charge is to come, or the first one is unknown. Stripe previews
   * one subscription at a time.
   * @param pay counts each preview but the first against the rate limit. @throws the errors of Stripe
   */
  async findNextCharge(
    subscriptions: readonly BillingSubscription[],
    pay: () => Promise<void>,
  ): Promise<BillingCharge | null> {
    const due = subscriptions.flatMap(listDue).sort((a, b) => a.at - b.at);
    for (const [index, { subscription, isPreviewed }] of due.entries()) {
      if (!isPreviewed) return null;
      if (index > 0) await pay();
      const preview = await this.preview(subscription);
      if (preview !== 'none') return preview;
    }
    return null;
  }

  private preview(subscription: BillingSubscription): Promise<Preview> {
    return this.previews.read(subscription.id, () => this.readPreview(subscription));
  }

  private async readPreview({ facts, scheduledChange }: BillingSubscription): Promise<Preview> {
    const { id: subscription, customer } = facts;
    try {
      // A preview stores nothing at Stripe, so that it needs no idempotency key.
      const invoice = await this.stripe.read((sdk, options) =>
        // Naming the customer lets the pace queue the request with the customer's others.
        sdk.invoices.createPreview({ customer, subscription }, options),
      );
      const previewed = invoice.parent?.subscription_details?.subscription;
      if (previewed !== subscription || invoice.customer !== customer)
        throw new StripeUnavailableError(new Error("Stripe previewed another subscription's invoice"));
      return lacksChange(invoice, scheduledChange) ? null : toBillingCharge(invoice, subscription);
    } catch (error) {
      if (error instanceof StripeRequestRefusedError && error.refusal.code === 'invoice_upcoming_none')
        return 'none';
      throw isMissing(error, 'customer') ? new CustomerGoneError() : error;
    }
  }

  /** Stripe filters by one status only. */
  private async read(
    customer: string,
    request: InvoicePageRequest,
    isFiltered = request.statuses?.size === 1,
  ): Promise<Page<Stripe.Invoice>> {
    const [status] = isFiltered ? (request.statuses ?? []) : [];
    try {
      return await this.scan({ customer, status }, request);
    } catch (error) {
      if (isMissing(error, 'customer')) throw new CustomerGoneError();
      if (!isMissing(error, 'starting_after')) throw error;
      if (!isFiltered) throw new BadUserInputError(cursorFault);
      // The cursor's invoice may have another status now, such as after its payment. It is still in the whole list.
      return this.read(customer, request, false);
    }
  }

  /** Reads on in one of Stripe's lists until the page is full and it is known whether another follows. */
  private async scan(
    filter: { readonly customer: string; readonly status: string | undefined },
    { first, after, statuses }: InvoicePageRequest,
  ): Promise<Page<Stripe.Invoice>> {
    const isSparse = filter.status === undefined && statuses !== null;
    const limit = isSparse ? largestPage : Math.min(largestPage, first + 1 + roomForDrafts);
    const shown: Stripe.Invoice[] = [];
    let reads = 0;
    const pages = readPages(
      this.stripe,
      (sdk, page, options) => sdk.invoices.list({ ...filter, starting_after: after, ...page }, options),
      limit,
    );
    for await (const page of pages) {
      if (page.some(({ customer }) => customer !== filter.customer))
        throw new StripeUnavailableError(new Error("Stripe answered with another customer's invoice"));
      shown.push(...page.filter(({ status }) => statuses?.has(status ?? '') ?? status !== 'draft'));
      if (shown.length > first) return { items: shown.slice(0, first), hasNextPage: true };
      reads += 1;
      // The page is short, and the next one continues where this one has looked.
      if (reads === maxReads) return { items: shown, hasNextPage: true, end: page.at(-1) };
    }
    return { items: shown, hasNextPage: false };
  }
}

/** @throws BadUserInputError for a status that Stripe's list does not know */
export function readStatuses(asked: readonly string[] | null | undefined): ReadonlySet<string> | null {
  const statuses = new Set(asked ?? shownStatuses);
  if ([...statuses].some((status) => !shownStatuses.has(status)))
    throw new BadUserInputError('`status` cannot be UNRECOGNIZED.');
  return statuses.size === shownStatuses.size ? null : statuses;
}

/**
 * From when on a subscription may be charged, and whether Stripe's preview is that charge: Stripe also previews invoices that it
 * does not collect. Empty for a subscription that is not charged.
 */
function listDue(subscription: BillingSubscription) {
  const { cancelsAt, facts, pause } = subscription;
  const { items, status } = facts;
  if (/^(incomplete|unpaid)$/.test(status) || endsWithTrial(subscription) || pause?.until === null) return [];
  // Periods can be paid in advance: https://docs.stripe.com/billing/subscriptions/prebilling
  const ends = items.map((item) => Math.max(item.current_period_end, item.billed_until ?? 0));
  const paidUntil = Math.min(...ends);
  const resumesAt = (pause?.until.getTime() ?? 0) / 1000;
  const isPaused = status === 'paused' || resumesAt > paidUntil;
  const unknownFrom = isPaused ? resumesAt : findUnknown(facts);
  const isPreviewed = !isPaused && paidUntil < unknownFrom;
  if (!isPreviewed && cancelsAt !== null && cancelsAt.getTime() <= unknownFrom * 1000) return [];
  return [{ subscription, at: isPreviewed ? paidUntil : unknownFrom, isPreviewed }];
}

/** When a schedule first does what no line of a preview shows: it pauses, or changes discounts, taxes or other terms. */
function findUnknown({ schedule }: SubscriptionFacts): number {
  const { current_phase: current, pause_schedules: pauses, phases = [] } = schedule ?? {};
  const end = current?.end_date ?? 0;
  const before = phases.find((phase) => phase.end_date === end);
  const isChange = ({ start_date: start, terms, trial_end: trial }: (typeof phases)[number]): boolean =>
    start >= end && (terms !== before?.terms || trial !== null);
  const planned = pauses?.filter(({ pause }) => pause?.status?.type === 'scheduled') ?? [];
  const pausesAt = planned.flatMap(({ pause }) => pause?.pause_at ?? []);
  return Math.min(phases.find(isChange)?.start_date ?? Infinity, ...pausesAt);
}

/** Stripe does not document that a preview contains a scheduled change before it, and a wrong amount is worse than none. */
function lacksChange(
  { lines, period_end: end }: Stripe.Invoice,
  change: BillingSubscription['scheduledChange'],
): boolean {
  if (change === null || change.at.getTime() > end * 1000) return false;
  const isPreviewed = ({ price: { id, model }, quantity }: BillingChangedItem): boolean =>
    lines.data.some(
      (line) =>
        line.pricing?.price_details?.price === id && (model !== 'per_unit' || line.quantity === quantity),
    );
  // Usage is charged after its period.
  const charged = change.items.filter(({ price }) => price.model !== 'usage');
  return change.items.length === 0 || !charged.every(isPreviewed);
}

/** https://docs.stripe.com/billing/subscriptions/trials/free-trials#create-free-trials-without-payment */
function endsWithTrial({ paymentMethod, facts }: BillingSubscription): boolean {
  const { status, collection_method: method, trial_settings: trial } = facts;
  if (status !== 'trialing' || method === 'send_invoice' || paymentMethod !== null) return false;
  return /^(cancel|pause)$/.test(trial?.end_behavior.missing_payment_method ?? '');
}
