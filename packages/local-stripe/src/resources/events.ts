import { paginate, paginationParameters } from '../pagination.ts';
import { array, boolean, string } from '../parameters.ts';
import { createRoute } from '../route.ts';
import type { ApiRoute } from '../route.ts';
import { isWithin, timeRange } from '../shared-parameters.ts';
import { invalidRequest, resourceMissing } from '../stripe-api-error.ts';
import type { Store } from '../store.ts';

export function createEventRoutes(store: Store): ApiRoute[] {
  return [
    createRoute({
      method: 'GET',
      path: '/v1/events',
      parameters: {
        ...paginationParameters,
        created: timeRange,
        delivery_success: boolean(),
        type: string(),
        types: array(string()),
      },
      handle: ({ values }) => {
        const { delivery_success: delivered, type, types } = values;
        if (type !== undefined && types !== undefined) {
          throw invalidRequest('You may only specify one of these parameters: type, types.', 'type');
        }
        const found = store.events.events
          .filter((each) => isWithin(each.created, values.created))
          .filter(({ pending_webhooks: pending }) => delivered === undefined || delivered === (pending === 0))
          .filter((each) => types === undefined || types.includes(each.type))
          .filter((each) => type === undefined || matchesType(type, each.type));
        return paginate(found.reverse(), values, '/v1/events');
      },
    }),
    createRoute({
      method: 'GET',
      path: '/v1/events/:id',
      parameters: {},
      handle: ({ id }) => {
        const event = store.events.events.find((each) => each.id === id);
        if (!event) throw resourceMissing('event', id, 'id', 404);
        return event;
      },
    }),
  ];
}

/** Whether a type matches a pattern: a type, or a group such as `customer.*`. */
function matchesType(wanted: string, type: string): boolean {
  return wanted.endsWith('*') ? type.startsWith(wanted.slice(0, -1)) : wanted === type;
}
