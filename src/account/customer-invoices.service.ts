import type Stripe from 'stripe';
import { CustomerGoneError } from '../customers/customer.errors.ts';
import type { Page, PageRequest } from '../graphql/connection.ts';
import { BadUserInputError } from '../shared/errors.ts';
import { SharedReads, readPages } from '../stripe/reads.ts';
import type { StripeClient } from '../stripe/stripe-client.ts';
import { StripeUnavailableError, isMissing } from '../stripe/stripe.errors.ts';

/** What customers may see: a draft can still change, or never be sent. */
const shownStatuses: ReadonlySet<string> = new Set(['open', 'paid', 'uncollectible', 'void']);

export interface InvoicePageRequest extends PageRequest {
  /** Null for every status that is shown. */
  readonly statuses: ReadonlySet<string> | null;
}

const largestPage = 100;
const roomForDrafts = 3;
/** How many of Stripe's pages are read for one page of invoices, when few of them have the statuses. */
const maxReads = 10;

/** Lists a customer's invoices, newest first. Their URLs are credentials: nothing here keeps them. */
export class CustomerInvoices {
  private readonly reads = new SharedReads<Page<Stripe.Invoice>>();
  private readonly singleReads = new SharedReads<Stripe.Invoice>();

  constructor(private readonly stripe: StripeClient) {}

  /** @throws BadUserInputError for a cursor of another list, CustomerGoneError, and the errors of Stripe */
  async find(customer: string, request: InvoicePageRequest): Promise<Page<Stripe.Invoice>> {
    const { first, after, statuses } = request;
    if (after !== undefined && !/^in_\w{1,200}$/.test(after)) throw new NotOfListError();
    if (statuses?.size === 0) return { items: [], hasNextPage: false };
    const key = JSON.stringify([customer, first, after, statuses && [...statuses].sort()]);
    return this.reads.read(key, () => this.read(customer, request));
  }

  /** Finds the page that takes the payment of an invoice that was read with a subscription. @throws the errors of Stripe */
  async findHostedUrl(id: string): Promise<string | null> {
    const invoice = await this.singleReads.read(id, () =>
      this.stripe.read((sdk, options) => sdk.invoices.retrieve(id, {}, options)),
    );
    if (invoice.id !== id)
      throw new StripeUnavailableError(new Error('Stripe answered with another invoice'));
    return invoice.hosted_invoice_url ?? null;
  }

  private async read(customer: string, request: InvoicePageRequest): Promise<Page<Stripe.Invoice>> {
    try {
      return await this.readFiltered(customer, request);
    } catch (error) {
      if (isMissing(error, 'starting_after')) throw new NotOfListError();
      throw isMissing(error, 'customer') ? new CustomerGoneError() : error;
    }
  }

  /** Stripe filters by one status only. */
  private async readFiltered(customer: string, request: InvoicePageRequest): Promise<Page<Stripe.Invoice>> {
    const [status, ...others] = request.statuses ?? [];
    if (status === undefined || others.length > 0) return this.scan({ customer }, request);
    try {
      return await this.scan({ customer, status }, request);
    } catch (error) {
      // The cursor's invoice may have another status now, such as after its payment. It is still in the whole list.
      if (!isMissing(error, 'starting_after')) throw error;
      return this.scan({ customer }, request);
    }
  }

  /** Reads on in one of Stripe's lists until the page is full and it is known whether another follows. */
  private async scan(
    filter: { readonly customer: string; readonly status?: string },
    { first, after, statuses }: InvoicePageRequest,
  ): Promise<Page<Stripe.Invoice>> {
    const isSparse = filter.status === undefined && statuses !== null;
    const limit = isSparse ? largestPage : Math.min(largestPage, first + 1 + roomForDrafts);
    const start = after === undefined ? {} : { starting_after: after };
    const shown: Stripe.Invoice[] = [];
    let reads = 0;
    const pages = readPages(this.stripe, (sdk, page, options) =>
      sdk.invoices.list({ ...filter, ...start, ...page, limit }, options),
    );
    for await (const page of pages) {
      if (page.some(({ customer }) => customer !== filter.customer))
        throw new StripeUnavailableError(new Error("Stripe answered with another customer's invoice"));
      shown.push(...page.filter(({ status }) => isShown(status, statuses)));
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

function isShown(status: string | null, statuses: ReadonlySet<string> | null): boolean {
  return statuses === null ? status !== 'draft' : statuses.has(status ?? '');
}

class NotOfListError extends BadUserInputError {
  constructor() {
    super('`after` is not a cursor of this list.');
  }
}
