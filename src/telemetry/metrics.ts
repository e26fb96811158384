// prom-client's successor, @prometheus-io/client, has the same interface but needs Node 22.
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

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
  /** Renders all metrics in Prometheus's text format. */
  render(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/** In seconds. A healthy store answers within the first buckets. A call to Stripe times out after 8 s. */
const storeBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const stripeBuckets = [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 2, 4, 8];
const requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Each instance has its own registry, so that several apps in one process stay apart. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const count = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Counter({ name, help, labelNames, registers });
  const time = <Label extends string>(name: string, help: string, labelNames: Label[], buckets: number[]) =>
    new Histogram({ name, help, labelNames, buckets, registers });

  const sessions = count(
    'billing_portal_sessions_total',
    'Requested portal sessions, by applied policy and outcome.',
    ['policy', 'outcome'],
  );
  const operations = count(
    'billing_portal_graphql_operations_total',
    'Executed root fields of GraphQL operations, by outcome.',
    ['operation', 'outcome'],
  );
  const webhooks = count(
    'billing_portal_webhooks_total',
    'Events delivered by Stripe, by type and outcome.',
    ['type', 'outcome'],
  );
  const conflicts = count(
    'billing_portal_customer_conflicts_total',
    'Customers at Stripe that name a user who is linked to another customer, by source of the finding.',
    ['source'],
  );
  const requests = time(
    'billing_portal_http_request_duration_seconds',
    'HTTP requests by route and status.',
    ['method', 'route', 'status'],
    requestBuckets,
  );
  const stripeRequests = time(
    'billing_portal_stripe_request_duration_seconds',
    'Single requests to Stripe, by endpoint and by status or failure, without time in the queue.',
    ['endpoint', 'outcome'],
    stripeBuckets,
  );
  const storeOperations = time(
    'billing_portal_store_operation_duration_seconds',
    'Database operations, by outcome.',
    ['operation', 'outcome'],
    storeBuckets,
  );
  return {
    sessionOpened: (policy, outcome) => sessions.inc({ policy, outcome }),
    operationEnded: (operation, outcome) => operations.inc({ operation, outcome }),
    webhookHandled: (type, outcome) => webhooks.inc({ type, outcome }),
    conflictFound: (source) => conflicts.inc({ source }),
    requestAnswered: (method, route, status, seconds) => requests.observe({ method, route, status }, seconds),
    stripeAnswered: (endpoint, outcome, seconds) => stripeRequests.observe({ endpoint, outcome }, seconds),
    storeAnswered: (operation, outcome, seconds) => storeOperations.observe({ operation, outcome }, seconds),
    watchStripeQueue: (readDepth) => addQueueGauge(registers, readDepth),
    render: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}

function addQueueGauge(registers: Registry[], readDepth: () => number): void {
  new Gauge({
    name: 'billing_portal_stripe_queue_depth',
    help: 'Requests to Stripe that wait for the rate limit.',
    registers,
    collect() {
      this.set(readDepth());
    },
  });
}
