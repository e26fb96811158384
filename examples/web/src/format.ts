import { type BillingSubscription, formatMoney } from 'billing-portal-client';

type Item = Pick<BillingSubscription['items'][number], 'price' | 'quantity'>;
type Discount = BillingSubscription['discounts'][number];

export function formatDate(iso: string): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'long' }).format(new Date(iso));
}

/** `a month`, `every 3 months`. */
export function formatInterval({ interval, intervalCount }: Item['price']): string {
  if (interval === null || interval === 'UNRECOGNIZED') return '';
  const unit = interval.toLowerCase();
  return (intervalCount ?? 1) === 1 ? `a ${unit}` : `every ${String(intervalCount)} ${unit}s`;
}

/** How a price is charged: `5 × $29.00`, `$10.00 per 100`, `$0.002 for each unit used`. */
export function formatPrice({ price, quantity }: Item): string {
  const { model, unitAmount, packageSize } = price;
  const unit = unitAmount === null ? null : formatMoney(unitAmount);
  switch (model) {
    case 'PER_UNIT':
      return unit === null ? '' : (quantity ?? 1) === 1 ? unit : `${String(quantity)} × ${unit}`;
    case 'PACKAGE':
      return unit === null ? '' : `${unit} per ${String(packageSize)}`;
    case 'USAGE':
      return unit === null ? 'Charged by usage' : `${unit} for each unit used`;
    case 'GRADUATED':
    case 'VOLUME':
      return 'Price by quantity';
    case 'UNRECOGNIZED':
      return '';
  }
}

/** `20% off until 1 July 2027`. */
export function formatDiscount({ name, percentOff, amountOff, once, endsAt }: Discount): string {
  const off = amountOff ? formatMoney(amountOff) : `${String(percentOff)}%`;
  const until = endsAt ? ` until ${formatDate(endsAt)}` : once ? ' the next payment' : '';
  return `${name ? `${name}: ` : ''}${off} off${until}`;
}
