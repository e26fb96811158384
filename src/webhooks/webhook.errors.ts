import { BillingError } from '../shared/errors.ts';

/** Why a delivery is refused. Each reason has its own code in logs and answers. */
type WebhookRefusal =
  | 'SIGNATURE_MISSING'
  | 'SIGNATURE_MALFORMED'
  | 'SIGNATURE_MISMATCH'
  | 'TIMESTAMP_TOO_OLD'
  | 'TIMESTAMP_IN_FUTURE';

const messages: Readonly<Record<WebhookRefusal, string>> = {
  SIGNATURE_MISSING: 'There is no stripe-signature header.',
  SIGNATURE_MALFORMED: 'The stripe-signature header has no single timestamp.',
  SIGNATURE_MISMATCH: 'No signature fits the body: it was changed, or signed with another secret.',
  TIMESTAMP_TOO_OLD: 'It was signed more than five minutes ago.',
  TIMESTAMP_IN_FUTURE: 'It was signed more than five minutes ahead of the clock here.',
};

/** A delivery that Stripe did not sign for this service, or not recently. */
export class WebhookRefusedError extends Error {
  override readonly name = 'WebhookRefusedError';

  constructor(readonly code: WebhookRefusal) {
    super(messages[code]);
  }
}

/** A signed event that this service handles, in a form that it cannot read. Answered by an error, so that Stripe keeps it. */
export class EventUnreadableError extends Error {
  override readonly name = 'EventUnreadableError';
  readonly code = 'EVENT_UNREADABLE';

  constructor() {
    super("The body is not one of Stripe's events that this service reads.");
  }
}

/** So much is waiting that this would take too long. */
export class TooManyWaitingError extends BillingError {
  constructor() {
    super('STORE_UNAVAILABLE', 'There is too much to do right now. Try again shortly.', {
      cause: new Error('No turn came in time'),
    });
  }
}

/**
 * Stripe does not have what its event is about. The key may be another sandbox's than the signing secret, so that the
 * event is worth sending again.
 */
export class EventObjectMissingError extends Error {
  override readonly name = 'EventObjectMissingError';

  constructor() {
    super('Stripe does not have what the event is about. Is the key of the sandbox that sends the events?');
  }
}
