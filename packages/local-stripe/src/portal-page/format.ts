import type { PaymentMethodObject, PriceObject, SubscriptionItemObject } from '../stripe-objects.ts';
import { amountFor } from '../billing/price-amounts.ts';
import { describePrice, formatInterval as intervalLabel } from '../billing/price-labels.ts';
import { formatAmount as formatMoney } from '../money.ts';
import { brandNames } from '../resources/test-cards.ts';
import { currentLocale, say } from './language.ts';

/** Formats an amount in the language of the page. */
export function formatAmount(amount: number, currency: string): string {
  return formatMoney(amount, currency, currentLocale());
}

/** Formats a billing interval: `month`, or `3 months`. */
export function formatInterval(interval: Parameters<typeof intervalLabel>[0]): string {
  return intervalLabel(interval, say);
}

/** What a price costs, in words: `$29.00 / month`, or `Starts at $10.00 / month`. */
export function formatOffer(price: PriceObject, currency: string): string {
  return describePrice(price, currency, { locale: currentLocale(), say });
}

/** Formats a day: Dec 23, 2026. */
export function formatDate(seconds: number): string {
  return new Intl.DateTimeFormat(currentLocale(), { dateStyle: 'medium', timeZone: 'UTC' }).format(
    seconds * 1000,
  );
}

/** `$29.00 / month` for a quantity; a price that depends on usage has no amount yet. */
export function formatPrice(price: PriceObject, quantity = 1, currency = price.currency): string {
  if (price.recurring?.usage_type === 'metered') return formatOffer(price, currency);
  const amount = formatAmount(amountFor(price, quantity, currency), currency);
  return price.recurring ? `${amount} / ${formatInterval(price.recurring)}` : amount;
}

export function formatItem(item: SubscriptionItemObject, currency: string): string {
  return formatPrice(item.price, item.quantity, currency);
}

const typeNames: Readonly<Record<string, string>> = {
  acss_debit: 'Pre-authorized debit',
  amazon_pay: 'Amazon Pay',
  au_becs_debit: 'BECS Direct Debit',
  bacs_debit: 'Bacs Direct Debit',
  cashapp: 'Cash App Pay',
  klarna: 'Klarna',
  link: 'Link',
  paypal: 'PayPal',
  revolut_pay: 'Revolut Pay',
  sepa_debit: 'SEPA Direct Debit',
  us_bank_account: 'US bank account',
};

/** `Visa •••• 4242`, `SEPA Direct Debit •••• 3000` or `PayPal (ada@example.com)`. */
export function formatMethod(method: PaymentMethodObject): string {
  const { card, link, paypal } = method;
  const account =
    card ??
    method.us_bank_account ??
    method.sepa_debit ??
    method.acss_debit ??
    method.au_becs_debit ??
    method.bacs_debit;
  const name = card ? (brandNames[card.brand] ?? 'Card') : (typeNames[method.type] ?? method.type);
  if (account?.last4) return `${name} •••• ${account.last4}`;
  const email = link?.email ?? paypal?.payer_email ?? null;
  return email === null ? name : `${name} (${email})`;
}

/** `12/2027`; null for what does not expire. */
export function formatExpiry({ card }: PaymentMethodObject): string | null {
  return card ? `${String(card.exp_month).padStart(2, '0')}/${card.exp_year}` : null;
}
