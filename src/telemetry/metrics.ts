// prom-client's successor, @prometheus-io/client, has the same interface but needs Node 22.
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** In seconds. A healthy store answers within the first buckets. A call to Stripe times out after 8 s. */
const storeBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const stripeBuckets = [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 2, 4, 8];
const requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** An outcome is `OK` or an error code. Labels have a bounded number of values and name no person. Apps in one process have a registry each. */
export class Metrics {
  private readonly registry = new Registry();
  /** The policy is `(none)` when the session failed before one was chosen. */
  readonly sessions = this.count(
    'billing_portal_sessions_total',
    'Requested portal sessions, by applied policy and outcome.',
    ['policy', 'outcome'],
  );
  /** An operation is a root field: `Mutation.createBillingPortalSession`. */
  readonly operations = this.count(
    'billing_portal_graphql_operations_total',
    'Executed root fields of GraphQL operations, by outcome.',
    ['operation', 'outcome'],
  );
  /** The type is `other` for an event that is not handled, or why it is ignored: `thin`, `other_mode`, `other_account`. */
  readonly webhooks = this.count(
    'billing_portal_webhooks_total',
    'Events delivered by Stripe, by type and outcome.',
    ['type', 'outcome'],
  );
  readonly conflicts = this.count(
    'billing_portal_customer_conflicts_total',
    'Customers at Stripe that name a user who is linked to another customer, by source of the finding.',
    ['source'],
  );
  /** The route is as it was declared, never the URL. */
  readonly requests = this.time(
    'billing_portal_http_request_duration_seconds',
    'HTTP requests by route and status.',
    ['method', 'route', 'status'],
    requestBuckets,
  );
  /** The outcome is the HTTP status of Stripe's response, or the reason why no response came. */
  readonly stripeRequests = this.time(
    'billing_portal_stripe_request_duration_seconds',
    'Single requests to Stripe, by endpoint and by status or failure, without time in the queue.',
    ['endpoint', 'outcome'],
    stripeBuckets,
  );
  readonly storeOperations = this.time(
    'billing_portal_store_operation_duration_seconds',
    'Database operations, by outcome.',
    ['operation', 'outcome'],
    storeBuckets,
  );

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    // From zero, since Prometheus does not see the increase to a counter's first value, and conflicts are rare.
    for (const source of ['event', 'session']) this.conflicts.inc({ source }, 0);
  }

  /** @param readDepth returns how many requests to Stripe wait; it is called whenever the metrics are scraped */
  watchStripeQueue(readDepth: () => number): void {
    new Gauge({
      name: 'billing_portal_stripe_queue_depth',
      help: 'Requests to Stripe that wait for the rate limit.',
      registers: [this.registry],
      collect() {
        this.set(readDepth());
      },
    });
  }

  async render(): Promise<{ readonly contentType: string; readonly text: string }> {
    return { contentType: this.registry.contentType, text: await this.registry.metrics() };
  }

  private count<Label extends string>(name: string, help: string, labelNames: Label[]): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  private time<Label extends string>(name: string, help: string, labelNames: Label[], buckets: number[]) {
    return new Histogram({ name, help, labelNames, buckets, registers: [this.registry] });
  }
}
