import { isEnded, periodEndOf, withCancellation } from '../billing/cancellation.ts';
import { buildInvoice } from '../billing/invoice-builder.ts';
import { planItemChanges } from '../billing/item-changes.ts';
import type { ItemChangeOptions } from '../billing/item-changes.ts';
import { afterPeriodEnd } from '../billing/schedules.ts';
import type { ItemChange } from '../billing/subscription-internals.ts';
import { periodOf, renewalCharges } from '../billing/subscription-items.ts';
import { array, boolean, integer, object, oneOf, string } from '../parameters.ts';
import type { Decoded } from '../parameters.ts';
import { createRoute } from '../route.ts';
import type { ApiRoute } from '../route.ts';
import { StripeApiError, invalidRequest, resourceMissing } from '../stripe-api-error.ts';
import type { Store } from '../store.ts';
import type { InvoiceObject, SubscriptionObject } from '../stripe-objects.ts';
import { prorationBehavior } from './subscription-parameters.ts';

const previewParameters = {
  customer: string(),
  subscription: string(),
  subscription_details: object({
    items: array(
      object({ id: string(), price: string(), quantity: integer({ min: 0 }), deleted: boolean() }),
    ),
    proration_behavior: prorationBehavior,
    billing_cycle_anchor: oneOf(['now', 'unchanged']),
    cancel_at_period_end: boolean(),
  }),
};

export function createInvoicePreviewRoute(store: Store): ApiRoute {
  return createRoute({
    method: 'POST',
    path: '/v1/invoices/create_preview',
    parameters: previewParameters,
    handle: ({ values }) => previewRequest(store, values),
  });
}

function previewRequest(store: Store, values: Decoded<typeof previewParameters>): InvoiceObject {
  const { customer: customerId, subscription: id, subscription_details: details } = values;
  const customer = customerId === undefined ? null : store.refer('customer', customerId, 'customer');
  // A customer alone is not enough: https://github.com/stripe/stripe-node/issues/2347
  if (id === undefined) throw invalidRequest(nothingToPreview);
  const subscription = store.refer('subscription', id, 'subscription');
  if (customer && customer.id !== subscription.customer) {
    throw resourceMissing('subscription', id, 'subscription', 400);
  }
  const canceling = details?.cancel_at_period_end
    ? withCancellation(store, subscription, 'period_end')
    : subscription;
  const invoice = previewNextInvoice(store, canceling, {
    changes: details?.items ?? [],
    proration: details?.proration_behavior ?? 'create_prorations',
    anchorNow: details?.billing_cycle_anchor === 'now',
  });
  if (!invoice) throw noUpcoming(subscription.customer);
  return invoice;
}

const nothingToPreview =
  'You must provide at least one of: `subscription`, `schedule`, `subscription_details.items`, ' +
  '`schedule_details.phases`, `invoice_items`.';

interface PreviewedChange extends ItemChangeOptions {
  readonly changes: readonly ItemChange[];
}

/** Previews the next invoice, optionally with changed items. Returns null if no invoice follows. */
export function previewNextInvoice(
  store: Store,
  subscription: SubscriptionObject,
  change: PreviewedChange,
): InvoiceObject | null {
  return store.rehearse(() => buildPreview(store, subscription, change));
}

function buildPreview(
  store: Store,
  subscription: SubscriptionObject,
  change: PreviewedChange,
): InvoiceObject | null {
  if (isEnded(subscription) || ['paused', 'incomplete'].includes(subscription.status)) return null;
  const pending = store.internalsOf(subscription.id).pendingCharges;
  const plan =
    change.changes.length > 0 || change.anchorNow
      ? planItemChanges(store, subscription, change.changes, change)
      : null;
  const after = plan?.subscription ?? afterPeriodEnd(store, subscription);
  const renewal = plan?.invoiceNow || endsFirst(after) ? [] : renewalCharges(store, after);
  const charges = [...pending, ...(plan?.charges ?? []), ...renewal];
  if (charges.length === 0) return null;
  const draft = buildInvoice(store, {
    customer: store.get('customer', subscription.customer),
    subscription: after,
    charges,
    billingReason: 'upcoming',
    created: plan?.invoiceNow ? store.now() : periodEndOf(after),
  });
  const id = `upcoming_${draft.id}`;
  const period = after.items.data.find((item) => item.current_period_end === periodEndOf(after));
  return {
    ...draft,
    id,
    ...(period ? { period_start: periodOf(period).start, period_end: periodOf(period).end } : {}),
    lines: {
      ...draft.lines,
      data: draft.lines.data.map((line) => ({ ...line, invoice: id })),
      url: `/v1/invoices/upcoming/lines?subscription=${subscription.id}`,
    },
    next_payment_attempt: after.collection_method === 'send_invoice' ? null : draft.created + 3600,
  };
}

function endsFirst(subscription: SubscriptionObject): boolean {
  return subscription.cancel_at !== null && subscription.cancel_at <= periodEndOf(subscription);
}

function noUpcoming(customer: string): StripeApiError {
  return new StripeApiError(`No upcoming invoices for customer: '${customer}'`, {
    status: 404,
    code: 'invoice_upcoming_none',
  });
}
