import type Stripe from 'stripe';
import type { StripeClient } from './stripe-client.ts';
import { StripeUnavailableError } from './stripe.errors.ts';

const pageSize = 100;

type List<T> = (
  sdk: Stripe,
  page: Stripe.PaginationParams,
  options: Stripe.RequestOptions,
) => Promise<Stripe.ApiList<T>>;

interface Identified {
  readonly id: string;
}

/** Reads every page of one of Stripe's lists. @throws BillingError of the Stripe kind */
export async function readAll<T extends Identified>(stripe: StripeClient, list: List<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const page of readPages(stripe, list)) found.push(...page);
  return found;
}

/** Reads one of Stripe's lists lazily, page by page. @throws BillingError of the Stripe kind */
export async function* readPages<T extends Identified>(
  stripe: StripeClient,
  list: List<T>,
): AsyncGenerator<readonly T[]> {
  let last: T | undefined;
  for (let more = true; more;) {
    const page = { limit: pageSize, ...(last === undefined ? {} : { starting_after: last.id }) };
    const { data, has_more } = await stripe.read((sdk, options) => list(sdk, page, options));
    if (!Array.isArray(data)) throw new StripeUnavailableError(new Error("Stripe's answer is not a list"));
    if (data.length > 0) yield data;
    const end = data.at(-1);
    if (end !== undefined && end.id === last?.id)
      throw new StripeUnavailableError(new Error('Stripe repeated a page of a list'));
    last = end;
    more = has_more && last !== undefined;
  }
}

/** Concurrent callers of the same key share one read. Nothing is cached afterwards. */
export class SharedReads<T> {
  private readonly underWay = new Map<string, Promise<T>>();

  read(key: string, work: () => Promise<T>): Promise<T> {
    const other = this.underWay.get(key);
    if (other !== undefined) return other;
    const own = work().finally(() => this.underWay.delete(key));
    this.underWay.set(key, own);
    return own;
  }
}
