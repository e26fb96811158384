import { integer, string } from './parameters.ts';
import { invalidRequest, resourceMissing } from './stripe-api-error.ts';
import type { List } from './stripe-objects.ts';

/** The parameters of every list. */
export const paginationParameters = {
  limit: integer({ min: 1, max: 100 }),
  starting_after: string(),
  ending_before: string(),
};

export interface PageRequest {
  readonly limit?: number;
  readonly starting_after?: string;
  readonly ending_before?: string;
}

/** Returns one page of a list, by Stripe's cursor rules. */
export function paginate<T extends { readonly id: string; readonly object: string }>(
  all: readonly T[],
  page: PageRequest,
  url: string,
): List<T> {
  const limit = page.limit ?? 10;
  if (page.ending_before !== undefined) {
    if (page.starting_after !== undefined) {
      throw invalidRequest(
        'Received both starting_after and ending_before parameters. Please pass in only one.',
      );
    }
    const end = indexOf(all, page.ending_before, 'ending_before');
    const start = Math.max(0, end - limit);
    return { object: 'list', data: all.slice(start, end), has_more: start > 0, url };
  }
  const start =
    page.starting_after === undefined ? 0 : indexOf(all, page.starting_after, 'starting_after') + 1;
  return { object: 'list', data: all.slice(start, start + limit), has_more: start + limit < all.length, url };
}

function indexOf(
  all: readonly { readonly id: string; readonly object: string }[],
  id: string,
  param: string,
): number {
  const index = all.findIndex((each) => each.id === id);
  if (index < 0) throw resourceMissing(all[0]?.object ?? 'object', id, param, 400);
  return index;
}
