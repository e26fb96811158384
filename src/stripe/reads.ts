import type Stripe from 'stripe';
import type { StripeClient } from './stripe-client.ts';
import { StripeUnavailableError, isTooLarge } from './stripe.errors.ts';

export const largestPage = 100;
/** More than any list that is read whole. One that never ends would fill the memory. */
const mostObjects = 100_000;

type List<T> = (
  sdk: Stripe,
  page: Stripe.PaginationParams,
  options: Stripe.RequestOptions,
) => Promise<Stripe.ApiList<T>>;

export async function readAll<T extends { id: string }>(stripe: StripeClient, list: List<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const page of readPages(stripe, list))
    if (found.push(...page) > mostObjects)
      throw new StripeUnavailableError(new Error('A list of Stripe does not end'));
  return found;
}

export async function readFirstPage<T extends { id: string }>(
  stripe: StripeClient,
  list: List<T>,
): Promise<readonly T[]> {
  for await (const page of readPages(stripe, list)) return page;
  return [];
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
        if (!isTooLarge(error) || page.limit === 1) throw error;
        limit = Math.ceil(limit / 10);
      });
    if (!answer) continue;
    const { data, has_more } = answer;
    if (!Array.isArray(data)) throw new StripeUnavailableError(new Error("Stripe's answer is not a list"));
    if (data.length > 0) yield data;
    if (last !== undefined && data.at(-1)?.id === last.id)
      throw new StripeUnavailableError(new Error('Stripe repeated a page of a list'));
    last = data.at(-1);
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
