import type { BillingSubscription } from 'billing-portal-client';

type Item = BillingSubscription['items'][number];

export function formatDate(iso: string): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'long' }).format(new Date(iso));
}

/** `$29.00`, or null for prices that are not an amount for each. */
export function formatAmount({ price, quantity }: Item): string | null {
  if (price.unitAmount === null) return null;
  const format = new Intl.NumberFormat(undefined, { style: 'currency', currency: price.currency });
  const { maximumFractionDigits: digits = 2 } = format.resolvedOptions();
  return format.format((price.unitAmount * (quantity ?? 1)) / 10 ** digits);
}

/** `a month`, `every 3 months`. */
export function formatInterval({ price: { interval, intervalCount } }: Item): string {
  if (interval === null || interval === 'UNRECOGNIZED') return '';
  const unit = interval.toLowerCase();
  return (intervalCount ?? 1) === 1 ? `a ${unit}` : `every ${String(intervalCount)} ${unit}s`;
}

/** `Visa ending in 4242`. */
export function formatCard({ brand, last4 }: { readonly brand: string; readonly last4: string }): string {
  return `${brand.charAt(0).toUpperCase()}${brand.slice(1)} ending in ${last4}`;
}
