import { invalidRequest } from '../stripe-api-error.ts';
import type { CurrencyOption, PriceObject, Tier } from '../stripe-objects.ts';

/** Stripe's prices have up to twelve decimals. Amounts are exact integers of that unit until a line is rounded. */
const scale = 10n ** 12n;

/** What a price costs in a currency; null if it is not sold in that currency. */
export function optionIn(price: PriceObject, currency: string): CurrencyOption | null {
  const { custom_unit_amount, tax_behavior, tiers, unit_amount, unit_amount_decimal } = price;
  if (price.currency !== currency) return price.currency_options?.[currency] ?? null;
  return { custom_unit_amount, tax_behavior, unit_amount, unit_amount_decimal, ...(tiers ? { tiers } : {}) };
}

/** The currencies that a price is sold in. */
export function currenciesOf(price: PriceObject): string[] {
  return [...new Set([price.currency, ...Object.keys(price.currency_options ?? {})])];
}

/** @throws StripeApiError if the price is not sold in the currency of its subscription */
export function requireCurrency(price: PriceObject, currency: string, param: string): void {
  if (optionIn(price, currency)) return;
  const offered = currenciesOf(price).join('`, `');
  throw invalidRequest(
    `The price specified supports currencies of \`${offered}\`. This doesn't match the expected currency: \`${currency}\`.`,
    param,
  );
}

/** What Stripe charges for a quantity: packages or tiers, rounded half up once, on the whole line. */
export function amountFor(price: PriceObject, quantity: number, currency: string): number {
  const option = optionIn(price, currency);
  const exact =
    price.billing_scheme === 'tiered'
      ? tieredAmount(option?.tiers ?? [], price.tiers_mode, quantity)
      : BigInt(packagesOf(price, quantity)) * exactly(option?.unit_amount_decimal);
  return Number((exact + scale / 2n) / scale);
}

/** Whether a price can ever cost something. */
export function isFree(price: PriceObject): boolean {
  const amounts = (price.tiers ?? [price]).flatMap((each) => [
    each.unit_amount_decimal,
    'flat_amount_decimal' in each ? each.flat_amount_decimal : null,
  ]);
  return amounts.every((amount) => exactly(amount) === 0n);
}

/** A part of an amount, rounded half up. */
export function shareOf(amount: number, part: number, whole: number): number {
  if (whole <= 0) return 0;
  const [size, portion, total] = [BigInt(Math.abs(amount)), BigInt(clamp(part, whole)), BigInt(whole)];
  return Math.sign(amount) * Number((2n * size * portion + total) / (2n * total));
}

function clamp(part: number, whole: number): number {
  return Math.min(whole, Math.max(0, part));
}

function packagesOf({ transform_quantity: packages }: PriceObject, quantity: number): number {
  if (!packages) return quantity;
  return Math[packages.round === 'up' ? 'ceil' : 'floor'](quantity / packages.divide_by);
}

function tieredAmount(tiers: readonly Tier[], mode: string | null, quantity: number): bigint {
  if (mode === 'volume') {
    const tier = tiers.find(({ up_to: upTo }) => upTo === null || quantity <= upTo);
    return tier ? tierAmount(tier, quantity) : 0n;
  }
  let reached = 0;
  let total = 0n;
  for (const tier of tiers) {
    // The flat amount of the first tier is due without any unit.
    if (reached > 0 && quantity <= reached) break;
    const limit = tier.up_to ?? Infinity;
    total += tierAmount(tier, Math.max(0, Math.min(quantity, limit) - reached));
    reached = limit;
  }
  return total;
}

function tierAmount(tier: Tier, units: number): bigint {
  return BigInt(units) * exactly(tier.unit_amount_decimal) + exactly(tier.flat_amount_decimal);
}

function exactly(decimal: string | null | undefined): bigint {
  const [whole = '0', fraction = ''] = (decimal ?? '0').split('.');
  return BigInt(whole) * scale + BigInt(fraction.padEnd(12, '0'));
}
