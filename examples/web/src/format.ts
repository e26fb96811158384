import { type BillingSubscription, formatMoney } from 'billing-portal-client';

type Item = BillingSubscription['items'][number];
type Discount = BillingSubscription['discounts'][number];

export function formatDate(iso: string, dateStyle: 'long' | 'medium' = 'long'): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle }).format(new Date(iso));
}

/** `a month`, `every 3 months`. */
export function formatInterval({ interval, intervalCount }: Item['price']): string {
  if (interval === null || interval === 'UNRECOGNIZED') return '';
  const unit = interval.toLowerCase();
  return (intervalCount ?? 1) === 1 ? `a ${unit}` : `every ${String(intervalCount)} ${unit}s`;
}

/** What an item costs: `5 × $29.00`, `250 for $30.00`, `$0.002 per unit used`. */
export function formatPrice({ price, quantity, amount }: Item): string {
  const { model, currency, decimals, packageSize, unitAmountDecimal } = price;
  // With the fractions of the smallest unit, which `unitAmount` cannot have.
  const unit =
    unitAmountDecimal === null
      ? null
      : formatMoney({ amount: Number(unitAmountDecimal), currency, decimals });
  if (unit !== null && model === 'PER_UNIT')
    return (quantity ?? 1) === 1 ? unit : `${String(quantity)} × ${unit}`;
  if (unit !== null && model === 'USAGE')
    return packageSize === null ? `${unit} per unit used` : `${unit} per ${String(packageSize)} used`;
  if (amount !== null)
    return (quantity ?? 1) === 1 ? formatMoney(amount) : `${String(quantity)} for ${formatMoney(amount)}`;
  return model === 'USAGE' ? 'By usage,' : '';
}

/** `20% off until 1 July 2027`. */
export function formatDiscount({ name, percentOff, amountOff, once, endsAt }: Discount): string {
  const amount = amountOff ? formatMoney(amountOff) : percentOff === null ? null : `${String(percentOff)}%`;
  const off = amount === null ? null : `${amount} off`;
  const until = endsAt ? ` until ${formatDate(endsAt)}` : once ? ' the next payment' : '';
  return [name, off].filter(Boolean).join(': ') + until;
}
