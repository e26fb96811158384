import { readPages } from '../../stripe/read-all.ts';
import type { StripeClient } from '../../stripe/stripe-client.ts';
import { handledEventTypes } from '../../webhooks/webhook-event-types.ts';
import { type WebhookEvent, readEvent } from '../../webhooks/webhook-event.ts';

/**
 * The events that this service handles and Stripe could not deliver to an endpoint, the oldest first. Only the ids are
 * kept: a month of whole events may not fit into memory.
 * @throws BillingError of the Stripe kind
 */
export async function listUndeliveredEvents(stripe: StripeClient, since: Date): Promise<WebhookEvent[]> {
  const filter = {
    delivery_success: false,
    types: [...handledEventTypes],
    created: { gte: Math.floor(since.getTime() / 1000) },
  };
  const events: WebhookEvent[] = [];
  const pages = readPages(stripe, (sdk, page, options) => sdk.events.list({ ...filter, ...page }, options));
  for await (const page of pages) events.push(...page.map(readEvent));
  return events.reverse();
}
