import { array, decimal, either, integer, object, oneOf, record, required, string } from '../parameters.ts';
import type { Decoded } from '../parameters.ts';
import { invalidRequest } from '../stripe-api-error.ts';
import type { Store } from '../store.ts';
import type { CurrencyOption, Tier } from '../stripe-objects.ts';

export const intervals = ['day', 'month', 'week', 'year'] as const;
export const taxBehaviors = ['exclusive', 'inclusive', 'unspecified'] as const;

/** The parameters of what a price costs in one currency. */
const amountParameters = {
  tax_behavior: oneOf(taxBehaviors),
  tiers: array(
    object({
      flat_amount: integer({ min: 0 }),
      flat_amount_decimal: decimal(),
      unit_amount: integer({ min: 0 }),
      unit_amount_decimal: decimal(),
      up_to: required(either(string(), object({}))),
    }),
  ),
  unit_amount: integer({ min: 0 }),
  unit_amount_decimal: decimal(),
};

/** The parameters of how a price is charged. */
export const chargingParameters = {
  ...amountParameters,
  billing_scheme: oneOf(['per_unit', 'tiered']),
  currency_options: record(object(amountParameters)),
  recurring: object({
    interval: required(oneOf(intervals)),
    interval_count: integer({ min: 1 }),
    meter: string(),
    usage_type: oneOf(['licensed', 'metered']),
  }),
  tiers_mode: oneOf(['graduated', 'volume']),
  transform_quantity: object({
    divide_by: required(integer({ min: 1 })),
    round: required(oneOf(['down', 'up'])),
  }),
};

type AmountValues = Decoded<typeof amountParameters>;
type ChargingValues = Decoded<typeof chargingParameters>;

/** What a price costs in one currency. @throws StripeApiError unless it has tiers or one amount, by its scheme */
export function buildOption(values: AmountValues, tiered: boolean, path = ''): CurrencyOption {
  const pathOf = (name: string): string => (path ? `${path}[${name}]` : name);
  const { tiers, unit_amount: amount, unit_amount_decimal: exact } = values;
  if (amount !== undefined && exact !== undefined)
    throw invalidRequest('You may only specify one of these parameters: unit_amount, unit_amount_decimal.');
  if (tiered !== (tiers !== undefined) || (!tiered && (amount ?? exact) === undefined)) {
    const name = pathOf(tiered ? 'tiers' : 'unit_amount');
    throw invalidRequest(`Missing required param: ${name}.`, name, 'parameter_missing');
  }
  return {
    custom_unit_amount: null,
    tax_behavior: values.tax_behavior ?? 'unspecified',
    ...amountMembers('unit_amount', amount, exact),
    ...(tiers ? { tiers: buildTiers(tiers, pathOf('tiers')) } : {}),
  };
}

function buildTiers(values: NonNullable<AmountValues['tiers']>, param: string): Tier[] {
  const tiers = values.map((each) => ({
    ...amountMembers('flat_amount', each.flat_amount, each.flat_amount_decimal),
    ...amountMembers('unit_amount', each.unit_amount, each.unit_amount_decimal),
    up_to: each.up_to === 'inf' ? null : Number(each.up_to),
  }));
  const rises = tiers.every(({ up_to: upTo }, i) => {
    const before = i === 0 ? 0 : (tiers[i - 1]?.up_to ?? Infinity);
    return upTo === null || (Number.isInteger(upTo) && upTo > before);
  });
  if (!rises) throw invalidRequest('Tiers must have ascending `up_to` values.', param);
  if (tiers.at(-1)?.up_to !== null || tiers.slice(0, -1).some(({ up_to: upTo }) => upTo === null))
    throw invalidRequest('The last tier, and no other, must have `up_to` set to `inf`.', param);
  return tiers;
}

/** An amount in both of its forms. The integer is null for an amount below one minor unit. */
function amountMembers<N extends 'flat_amount' | 'unit_amount'>(
  name: N,
  amount: number | undefined,
  exact: string | undefined,
): Record<N, number | null> & Record<`${N}_decimal`, string | null> {
  const plain = exact?.includes('.') ? exact.replace(/\.?0+$/, '') : exact;
  const text = plain ?? (amount === undefined ? null : String(amount));
  const whole = text !== null && /^\d+$/.test(text) ? Number(text) : null;
  return { [name]: whole, [`${name}_decimal`]: text } as Record<N, number | null> &
    Record<`${N}_decimal`, string | null>;
}

/** @throws StripeApiError for a way of charging that Stripe refuses */
export function refuseContradictions(store: Store, values: ChargingValues): void {
  const { recurring, billing_scheme: scheme = 'per_unit', tiers_mode: mode } = values;
  if ((scheme === 'tiered') !== (mode !== undefined))
    throw invalidRequest('`billing_scheme=tiered` requires `tiers_mode`, and the reverse.', 'tiers_mode');
  if (scheme === 'tiered' && values.transform_quantity)
    throw invalidRequest('`transform_quantity` cannot be combined with `tiers`.', 'transform_quantity');
  if (scheme === 'tiered' && !recurring)
    throw invalidRequest('Prices with tiers must be recurring.', 'recurring');
  if (!recurring) return;
  if ((recurring.usage_type === 'metered') !== (recurring.meter !== undefined)) {
    throw invalidRequest(
      'A meter is required for prices with `usage_type=metered`, and allowed for no others.',
      'recurring[meter]',
    );
  }
  if (recurring.meter !== undefined) store.refer('billing.meter', recurring.meter, 'recurring[meter]');
}
