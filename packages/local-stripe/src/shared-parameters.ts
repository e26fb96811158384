import { emptyable, integer, object, string, either, timestamp } from './parameters.ts';
import type { Store } from './store.ts';

/** A postal address. Every part can be unset. */
export const address = object({
  city: emptyable(string()),
  // Any text: https://github.com/stripe/stripe-node/issues/1680
  country: emptyable(string()),
  line1: emptyable(string()),
  line2: emptyable(string()),
  postal_code: emptyable(string()),
  state: emptyable(string()),
});

/** A time filter of a list: `created=…` or `created[gte]=…`. */
export const timeRange = either(
  timestamp(),
  object({ gt: integer(), gte: integer(), lt: integer(), lte: integer() }),
);

interface AddressValues {
  readonly city?: string | null;
  readonly country?: string | null;
  readonly line1?: string | null;
  readonly line2?: string | null;
  readonly postal_code?: string | null;
  readonly state?: string | null;
}

type Address = { [K in keyof Required<AddressValues>]: string | null };

/** Creates an address as Stripe returns it: absent parts are null. */
export function createAddress(values: AddressValues): Address {
  const {
    city = null,
    country = null,
    line1 = null,
    line2 = null,
    postal_code = null,
    state = null,
  } = values;
  return { city, country, line1, line2, postal_code, state };
}

interface TimeRange {
  readonly gt?: number;
  readonly gte?: number;
  readonly lt?: number;
  readonly lte?: number;
}

export function isWithin(time: number, range: number | TimeRange | undefined): boolean {
  if (range === undefined) return true;
  if (typeof range === 'number') return time === range;
  const { gt = -Infinity, gte = -Infinity, lt = Infinity, lte = Infinity } = range;
  return time > gt && time >= gte && time < lt && time <= lte;
}

type Metadata = Readonly<Record<string, string>>;

/** Merges metadata: given keys replace, empty values remove, null removes every key. */
export function mergeMetadata(
  before: Metadata,
  changes: Metadata | null | undefined,
): Record<string, string> {
  if (changes === null) return {};
  return Object.fromEntries(Object.entries({ ...before, ...changes }).filter(([, value]) => value !== ''));
}

/** Lists refuse an unknown customer; a deleted one keeps its history. @throws StripeApiError 400 */
export function checkCustomerFilter(store: Store, id: string | undefined): void {
  if (id !== undefined && !store.findDeleted('customer', id)) store.refer('customer', id, 'customer');
}
