import { BillingError } from '../shared/errors.ts';

/** Why a delivery is refused. Each reason has its own code in logs and responses. */
type WebhookRefusal =
  | 'SIGNATURE_MISSING'
  | 'SIGNATURE_MALFORMED'
  | 'SIGNATURE_MISMATCH'
  | 'TIMESTAMP_TOO_OLD'
  | 'TIMESTAMP_IN_FUTURE';

const messages: Readonly<Record<WebhookRefusal, string>> = {
  SIGNATURE_MISSING: 'The stripe-signature header is missing.',
  SIGNATURE_MALFORMED: 'The stripe-signature header does not have exactly one timestamp.',
  SIGNATURE_MISMATCH: 'No signature matches the body: the body was changed, or signed with another secret.',
  TIMESTAMP_TOO_OLD: 'The delivery was signed more than five minutes ago.',
  TIMESTAMP_IN_FUTURE: "The delivery was signed more than five minutes ahead of this service's clock.",
};

/** A delivery that Stripe did not sign for this service, or not recently. */
export class WebhookRefusedError extends Error {
  override readonly name = 'WebhookRefusedError';

  constructor(readonly code: WebhookRefusal) {
    super(messages[code]);
  }
}

/** A signed event of a handled type that cannot be read. It is answered with an error, so that Stripe keeps it. */
export class EventUnreadableError extends Error {
  override readonly name = 'EventUnreadableError';
  readonly code = 'EVENT_UNREADABLE';

  constructor() {
    super('The body is not a Stripe event that this service can read.');
  }
}

/** Too many events are waiting. */
export class TooManyWaitingError extends BillingError {
  constructor() {
    super('STORE_UNAVAILABLE', 'Too many events are waiting right now. Try again shortly.', {
      cause: new Error('The concurrency limit was not free in time'),
    });
  }
}

/**
 * Stripe does not have the event's object. The key and the signing secret may belong to different sandboxes, so Stripe
 * should send the event again.
 */
export class EventObjectMissingError extends Error {
  override readonly name = 'EventObjectMissingError';

  constructor() {
    super(
      "Stripe does not have the event's object. Check that the key and the signing secret belong to the same sandbox.",
    );
  }
}
