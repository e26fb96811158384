/** How many things wait for Stripe in this process, and whether it is asked at all. */
export interface StripeState {
  /** Requests that wait for their turn. */
  readonly queueDepth: number;
  readonly breaker: BreakerState;
}

export const breakerStates = ['closed', 'half_open', 'open'] as const;

export type BreakerState = (typeof breakerStates)[number];

/**
 * What is counted and timed. An outcome is `OK` or an error code; every label has a bounded number of values,
 * and none of them tells of a person.
 */
export interface Metrics {
  /** @param policy the policy that held, or `(none)` where it went wrong before */
  sessionOpened(policy: string, outcome: string): void;
  /** @param operation a root field: `Mutation.createBillingPortalSession` */
  operationEnded(operation: string, outcome: string): void;
  /** @param route as it was declared, never the URL */
  requestAnswered(method: string, route: string, status: number, seconds: number): void;
  /** @param endpoint `POST /v1/billing_portal/sessions`; the outcome is the status, or why there is none */
  stripeAnswered(endpoint: string, outcome: string, seconds: number): void;
  /** @param operation `customers.findByUserId` */
  storeAnswered(operation: string, outcome: string, seconds: number): void;
  /**
   * @param type Stripe's type of an event that is handled; for others `other`, or why the event is not ours: `thin`,
   *   `other_mode`, `other_account`
   */
  webhookHandled(type: string, outcome: string): void;
  /** @param source what found a customer that names a user who is linked elsewhere */
  conflictFound(source: 'event' | 'session'): void;
  /** Reads this whenever metrics are asked for. */
  watchStripe(read: () => StripeState): void;
}

const ignore = (): void => undefined;

/** Where nobody asks for metrics. */
export const noMetrics: Metrics = {
  sessionOpened: ignore,
  operationEnded: ignore,
  requestAnswered: ignore,
  stripeAnswered: ignore,
  storeAnswered: ignore,
  webhookHandled: ignore,
  conflictFound: ignore,
  watchStripe: ignore,
};
