import type { CustomerSync } from '../account/customer-sync.service.ts';
import type { WebhookHandler, WebhookHandlers } from './webhook-processor.service.ts';

type PaymentMethodHandlers = Pick<
  WebhookHandlers,
  Extract<keyof WebhookHandlers, `payment_method.${string}`>
>;

/** A payment method may have no customer. A detached one names its previous customer. */
export function createPaymentMethodHandlers(sync: CustomerSync): PaymentMethodHandlers {
  const refresh: WebhookHandler = async ({ customerId }) =>
    customerId === null ? null : sync.refresh(customerId);
  return {
    'payment_method.attached': refresh,
    'payment_method.detached': refresh,
    'payment_method.updated': refresh,
    'payment_method.automatically_updated': refresh,
  };
}
