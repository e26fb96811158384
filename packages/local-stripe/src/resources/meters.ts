import { createId } from '../ids.ts';
import { paginate, paginationParameters } from '../pagination.ts';
import { object, oneOf, record, required, string, timestamp } from '../parameters.ts';
import type { Decoded } from '../parameters.ts';
import { createRoute } from '../route.ts';
import type { ApiRoute } from '../route.ts';
import { invalidRequest } from '../stripe-api-error.ts';
import type { Store } from '../store.ts';
import type { MeterObject } from '../stripe-objects.ts';

const path = '/v1/billing/meters';

const meterParameters = {
  customer_mapping: object({
    event_payload_key: required(string()),
    type: required(oneOf(['by_id'])),
  }),
  default_aggregation: required(object({ formula: required(oneOf(['count', 'last', 'sum'])) })),
  display_name: required(string()),
  event_name: required(string({ maxLength: 100 })),
  value_settings: object({ event_payload_key: required(string()) }),
};

/** Meters, and the events that record usage for them. */
export function createMeterRoutes(store: Store): ApiRoute[] {
  return [
    createRoute({
      method: 'POST',
      path,
      parameters: meterParameters,
      handle: ({ values }) => createMeter(store, values),
    }),
    createRoute({
      method: 'GET',
      path,
      parameters: paginationParameters,
      handle: ({ values }) => paginate(store.all('billing.meter'), values, path),
    }),
    createRoute({
      method: 'GET',
      path: `${path}/:id`,
      parameters: {},
      handle: ({ id }) => store.get('billing.meter', id),
    }),
    createEventRoute(store),
  ];
}

/** Creates a meter, which by default counts for the customer and by the value that its events name. */
export function createMeter(store: Store, values: Decoded<typeof meterParameters>): MeterObject {
  return store.commit('billing.meter.created', {
    id: createId('mtr_test', 24),
    object: 'billing.meter',
    created: store.now(),
    customer_mapping: values.customer_mapping ?? { event_payload_key: 'stripe_customer_id', type: 'by_id' },
    default_aggregation: values.default_aggregation,
    display_name: values.display_name,
    event_name: values.event_name,
    event_time_window: null,
    livemode: false,
    status: 'active',
    status_transitions: { deactivated_at: null },
    updated: store.now(),
    value_settings: values.value_settings ?? { event_payload_key: 'value' },
  });
}

function createEventRoute(store: Store): ApiRoute {
  return createRoute({
    method: 'POST',
    path: '/v1/billing/meter_events',
    parameters: {
      event_name: required(string({ maxLength: 100 })),
      identifier: string({ maxLength: 100 }),
      payload: required(record(string({ maxLength: 100 }))),
      timestamp: timestamp(),
    },
    handle: ({ values }) => {
      const meter = store.all('billing.meter').find((each) => each.event_name === values.event_name);
      if (!meter)
        throw invalidRequest(`No active meter found for event name ${values.event_name}.`, 'event_name');
      const { customer_mapping: mapping, value_settings: settings } = meter;
      const customer = `payload[${mapping.event_payload_key}]`;
      store.refer('customer', values.payload[mapping.event_payload_key] ?? '', customer);
      // Stripe also accepts decimals. The local Stripe counts whole units only.
      if (!/^\d{1,12}$/.test(values.payload[settings.event_payload_key] ?? ''))
        throw invalidRequest('The value must be a whole number.', `payload[${settings.event_payload_key}]`);
      const event = {
        event_name: values.event_name,
        identifier: values.identifier ?? createId('evt', 16),
        payload: values.payload,
        timestamp: values.timestamp ?? store.now(),
      };
      store.meterEvents.push(event);
      return { ...event, object: 'billing.meter_event', created: store.now(), livemode: false };
    },
  });
}
