import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { payOpenInvoice } from '../billing/invoice-outcomes.ts';
import { passTime } from '../billing/time-passing.ts';
import { writeInvoicePdf } from '../invoice-pdf/invoice-pdf.ts';
import { attachPaymentMethod, methodsOf } from '../resources/payment-methods.ts';
import type { Store } from '../store.ts';
import type { InvoiceObject } from '../stripe-objects.ts';
import { findDefaultConfiguration } from '../resources/portal-configurations.ts';
import { renderInvoiceSheet } from './invoice-sheet.ts';
import { chooseLanguage, speak } from './language.ts';
import { renderNotFoundPage } from './login-pages.ts';
import { sendPage } from './page-reply.ts';
import { offeredMethods } from './payment-method-tasks.ts';
import { formOf } from './session-access.ts';

type Handler = (request: FastifyRequest, reply: FastifyReply, invoice: InvoiceObject) => FastifyReply;

/** Serves the hosted page of each invoice, its payment and its PDF. */
export function registerInvoices(app: FastifyInstance, store: Store): void {
  const serve = (handle: Handler) => (request: FastifyRequest, reply: FastifyReply) => {
    passTime(store);
    const { secret = '' } = request.params as { readonly secret?: string };
    const url = `${store.baseUrl}/i/${secret}`;
    const invoice = store.all('invoice').find((each) => each.hosted_invoice_url === url);
    if (!invoice) return sendPage(reply, 404, renderNotFoundPage());
    const preferred = store.find('customer', invoice.customer)?.preferred_locales ?? [];
    const language = chooseLanguage(null, preferred, request.headers['accept-language']);
    return speak(language, () => handle(request, reply, invoice));
  };
  app.get(
    '/i/:secret',
    serve((request, reply, invoice) => showInvoice(store, request, reply, invoice)),
  );
  app.post(
    '/i/:secret/pay',
    serve((request, reply, invoice) => payInvoice(store, request, reply, invoice)),
  );
  app.get(
    '/i/:secret/pdf',
    serve((_request, reply, invoice) =>
      reply
        .headers({
          'content-type': 'application/pdf',
          'content-disposition': `attachment; filename="Invoice-${invoice.number ?? ''}.pdf"`,
          'cache-control': 'no-store',
        })
        .send(writeInvoicePdf(invoice)),
    ),
  );
}

function showInvoice(
  store: Store,
  request: FastifyRequest,
  reply: FastifyReply,
  invoice: InvoiceObject,
): FastifyReply {
  const page = renderInvoiceSheet({
    invoice,
    methods: methodsOf(store, invoice.customer),
    defaultMethod: store.find('customer', invoice.customer)?.invoice_settings.default_payment_method ?? null,
    backUrl: findBackUrl(store, request, invoice),
    notice: textOf(request, 'notice'),
  });
  return sendPage(reply, 200, page);
}

function payInvoice(
  store: Store,
  request: FastifyRequest,
  reply: FastifyReply,
  invoice: InvoiceObject,
): FastifyReply {
  const choice = textOf(request, 'method');
  const saved = methodsOf(store, invoice.customer).some(({ id }) => id === choice);
  const known = saved || offeredMethods.some(([id]) => id === choice);
  const payable = invoice.status === 'open' || invoice.status === 'uncollectible';
  if (!known || !payable || request.headers['sec-fetch-site'] === 'cross-site') {
    return sendPage(reply, 404, renderNotFoundPage());
  }
  const { status } = store.attempt(() => {
    const methodId = saved
      ? choice
      : attachPaymentMethod(store, choice, invoice.customer, 'payment_method').id;
    return payOpenInvoice(store, invoice, { methodId, outOfBand: false });
  });
  const query = new URLSearchParams({
    notice: status === 'paid' ? 'paid' : 'declined',
    back: textOf(request, 'back'),
  });
  const { pathname } = new URL(invoice.hosted_invoice_url ?? '');
  return reply.code(303).header('location', `${pathname}?${query.toString()}`).send();
}

/** Where the visitor came from, else the return URL of the customer's latest session or of the default configuration. */
function findBackUrl(store: Store, request: FastifyRequest, invoice: InvoiceObject): string | null {
  const { referer = '' } = request.headers;
  const session = store
    .all('billing_portal.session')
    .find((each) => each.customer === invoice.customer && each.return_url !== null);
  const candidates = [
    textOf(request, 'back'),
    referer.startsWith(invoice.hosted_invoice_url ?? '') ? '' : referer,
    session?.return_url ?? '',
    findDefaultConfiguration(store)?.default_return_url ?? '',
  ];
  return candidates.find((each) => /^https?:\/\//.test(each)) ?? null;
}

function textOf(request: FastifyRequest, name: string): string {
  const value = formOf(request)[name];
  return typeof value === 'string' ? value : '';
}
