import { createId } from '../ids.ts';
import { paginate, paginationParameters } from '../pagination.ts';
import { oneOf, required, string } from '../parameters.ts';
import { createRoute } from '../route.ts';
import type { ApiRoute } from '../route.ts';
import { invalidRequest } from '../stripe-api-error.ts';
import type { Store } from '../store.ts';

const path = '/v1/billing/feedback_options';
const description = string({ maxLength: 100 });

/** Custom reasons for a cancellation, which portal configurations offer by their ids. */
export function createFeedbackOptionRoutes(store: Store): ApiRoute[] {
  return [
    createRoute({
      method: 'POST',
      path,
      parameters: { description: required(description) },
      handle: ({ values }) =>
        store.keep({
          id: createId('fo'),
          object: 'billing.feedback_option',
          description: values.description,
          livemode: false,
          status: 'active',
          status_transitions: { deactivated_at: null },
        }),
    }),
    createRoute({
      method: 'GET',
      path,
      parameters: { ...paginationParameters, status: oneOf(['active', 'inactive']) },
      handle: ({ values }) => {
        const all = store.all('billing.feedback_option');
        const found = all.filter(({ status }) => values.status === undefined || status === values.status);
        return paginate(found, values, path);
      },
    }),
    createRoute({
      method: 'GET',
      path: `${path}/:id`,
      parameters: {},
      handle: ({ id }) => store.get('billing.feedback_option', id),
    }),
    createRoute({
      method: 'POST',
      path: `${path}/:id`,
      parameters: { description },
      handle: ({ id, values }) => store.keep({ ...store.get('billing.feedback_option', id), ...values }),
    }),
    createRoute({
      method: 'POST',
      path: `${path}/:id/deactivate`,
      parameters: {},
      handle: ({ id }) =>
        store.keep({
          ...store.get('billing.feedback_option', id),
          status: 'inactive',
          status_transitions: { deactivated_at: store.now() },
        }),
    }),
  ];
}

/** @throws StripeApiError for an option that does not exist or is deactivated */
export function referToFeedbackOptions(store: Store, ids: readonly string[], param: string): void {
  ids.forEach((id, index) => {
    const { status } = store.refer('billing.feedback_option', id, `${param}[${index}]`);
    if (status === 'inactive')
      throw invalidRequest(`The feedback option \`${id}\` is inactive.`, `${param}[${index}]`);
  });
}
