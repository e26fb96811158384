// prom-client's successor, @prometheus-io/client, has the same interface but needs Node 22.
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Metrics } from './metrics.ts';

/** In seconds. A healthy store answers within the first buckets. A call to Stripe times out after 8 s. */
const storeBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const stripeBuckets = [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 2, 4, 8];
const requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Prometheus metrics, in a registry per instance, so that several apps in one process stay apart. */
export class PrometheusMetrics implements Metrics {
  private readonly registry = new Registry();
  private readonly registers = [this.registry];
  private readonly sessions = new Counter({
    name: 'billing_portal_sessions_total',
    help: 'Requested portal sessions, by applied policy and outcome.',
    labelNames: ['policy', 'outcome'],
    registers: this.registers,
  });
  private readonly operations = new Counter({
    name: 'billing_portal_graphql_operations_total',
    help: 'Executed root fields of GraphQL operations, by outcome.',
    labelNames: ['operation', 'outcome'],
    registers: this.registers,
  });
  private readonly webhooks = new Counter({
    name: 'billing_portal_webhooks_total',
    help: 'Events delivered by Stripe, by type and outcome.',
    labelNames: ['type', 'outcome'],
    registers: this.registers,
  });
  private readonly conflicts = new Counter({
    name: 'billing_portal_customer_conflicts_total',
    help: 'Customers at Stripe that name a user who is linked to another customer, by source of the finding.',
    labelNames: ['source'],
    registers: this.registers,
  });
  private readonly requests = new Histogram({
    name: 'billing_portal_http_request_duration_seconds',
    help: 'HTTP requests by route and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: requestBuckets,
    registers: this.registers,
  });
  private readonly stripeRequests = new Histogram({
    name: 'billing_portal_stripe_request_duration_seconds',
    help: 'Single requests to Stripe, by endpoint and by status or failure, without time in the queue.',
    labelNames: ['endpoint', 'outcome'],
    buckets: stripeBuckets,
    registers: this.registers,
  });
  private readonly storeOperations = new Histogram({
    name: 'billing_portal_store_operation_duration_seconds',
    help: 'Database operations, by outcome.',
    labelNames: ['operation', 'outcome'],
    buckets: storeBuckets,
    registers: this.registers,
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  sessionOpened(policy: string, outcome: string): void {
    this.sessions.inc({ policy, outcome });
  }

  operationEnded(operation: string, outcome: string): void {
    this.operations.inc({ operation, outcome });
  }

  webhookHandled(type: string, outcome: string): void {
    this.webhooks.inc({ type, outcome });
  }

  conflictFound(source: 'event' | 'session'): void {
    this.conflicts.inc({ source });
  }

  requestAnswered(method: string, route: string, status: number, seconds: number): void {
    this.requests.observe({ method, route, status }, seconds);
  }

  stripeAnswered(endpoint: string, outcome: string, seconds: number): void {
    this.stripeRequests.observe({ endpoint, outcome }, seconds);
  }

  storeAnswered(operation: string, outcome: string, seconds: number): void {
    this.storeOperations.observe({ operation, outcome }, seconds);
  }

  watchStripeQueue(readDepth: () => number): void {
    new Gauge({
      name: 'billing_portal_stripe_queue_depth',
      help: 'Requests to Stripe that wait for the rate limit.',
      registers: this.registers,
      collect() {
        this.set(readDepth());
      },
    });
  }

  /** Renders all metrics in Prometheus's text format. */
  async render(): Promise<{ readonly contentType: string; readonly text: string }> {
    return { contentType: this.registry.contentType, text: await this.registry.metrics() };
  }
}
