import { subscriptionOf } from '../billing/invoice-outcomes.ts';
import { paginate, paginationParameters } from '../pagination.ts';
import { oneOf, string } from '../parameters.ts';
import { createRoute } from '../route.ts';
import type { ApiRoute } from '../route.ts';
import { checkCustomerFilter, isWithin, timeRange } from '../shared-parameters.ts';
import type { Store } from '../store.ts';
import { createInvoiceActionRoutes } from './invoice-actions.ts';
import { createInvoicePreviewRoute } from './invoice-previews.ts';

export function createInvoiceRoutes(store: Store): ApiRoute[] {
  return [
    createRoute({
      method: 'GET',
      path: '/v1/invoices',
      parameters: {
        ...paginationParameters,
        collection_method: oneOf(['charge_automatically', 'send_invoice']),
        created: timeRange,
        customer: string(),
        status: oneOf(['draft', 'open', 'paid', 'uncollectible', 'void']),
        subscription: string(),
      },
      handle: ({ values }) => {
        checkCustomerFilter(store, values.customer);
        const found = store
          .all('invoice')
          .filter((each) => isWithin(each.created, values.created))
          .filter((each) => values.customer === undefined || each.customer === values.customer)
          .filter((each) => values.status === undefined || each.status === values.status)
          .filter((each) => values.subscription === undefined || subscriptionOf(each) === values.subscription)
          .filter((each) => !values.collection_method || each.collection_method === values.collection_method);
        return paginate(found, values, '/v1/invoices');
      },
    }),
    createRoute({
      method: 'GET',
      path: '/v1/invoices/:id',
      parameters: {},
      handle: ({ id }) => store.get('invoice', id),
    }),
    createRoute({
      method: 'GET',
      path: '/v1/invoices/:id/lines',
      parameters: paginationParameters,
      handle: ({ id, values }) =>
        paginate(store.get('invoice', id).lines.data, values, `/v1/invoices/${id}/lines`),
    }),
    createInvoicePreviewRoute(store),
    ...createInvoiceActionRoutes(store),
  ];
}
