import type { BillingSubscription } from 'billing-portal-client';

type Item = BillingSubscription['items'][number];

export function formatDate(iso: string): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'long' }).format(new Date(iso));
}

/** `a month`, `every 3 months`. */
export function formatInterval({ price: { interval, intervalCount } }: Item): string {
  if (interval === null || interval === 'UNRECOGNIZED') return '';
  const unit = interval.toLowerCase();
  return (intervalCount ?? 1) === 1 ? `a ${unit}` : `every ${String(intervalCount)} ${unit}s`;
}
