/**
 * The metrics of this service. An outcome is `OK` or an error code. Every label has a bounded number of values, and none
 * identifies a person.
 */
export interface Metrics {
  /** @param policy the policy that applied, or `(none)` when the session failed before one was chosen */
  sessionOpened(policy: string, outcome: string): void;
  /** @param operation a root field: `Mutation.createBillingPortalSession` */
  operationEnded(operation: string, outcome: string): void;
  /** @param route as it was declared, never the URL */
  requestAnswered(method: string, route: string, status: number, seconds: number): void;
  /** @param endpoint such as `POST /v1/billing_portal/sessions`. The outcome is the HTTP status, or why there is none */
  stripeAnswered(endpoint: string, outcome: string, seconds: number): void;
  /** @param operation `customers.findByUserId` */
  storeAnswered(operation: string, outcome: string, seconds: number): void;
  /**
   * @param type Stripe's event type if the event is handled; otherwise `other`, or why the event was ignored: `thin`,
   *   `other_mode`, `other_account`
   */
  webhookHandled(type: string, outcome: string): void;
  /** @param source what found the conflict: a customer names a user who is linked to another customer */
  conflictFound(source: 'event' | 'session'): void;
  /** @param readDepth returns how many requests to Stripe wait; it is called whenever the metrics are scraped */
  watchStripeQueue(readDepth: () => number): void;
}

const ignore = (): void => undefined;

/** Used when metrics are disabled. */
export const noMetrics: Metrics = {
  sessionOpened: ignore,
  operationEnded: ignore,
  requestAnswered: ignore,
  stripeAnswered: ignore,
  storeAnswered: ignore,
  webhookHandled: ignore,
  conflictFound: ignore,
  watchStripeQueue: ignore,
};
