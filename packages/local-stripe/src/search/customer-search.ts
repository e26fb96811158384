import { integer, required, string } from '../parameters.ts';
import { createRoute } from '../route.ts';
import type { ApiRoute } from '../route.ts';
import { invalidRequest } from '../stripe-api-error.ts';
import type { CustomerObject } from '../stripe-objects.ts';
import type { CustomerIndex } from './customer-index.ts';
import { type SearchClause, parseSearchQuery } from './search-query.ts';

const path = '/v1/customers/search';

export function createCustomerSearchRoute(index: CustomerIndex): ApiRoute {
  return createRoute({
    method: 'GET',
    path,
    parameters: {
      query: required(string()),
      limit: integer({ min: 1, max: 100 }),
      page: string(),
    },
    handle: ({ values: { query, limit = 10, page } }) => {
      const tests = parseSearchQuery(query).map(toTest);
      const found = index.customers().filter((customer) => tests.every((test) => test(customer)));
      const start = page === undefined ? 0 : readPage(page);
      const more = start + limit < found.length;
      return {
        object: 'search_result',
        data: found.slice(start, start + limit),
        has_more: more,
        next_page: more ? writePage(start + limit) : null,
        url: path,
      };
    },
  });
}

/** @throws StripeApiError if the field does not exist */
function toTest({ field, key, value, negated }: SearchClause): (customer: CustomerObject) => boolean {
  const read = readerOf(field, key);
  return (customer) => matches(read(customer), value) !== negated;
}

function readerOf(
  field: string,
  key: string | null,
): (customer: CustomerObject) => string | null | undefined {
  if (key !== null) return ({ metadata }) => (Object.hasOwn(metadata, key) ? metadata[key] : null);
  if (field === 'email' || field === 'name' || field === 'phone') return (customer) => customer[field];
  throw invalidRequest(
    `Field \`${field}\` is an unsupported search field for resource \`customers\`. See ` +
      'http://stripe.com/docs/search#query-fields-for-customers for a list of supported fields.',
  );
}

/** Stripe's exact match ignores case. */
function matches(actual: string | null | undefined, wanted: string): boolean {
  return actual?.toLowerCase() === wanted.toLowerCase();
}

/** An opaque cursor. */
function writePage(start: number): string {
  return Buffer.from(`start:${start}`).toString('base64url');
}

function readPage(page: string): number {
  const start = /^start:(\d{1,9})$/.exec(Buffer.from(page, 'base64url').toString())?.[1];
  if (start === undefined) throw invalidRequest(`Invalid page: ${page}`, 'page');
  return Number(start);
}
