import Stripe from 'stripe';
import { isMetered } from '../portal/flow-limits.ts';
import * as enums from './billing-customer.enums.ts';
import type { ChargedItemFacts, PriceFacts } from './customer-facts.ts';
import { type Money, getDecimals, isChargeable, toMoney } from './stripe-values.ts';
import type { BillingChangedItem, BillingPrice } from './subscription.types.ts';

export function toBillingPrice(price: PriceFacts): BillingPrice {
  const { currency, recurring, transform_quantity: transform } = price;
  const model = enums.pricingModel.read(findModel(price));
  const isUsage = isMetered({ price });
  return {
    id: price.id,
    productId: price.product.id,
    productName: price.product.name,
    nickname: price.nickname,
    lookupKey: price.lookup_key,
    currency,
    decimals: getDecimals(currency),
    interval: recurring === null ? null : enums.billingInterval.read(recurring.interval),
    intervalCount: recurring?.interval_count ?? null,
    model: isUsage ? 'usage' : model,
    usageModel: isUsage ? model : null,
    unitAmount: toMoney(price.unit_amount, currency),
    unitAmountDecimal: price.unit_amount_decimal,
    packageSize: transform?.divide_by ?? null,
    packageRounding: transform === null ? null : enums.packageRounding.read(transform.round),
    tiers:
      price.tiers?.map((tier) => ({
        upTo: tier.up_to,
        unitAmount: toMoney(tier.unit_amount, currency),
        unitAmountDecimal: tier.unit_amount_decimal,
        flatAmount: toMoney(tier.flat_amount, currency),
        flatAmountDecimal: tier.flat_amount_decimal,
      })) ?? null,
  };
}

function findModel(price: PriceFacts): string {
  const { billing_scheme: scheme, transform_quantity: transform, recurring } = price;
  // An amount of a usage type that this version does not know may mean anything.
  if (recurring !== null && !/^(licensed|metered)$/.test(recurring.usage_type)) return 'unknown';
  if (scheme === 'per_unit') return transform === null ? 'per_unit' : 'package';
  return (scheme === 'tiered' ? price.tiers_mode : null) ?? 'unknown';
}

export function toBillingItem(item: ChargedItemFacts): BillingChangedItem {
  return {
    price: toBillingPrice(item.price),
    quantity: isMetered(item) ? null : (item.quantity ?? 1),
    amount: toMoney(computeAmount(item), item.price.currency),
  };
}

/** Adds the amounts of items that are charged together. Usage is not known beforehand and does not count. */
export function toTotal(items: readonly ChargedItemFacts[]): Money | null {
  const charged = items.filter((item) => !isMetered(item));
  const [first, ...others] = charged;
  if (first === undefined || others.some((item) => describeTerms(item) !== describeTerms(first))) return null;
  const amounts = charged.map(computeAmount).filter((amount) => amount !== null);
  if (amounts.length < charged.length) return null;
  const total = amounts.reduce((sum, amount) => sum + amount, 0);
  return toMoney(total, first.price.currency);
}

function describeTerms({ price: { recurring } }: ChargedItemFacts): string {
  return `${recurring?.interval ?? 'once'} ${recurring?.interval_count ?? 1}`;
}

type Decimal = Stripe.Decimal;

const zero = Stripe.Decimal.zero;

/** Stripe rounds the amount of a line half up. */
function round(amount: Decimal): Decimal {
  return amount.round('half-up', { mode: 'decimal-places', value: 0 });
}

/** The amount for one period; null if it depends on usage or is not known: https://docs.stripe.com/products-prices/pricing-models */
export function computeAmount({ price, quantity }: ChargedItemFacts): number | null {
  if (price.recurring !== null && price.recurring.usage_type !== 'licensed') return null;
  const lines = listLines(price, quantity ?? 1);
  if (lines === null) return null;
  const amount = lines.map(round).reduce((sum, line) => sum.add(line), zero);
  // Stripe does not document whether each tier is rounded, or their sum.
  if (!round(lines.reduce((sum, line) => sum.add(line), zero)).eq(amount)) return null;
  const number = amount.toNumber();
  return Number.isSafeInteger(number) && isChargeable(number, price.currency) ? number : null;
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

type Tier = NonNullable<PriceFacts['tiers']>[number];

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
  const amount = decimal ?? whole;
  return amount === null ? null : Stripe.Decimal.from(amount);
}
