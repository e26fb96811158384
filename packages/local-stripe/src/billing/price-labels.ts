import { formatAmount } from '../money.ts';
import type { PriceObject } from '../stripe-objects.ts';
import { optionIn } from './price-amounts.ts';

/** `$29.00 / month`, `$0.0035 / month`, `$5.00 per 100 / month`, or `Starts at $10.00 / month` for tiers. */
export function describePrice(price: PriceObject, currency = price.currency): string {
  const option = optionIn(price, currency);
  const [first] = option?.tiers ?? [];
  const starting = Number(first?.flat_amount_decimal ?? 0) > 0 ? first?.flat_amount_decimal : null;
  const decimal = first ? (starting ?? first.unit_amount_decimal) : option?.unit_amount_decimal;
  const amount = formatAmount(decimal ?? '0', currency);
  const packages = price.transform_quantity ? ` per ${price.transform_quantity.divide_by}` : '';
  const units = price.recurring?.usage_type === 'metered' && !packages && !first ? ' per unit' : '';
  const every = price.recurring ? ` / ${formatInterval(price.recurring)}` : '';
  return `${first ? 'Starts at ' : ''}${amount}${packages}${units}${every}`;
}

/** Formats a billing interval: `month`, or `3 months`. */
export function formatInterval({
  interval,
  interval_count: count,
}: {
  readonly interval: string;
  readonly interval_count: number;
}): string {
  return count === 1 ? interval : `${count} ${interval}s`;
}
