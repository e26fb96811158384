import { invalidRequest } from '../stripe-api-error.ts';
import type { PlanObject, PriceObject } from '../stripe-objects.ts';

/** A plan, the older form of a price. Subscription items still have both. */
export function createPlan(price: PriceObject): PlanObject {
  if (!price.recurring) throw invalidRequest(`The price ${price.id} is not recurring.`);
  return {
    id: price.id,
    object: 'plan',
    active: price.active,
    amount: price.unit_amount,
    amount_decimal: price.unit_amount_decimal,
    billing_scheme: price.billing_scheme,
    created: price.created,
    currency: price.currency,
    interval: price.recurring.interval,
    interval_count: price.recurring.interval_count,
    livemode: false,
    metadata: price.metadata,
    meter: price.recurring.meter,
    nickname: price.nickname,
    product: price.product,
    tiers_mode: price.tiers_mode,
    transform_usage: price.transform_quantity,
    trial_period_days: null,
    usage_type: price.recurring.usage_type,
  };
}
