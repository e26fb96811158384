import type Stripe from 'stripe';
import type { StripeClient } from './stripe-client.ts';
import { StripeUnavailableError, isTooLarge } from './stripe.errors.ts';

export const largestPage = 100;

type List<T> = (
  sdk: Stripe,
  page: Stripe.PaginationParams,
  options: Stripe.RequestOptions,
) => Promise<Stripe.ApiList<T>>;

export async function readAll<T extends { id: string }>(stripe: StripeClient, list: List<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const page of readPages(stripe, list)) found.push(...page);
  return found;
}

/** Reads a list page by page. Metadata may make a hundred objects larger than an answer may be: pages are then smaller. */
export async function* readPages<T extends { id: string }>(
  stripe: StripeClient,
  list: List<T>,
  pageSize = largestPage,
): AsyncGenerator<readonly T[]> {
  let limit = pageSize;
  let last: T | undefined;
  for (let more = true; more;) {
    const page = { limit, ...(last === undefined ? {} : { starting_after: last.id }) };
    const answer = await stripe
      .read((sdk, options) => list(sdk, page, options))
      .catch((error: unknown) => {
        if (isTooLarge(error) && page.limit > 1) return null;
        throw error;
      });
    if (answer === null) {
      limit = Math.ceil(limit / 10);
      continue;
    }
    const { data, has_more } = answer;
    if (!Array.isArray(data)) throw new StripeUnavailableError(new Error("Stripe's answer is not a list"));
    if (data.length > 0) yield data;
    const end = data.at(-1);
    if (end !== undefined && end.id === last?.id)
      throw new StripeUnavailableError(new Error('Stripe repeated a page of a list'));
    last = end;
    more = has_more && last !== undefined;
  }
}

/** Concurrent callers of the same key share one read, or one creation. Nothing is cached afterwards. */
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
