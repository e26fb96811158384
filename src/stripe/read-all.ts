import type Stripe from 'stripe';
import type { StripeClient } from './stripe-client.ts';

const pageSize = 100;

/** Reads every page of one of Stripe's lists. @throws BillingError of the Stripe kind */
export async function readAll<T extends { readonly id: string }>(
  stripe: StripeClient,
  list: (
    sdk: Stripe,
    page: Stripe.PaginationParams,
    options: Stripe.RequestOptions,
  ) => Promise<Stripe.ApiList<T>>,
): Promise<T[]> {
  const found: T[] = [];
  for (let more = true; more;) {
    const last = found.at(-1);
    const page = { limit: pageSize, ...(last === undefined ? {} : { starting_after: last.id }) };
    const { data, has_more } = await stripe.read((sdk, options) => list(sdk, page, options));
    found.push(...data);
    more = has_more && data.length > 0;
  }
  return found;
}
