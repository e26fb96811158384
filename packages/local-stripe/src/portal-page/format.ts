import type { PaymentMethodObject, PriceObject, SubscriptionItemObject } from '../stripe-objects.ts';
import { amountFor } from '../billing/price-amounts.ts';
import { describePrice, formatAmount, formatInterval } from '../billing/price-labels.ts';

export { formatAmount, formatInterval };

/** Formats a day: Dec 23, 2026. */
export function formatDate(seconds: number): string {
  return new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeZone: 'UTC' }).format(seconds * 1000);
}

/** `$29.00 / month` for a quantity; a price that depends on usage has no amount yet. */
export function formatPrice(price: PriceObject, quantity = 1, currency = price.currency): string {
  if (price.recurring?.usage_type === 'metered') return describePrice(price, currency);
  const amount = formatAmount(amountFor(price, quantity, currency), currency);
  return price.recurring ? `${amount} / ${formatInterval(price.recurring)}` : amount;
}

export function formatItem(item: SubscriptionItemObject, currency: string): string {
  return formatPrice(item.price, item.quantity, currency);
}

const brandNames: Readonly<Record<string, string>> = { amex: 'American Express', jcb: 'JCB' };

/** `Visa •••• 4242`. */
export function formatCard(method: PaymentMethodObject): string {
  const brand = method.card?.brand ?? 'card';
  const name = brandNames[brand] ?? `${brand.charAt(0).toUpperCase()}${brand.slice(1)}`;
  return `${name} •••• ${method.card?.last4 ?? ''}`;
}

export function formatExpiry(method: PaymentMethodObject): string {
  const { exp_month: month = 1, exp_year: year = 2000 } = method.card ?? {};
  return `${String(month).padStart(2, '0')}/${year}`;
}
