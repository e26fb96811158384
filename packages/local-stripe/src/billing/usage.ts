import type { Store } from '../store.ts';
import type { PriceObject } from '../stripe-objects.ts';

/** A customer's usage of a price in a period, by the formula of the price's meter. */
export function usageOf(
  store: Store,
  customer: string,
  price: PriceObject,
  period: { readonly start: number; readonly end: number },
): number {
  const meter = store.find('billing.meter', price.recurring?.meter ?? '');
  if (!meter) return 0;
  const { customer_mapping: mapping, value_settings: settings } = meter;
  const values = store.meterEvents
    .filter((each) => each.event_name === meter.event_name)
    .filter((each) => each.payload[mapping.event_payload_key] === customer)
    .filter((each) => each.timestamp >= period.start && each.timestamp < period.end)
    .map((each) => Number(each.payload[settings.event_payload_key]));
  if (meter.default_aggregation.formula === 'count') return values.length;
  if (meter.default_aggregation.formula === 'last') return values.at(-1) ?? 0;
  return values.reduce((sum, value) => sum + value, 0);
}
