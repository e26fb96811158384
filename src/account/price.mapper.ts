import { billingInterval, packageRounding, pricingModel } from './billing-customer.enums.ts';
import { computeAmount, isUsageBased } from './charged-amount.ts';
import type { ChargedItemFacts, PriceFacts } from './customer-facts.ts';
import { type Money, getDecimals, toMoney, toOptionalMoney } from './money.ts';
import type { BillingPrice } from './price.types.ts';
import type { BillingChangedItem } from './subscription.types.ts';

export function toBillingPrice(price: PriceFacts): BillingPrice {
  const { currency, recurring, transform_quantity: transform } = price;
  const model = pricingModel.read(findModel(price));
  const isUsage = isUsageBased(price);
  return {
    id: price.id,
    productId: price.product.id,
    productName: price.product.name,
    nickname: price.nickname,
    lookupKey: price.lookup_key,
    currency,
    decimals: getDecimals(currency),
    interval: recurring === null ? null : billingInterval.read(recurring.interval),
    intervalCount: recurring?.interval_count ?? null,
    model: isUsage ? 'usage' : model,
    usageModel: isUsage ? model : null,
    ...toUnitAmount(price),
    packageSize: transform?.divide_by ?? null,
    packageRounding: transform === null ? null : packageRounding.read(transform.round),
    tiers:
      price.tiers?.map((tier) => ({
        upTo: tier.up_to,
        ...toUnitAmount({ ...tier, currency }),
        flatAmount: toOptionalMoney(tier.flat_amount, currency),
        flatAmountDecimal: tier.flat_amount_decimal,
      })) ?? null,
  };
}

function findModel({
  billing_scheme: scheme,
  tiers_mode: mode,
  transform_quantity: transform,
  recurring,
}: PriceFacts): string {
  // An amount of a usage type that this version does not know may mean anything.
  if (recurring !== null && !/^(licensed|metered)$/.test(recurring.usage_type)) return 'unknown';
  if (scheme === 'per_unit') return transform === null ? 'per_unit' : 'package';
  return scheme === 'tiered' ? (mode ?? 'unknown') : 'unknown';
}

function toUnitAmount({
  currency,
  unit_amount: amount,
  unit_amount_decimal: decimal,
}: Pick<PriceFacts, 'currency' | 'unit_amount' | 'unit_amount_decimal'>): Pick<
  BillingPrice,
  'unitAmount' | 'unitAmountDecimal'
> {
  return { unitAmount: toOptionalMoney(amount, currency), unitAmountDecimal: decimal };
}

export function toBillingItem(item: ChargedItemFacts): Pick<BillingChangedItem, keyof BillingChangedItem> {
  const amount = computeAmount(item);
  return {
    price: toBillingPrice(item.price),
    quantity: isUsageBased(item.price) ? null : (item.quantity ?? 1),
    amount: toOptionalMoney(amount, item.price.currency),
  };
}

/** Adds the amounts of items that are charged together. Usage is not known beforehand and does not count. */
export function toTotal(items: readonly ChargedItemFacts[]): Money | null {
  const [first, ...others] = items.filter(({ price }) => !isUsageBased(price));
  if (first === undefined) return null;
  const period = describePeriod(first);
  const { currency } = first.price;
  if (others.some((item) => describePeriod(item) !== period || item.price.currency !== currency)) return null;
  const amounts = [first, ...others].map(computeAmount);
  const known = amounts.filter((amount) => amount !== null);
  if (known.length < amounts.length) return null;
  return toMoney(
    known.reduce((sum, amount) => sum + amount, 0),
    currency,
  );
}

function describePeriod({ price: { recurring } }: ChargedItemFacts): string {
  return `${recurring?.interval ?? 'once'} ${recurring?.interval_count ?? 1}`;
}
