import { formatAmount } from '../money.ts';
import type { PriceObject } from '../stripe-objects.ts';
import { optionIn } from './price-amounts.ts';

/** How a label is worded: on pages in their language, on invoices in English. */
interface Wording {
  readonly locale: string;
  readonly say: (text: string) => string;
}

const english: Wording = { locale: 'en-US', say: (text) => text };

/** `$29.00 / month`, `$0.0035 / month`, `$5.00 per 100 / month`, or `Starts at $10.00 / month` for tiers. */
export function describePrice(price: PriceObject, currency = price.currency, wording = english): string {
  const { locale, say } = wording;
  const option = optionIn(price, currency);
  const [first] = option?.tiers ?? [];
  const starting = Number(first?.flat_amount_decimal ?? 0) > 0 ? first?.flat_amount_decimal : null;
  const decimal = first ? (starting ?? first.unit_amount_decimal) : option?.unit_amount_decimal;
  const amount = formatAmount(decimal ?? '0', currency, locale);
  const packages = price.transform_quantity ? ` ${say('per')} ${price.transform_quantity.divide_by}` : '';
  const byUnit = price.recurring?.usage_type === 'metered' && !packages && !first;
  const every = price.recurring ? ` / ${formatInterval(price.recurring, say)}` : '';
  return `${first ? `${say('Starts at')} ` : ''}${amount}${packages}${byUnit ? ` ${say('per unit')}` : ''}${every}`;
}

/** Formats a billing interval: `month`, or `3 months`. */
export function formatInterval(
  {
    interval,
    interval_count: count,
  }: {
    readonly interval: string;
    readonly interval_count: number;
  },
  say = english.say,
): string {
  return count === 1 ? say(interval) : `${count} ${say(`${interval}s`)}`;
}
