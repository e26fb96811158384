import {
  finalizeByRequest,
  markUncollectible,
  payOpenInvoice,
  sendInvoice,
  voidInvoice,
} from '../billing/invoice-outcomes.ts';
import { accepted, boolean, string } from '../parameters.ts';
import { createRoute } from '../route.ts';
import type { ApiRoute } from '../route.ts';
import { cardDeclined } from '../stripe-api-error.ts';
import type { Store } from '../store.ts';
import type { InvoiceObject } from '../stripe-objects.ts';

/** What can be done to one invoice. */
export function createInvoiceActionRoutes(store: Store): ApiRoute[] {
  const action = (name: string, act: (store: Store, invoice: InvoiceObject) => InvoiceObject): ApiRoute =>
    createRoute({
      method: 'POST',
      path: `/v1/invoices/:id/${name}`,
      parameters: {},
      handle: ({ id }) => act(store, store.get('invoice', id)),
    });
  return [
    createRoute({
      method: 'POST',
      path: '/v1/invoices/:id/pay',
      parameters: { payment_method: string(), paid_out_of_band: boolean(), off_session: accepted() },
      handle: ({ id, values }) => {
        const invoice = payOpenInvoice(store, store.get('invoice', id), {
          methodId: values.payment_method ?? null,
          outOfBand: values.paid_out_of_band ?? false,
        });
        if (invoice.status !== 'paid') throw cardDeclined();
        return invoice;
      },
    }),
    createRoute({
      method: 'POST',
      path: '/v1/invoices/:id/finalize',
      parameters: { auto_advance: boolean() },
      handle: ({ id, values }) => finalizeByRequest(store, store.get('invoice', id), values.auto_advance),
    }),
    action('send', sendInvoice),
    action('void', voidInvoice),
    action('mark_uncollectible', markUncollectible),
  ];
}
