import type { StripeClient } from '../../stripe/stripe-client.ts';
import { handledEventTypes } from '../../webhooks/webhook-event-types.ts';
import { type WebhookEvent, readEvent } from '../../webhooks/webhook-event.ts';

const pageSize = 100;

/**
 * The events that some endpoint has not taken, and that this service handles, the oldest first. Of each page
 * only the ids are kept: a month of whole events could be more than there is memory for.
 * @throws BillingError of the Stripe kind
 */
export async function listUndeliveredEvents(stripe: StripeClient, since: Date): Promise<WebhookEvent[]> {
  const filter = {
    delivery_success: false,
    types: [...handledEventTypes],
    created: { gte: Math.floor(since.getTime() / 1000) },
    limit: pageSize,
  };
  const events: WebhookEvent[] = [];
  for (let more = true; more;) {
    const last = events.at(-1);
    const page = last === undefined ? filter : { ...filter, starting_after: last.id };
    const { data, has_more } = await stripe.read((sdk, options) => sdk.events.list(page, options));
    events.push(...data.map(readEvent));
    more = has_more && data.length > 0;
  }
  return events.reverse();
}
