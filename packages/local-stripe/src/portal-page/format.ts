import type { PaymentMethodObject, PriceObject, SubscriptionItemObject } from '../stripe-objects.ts';
import { formatAmount } from '../billing/subscription-items.ts';

export { formatAmount };

/** Formats a day: Dec 23, 2026. */
export function formatDate(seconds: number): string {
  return new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeZone: 'UTC' }).format(seconds * 1000);
}

/** Formats a billing interval: `month`, or `3 months`. */
export function formatInterval({
  interval,
  interval_count: count,
}: {
  interval: string;
  interval_count: number;
}): string {
  return count === 1 ? interval : `${count} ${interval}s`;
}

/** `$29.00 / month`. */
export function formatPrice(price: PriceObject, quantity = 1): string {
  const amount = formatAmount(price.unit_amount * quantity, price.currency);
  return price.recurring ? `${amount} / ${formatInterval(price.recurring)}` : amount;
}

export function formatItem(item: SubscriptionItemObject): string {
  return formatPrice(item.price, item.quantity);
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
