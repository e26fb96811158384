import Stripe from 'stripe';
import type { ChargedItemFacts, PriceFacts } from './customer-facts.ts';

type Decimal = Stripe.Decimal;
type Tier = NonNullable<PriceFacts['tiers']>[number];

const zero = Stripe.Decimal.zero;

/** Stripe rounds the amount of a line half up. */
function round(amount: Decimal): Decimal {
  return amount.round('half-up', { mode: 'decimal-places', value: 0 });
}

export function isUsageBased({ recurring }: Pick<PriceFacts, 'recurring'>): boolean {
  return recurring?.usage_type === 'metered';
}

/**
 * Returns what one period of an item costs at list price, in the smallest unit; null when it depends on usage or is not
 * known for certain. https://docs.stripe.com/products-prices/pricing-models
 */
export function computeAmount({ price, quantity }: ChargedItemFacts): number | null {
  if (price.recurring !== null && price.recurring.usage_type !== 'licensed') return null;
  const lines = listLines(price, quantity ?? 1);
  if (lines === null) return null;
  const amount = lines.map(round).reduce((sum, line) => sum.add(line), zero);
  // Stripe does not document whether each tier is rounded, or their sum.
  if (!round(lines.reduce((sum, line) => sum.add(line), zero)).eq(amount)) return null;
  const number = amount.toNumber();
  return Number.isSafeInteger(number) ? number : null;
}

/** Returns the unrounded amounts that make up a charge; null when they are not known. */
function listLines(price: PriceFacts, quantity: number): readonly Decimal[] | null {
  if (price.billing_scheme === 'per_unit') {
    const unit = readDecimal(price.unit_amount_decimal, price.unit_amount);
    const units = countUnits(price, quantity);
    return unit === null || units === null ? null : [unit.mul(units)];
  }
  if (price.billing_scheme !== 'tiered' || price.tiers === null) return null;
  if (price.tiers_mode === 'volume') return listVolume(price.tiers, quantity);
  return price.tiers_mode === 'graduated' ? listGraduated(price.tiers, quantity) : null;
}

function countUnits({ transform_quantity: transform }: PriceFacts, quantity: number): Decimal | null {
  if (transform === null) return Stripe.Decimal.from(quantity);
  const packages = quantity / transform.divide_by;
  if (transform.round === 'up') return Stripe.Decimal.from(Math.ceil(packages));
  return transform.round === 'down' ? Stripe.Decimal.from(Math.floor(packages)) : null;
}

function listVolume(tiers: readonly Tier[], quantity: number): readonly Decimal[] | null {
  const tier = tiers.find(({ up_to: upTo }) => upTo === null || quantity <= upTo);
  return tier === undefined ? null : listTier(tier, quantity, quantity);
}

/** A tier counts as soon as one unit is in it, with its flat amount. */
function listGraduated(tiers: readonly Tier[], quantity: number): readonly Decimal[] | null {
  const lines: Decimal[] = [];
  let below = 0;
  for (const tier of tiers) {
    const upTo = Math.min(quantity, tier.up_to ?? quantity);
    const own = listTier(tier, upTo - below, quantity);
    if (own === null) return null;
    lines.push(...own);
    below = upTo;
    if (below === quantity) return lines;
  }
  return null;
}

/** Stripe does not document whether a quantity of zero costs a tier's flat amount. */
function listTier(tier: Tier, units: number, quantity: number): readonly Decimal[] | null {
  const unit = readDecimal(tier.unit_amount_decimal, tier.unit_amount) ?? zero;
  const flat = readDecimal(tier.flat_amount_decimal, tier.flat_amount) ?? zero;
  if (quantity === 0 && !flat.isZero()) return null;
  return [unit.mul(Stripe.Decimal.from(units)), flat];
}

function readDecimal(decimal: string | null, whole: number | null): Decimal | null {
  if (decimal !== null) return Stripe.Decimal.from(decimal);
  return whole === null ? null : Stripe.Decimal.from(whole);
}
