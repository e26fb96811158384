import { payOpenInvoice } from '../billing/invoice-outcomes.ts';
import { PageNotFound, requireFeature, visibleInvoices } from './visit.ts';
import type { PageAnswer, PortalTask, Visit } from './visit.ts';

export const invoiceTasks: readonly PortalTask[] = [
  {
    method: 'POST',
    path: '/invoices/:id/pay',
    handle: pay,
  },
];

function pay(visit: Visit): PageAnswer {
  requireFeature(visit.configuration.features.invoice_history.enabled);
  const invoice = visibleInvoices(visit).find((each) => each.id === visit.params.id);
  if (invoice?.status !== 'open') throw new PageNotFound();
  const { status } = payOpenInvoice(visit.store, invoice);
  return { redirect: `${visit.home}?notice=${status === 'paid' ? 'paid' : 'declined'}` };
}
