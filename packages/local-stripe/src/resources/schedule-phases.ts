import { toPhaseDiscount } from '../billing/phases.ts';
import { addInterval } from '../billing/periods.ts';
import { requireCurrency } from '../billing/price-amounts.ts';
import { unusedPhaseMembers } from '../billing/schedules.ts';
import { referRecurringPrice } from '../billing/subscription-items.ts';
import {
  array,
  either,
  integer,
  metadata,
  object,
  oneOf,
  required,
  string,
  timestamp,
} from '../parameters.ts';
import type { Decoded } from '../parameters.ts';
import { mergeMetadata } from '../shared-parameters.ts';
import { invalidRequest } from '../stripe-api-error.ts';
import type { Store } from '../store.ts';
import type { PhaseObject, PriceObject } from '../stripe-objects.ts';
import { intervals } from './price-options.ts';
import { discountParameters, prorationBehavior } from './subscription-parameters.ts';

const phaseParameters = {
  billing_cycle_anchor: oneOf(['automatic', 'phase_start']),
  currency: string({ maxLength: 3 }),
  discounts: discountParameters,
  duration: object({ interval: required(oneOf(intervals)), interval_count: integer({ min: 1 }) }),
  end_date: timestamp(),
  items: required(
    array(
      object({
        discounts: discountParameters,
        metadata: metadata(),
        price: required(string()),
        quantity: integer({ min: 0 }),
      }),
    ),
  ),
  metadata: metadata(),
  proration_behavior: prorationBehavior,
};

export const phases = array(object(phaseParameters));
/** The phases of an update say when the first of them starts. */
export const updatedPhases = array(object({ ...phaseParameters, start_date: either(string(), object({})) }));

type PhaseValues = Decoded<typeof phaseParameters>;

/** Builds phases that follow each other. @throws StripeApiError */
export function buildPhases(store: Store, values: readonly PhaseValues[], start: number): PhaseObject[] {
  if (values.length === 0)
    throw invalidRequest('A subscription schedule needs at least one phase.', 'phases');
  let next = start;
  return values.map((each, index) => {
    const phase = buildPhase(store, each, next, `phases[${index}]`);
    next = phase.end_date;
    return phase;
  });
}

function buildPhase(store: Store, values: PhaseValues, start: number, param: string): PhaseObject {
  const prices = values.items.map(({ price }, index) =>
    referRecurringPrice(store, price, `${param}[items][${index}][price]`),
  );
  const [first] = prices;
  if (!first) throw invalidRequest('A phase needs at least one item.', `${param}[items]`);
  const currency = values.currency ?? first.currency;
  prices.forEach((price, index) => {
    requireCurrency(price, currency, `${param}[items][${index}][price]`);
  });
  return {
    ...unusedPhaseMembers,
    billing_cycle_anchor: values.billing_cycle_anchor ?? null,
    currency,
    discounts: (values.discounts ?? []).map(toPhaseDiscount),
    end_date: endOf(values, start, first, param),
    items: values.items.map(({ discounts, metadata: data, price, quantity }, index) => ({
      billing_thresholds: null,
      discounts: (discounts ?? []).map(toPhaseDiscount),
      metadata: mergeMetadata({}, data),
      plan: price,
      price,
      ...(prices[index]?.recurring?.usage_type === 'metered' ? {} : { quantity: quantity ?? 1 }),
      tax_rates: [],
    })),
    metadata: mergeMetadata({}, values.metadata),
    proration_behavior: values.proration_behavior ?? 'create_prorations',
    start_date: start,
  };
}

/** A phase lasts as long as the request says, else one interval of its first price. */
function endOf(values: PhaseValues, start: number, price: PriceObject, param: string): number {
  const { duration, end_date: end } = values;
  if (duration && end !== undefined)
    throw invalidRequest('You can only specify one of `end_date` or `duration`.', `${param}[end_date]`);
  if (end !== undefined && end <= start)
    throw invalidRequest('The end date of a phase must be after its start date.', `${param}[end_date]`);
  const interval = duration
    ? { ...duration, interval_count: duration.interval_count ?? 1 }
    : (price.recurring ?? { interval: 'month', interval_count: 1 });
  return end ?? addInterval(start, interval);
}
