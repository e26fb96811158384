import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { registerApi } from './api-server.ts';
import { createBillingControlRoutes } from './billing-controls.ts';
import { createCustomerControlRoutes } from './customer-controls.ts';
import { createControlRoutes } from './control-routes.ts';
import { createStateControlRoute } from './state-controls.ts';
import { Faults } from './faults.ts';
import { IdempotencyKeys } from './idempotency.ts';
import { registerIndex } from './portal-page/index-page.ts';
import { registerPortal } from './portal-page/portal-routes.ts';
import type { RecordedRequest } from './recorded-request.ts';
import { createAccountRoute } from './resources/account.ts';
import { createCheckoutControlRoutes } from './resources/checkout-completion.ts';
import { createCheckoutSessionRoutes } from './resources/checkout-sessions.ts';
import { createCouponRoutes } from './resources/coupons.ts';
import { createCustomerRoutes } from './resources/customers.ts';
import { createDiscountRoutes } from './resources/discounts.ts';
import { createEventRoutes } from './resources/events.ts';
import { createInvoiceRoutes } from './resources/invoices.ts';
import { createMeterRoutes } from './resources/meters.ts';
import { createPaymentMethodRoutes } from './resources/payment-methods.ts';
import { createFeedbackOptionRoutes } from './resources/feedback-options.ts';
import { createPortalConfigurationRoutes } from './resources/portal-configurations.ts';
import { createPortalSessionRoutes } from './resources/portal-sessions.ts';
import { createPriceRoutes } from './resources/prices.ts';
import { createProductRoutes } from './resources/products.ts';
import { createPromotionCodeRoutes } from './resources/promotion-codes.ts';
import { createSubscriptionScheduleRoutes } from './resources/subscription-schedules.ts';
import { createSubscriptionRoutes } from './resources/subscriptions.ts';
import { createSourceRoutes } from './resources/sources.ts';
import { createTaxIdRoutes } from './resources/tax-ids.ts';
import { createWebhookEndpointRoutes } from './resources/webhook-endpoints.ts';
import { CustomerIndex } from './search/customer-index.ts';
import { createCustomerSearchRoute } from './search/customer-search.ts';
import { StateFile } from './state-file.ts';
import { Store } from './store.ts';
import { createMisbehaviorRoutes } from './webhooks/misbehavior-routes.ts';
import type { NewWebhookEndpoint } from './webhooks/new-webhook-endpoint.ts';
import { WebhookDeliveries } from './webhooks/webhook-deliveries.ts';
import { WebhookEndpoints } from './webhooks/webhook-endpoints.ts';
import { WebhookSender } from './webhooks/webhook-sender.ts';

export interface LocalStripeOptions {
  /** Default 127.0.0.1. The local Stripe does not check a key's secret, so it belongs on loopback. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  readonly now?: () => Date;
  /** How long the page of a portal session works. Default: an hour. */
  readonly sessionLifetimeMs?: number;
  /** How long each API request takes. Default 0. */
  readonly latencyMs?: number;
  /** The business name on hosted pages and invoices. Default Acme. */
  readonly businessName?: string;
  /** How far customer search lags behind changes, by the local Stripe's clock. Default: a minute. */
  readonly searchLagMs?: number;
  /** The webhook endpoints that exist from the start. */
  readonly webhooks?: readonly NewWebhookEndpoint[];
  /** The pauses between deliveries of one event; after the last one the event is given up. Default: six, 100 ms to 3.2 s. */
  readonly webhookRetryDelaysMs?: readonly number[];
  /** How long a receiver may take to answer. Default 10 s. */
  readonly webhookTimeoutMs?: number;
  /** A file that keeps the state over restarts. Default: everything is forgotten. */
  readonly stateFile?: string;
}

/** A local Stripe: its API and its hosted portal page, in memory, over HTTP. */
export interface LocalStripe {
  /** `http://127.0.0.1:PORT`. Throws before the start. */
  readonly url: string;
  /** Whether the start has restored a state from the state file. */
  readonly restored: boolean;
  /** Every API request since the start, in order. */
  readonly requests: readonly RecordedRequest[];
  /** Adds a webhook endpoint, before or after the start, and returns its id. */
  addWebhookEndpoint(endpoint: NewWebhookEndpoint): string;
  /** Resolves once every event so far is delivered or given up. */
  settleWebhooks(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** The state and workers behind the routes. */
interface LocalStripeParts {
  readonly store: Store;
  readonly requests: RecordedRequest[];
  readonly endpoints: WebhookEndpoints;
  readonly deliveries: WebhookDeliveries;
  readonly index: CustomerIndex;
}

export function createLocalStripe(options: LocalStripeOptions = {}): LocalStripe {
  const { host = '127.0.0.1', port = 0 } = options;
  const parts = createParts(options);
  const { store, endpoints, deliveries } = parts;
  const app = createServer(parts, options);
  const state = options.stateFile === undefined ? null : new StateFile(options.stateFile, parts);
  if (state) {
    app.addHook('onResponse', (_request, _reply, done) => {
      state.saveSoon();
      done();
    });
  }
  let restored = false;
  return {
    get url() {
      if (!store.baseUrl) throw new Error('The local Stripe has not been started: call start() first.');
      return store.baseUrl;
    },
    get restored() {
      return restored;
    },
    requests: parts.requests,
    addWebhookEndpoint: (endpoint) => endpoints.add(endpoint).endpoint.id,
    settleWebhooks: () => deliveries.settled(),
    async start() {
      store.baseUrl = await app.listen({ host, port });
      try {
        restored = state?.load() ?? false;
        // A file that cannot be written fails the start, not a later request.
        state?.save();
      } catch (error) {
        await app.close();
        throw error;
      }
    },
    async stop() {
      await deliveries.close();
      await app.close();
      state?.save();
    },
  };
}

function createParts(options: LocalStripeOptions): LocalStripeParts {
  const { now = () => new Date(), webhooks = [], webhookTimeoutMs: timeoutMs = 10_000 } = options;
  const { webhookRetryDelaysMs: retryDelaysMs = [100, 200, 400, 800, 1600, 3200] } = options;
  const store = new Store(now, options.businessName ?? 'Acme');
  const endpoints = new WebhookEndpoints(() => store.now());
  const deliveries = new WebhookDeliveries(endpoints, new WebhookSender({ now, timeoutMs }), retryDelaysMs);
  for (const endpoint of webhooks) endpoints.add(endpoint);
  store.events.subscribe((event) => {
    deliveries.take(event);
  });
  const index = new CustomerIndex(store, options.searchLagMs ?? 60_000);
  return { store, requests: [], endpoints, deliveries, index };
}

function createServer(parts: LocalStripeParts, options: LocalStripeOptions): FastifyInstance {
  const { store, requests, endpoints, deliveries, index } = parts;
  const app = fastify({ forceCloseConnections: true, routerOptions: { ignoreTrailingSlash: true } });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    done(null, body);
  });
  const { latencyMs = 0, sessionLifetimeMs = 3_600_000 } = options;
  const faults = new Faults();
  const routes = [
    ...createCustomerRoutes(store),
    createCustomerSearchRoute(index),
    ...createPaymentMethodRoutes(store),
    ...createTaxIdRoutes(store),
    ...createSourceRoutes(store),
    ...createProductRoutes(store),
    ...createPriceRoutes(store),
    ...createMeterRoutes(store),
    ...createCouponRoutes(store),
    ...createPromotionCodeRoutes(store),
    ...createDiscountRoutes(store),
    ...createSubscriptionRoutes(store),
    ...createSubscriptionScheduleRoutes(store),
    ...createFeedbackOptionRoutes(store),
    ...createPortalConfigurationRoutes(store),
    ...createPortalSessionRoutes(store),
    ...createInvoiceRoutes(store),
    ...createCheckoutSessionRoutes(store),
    ...createCheckoutControlRoutes(store),
    createAccountRoute(store),
    ...createEventRoutes(store),
    ...createWebhookEndpointRoutes(endpoints),
    createStateControlRoute(store),
    ...createControlRoutes(store, faults, requests),
    ...createBillingControlRoutes(store),
    ...createCustomerControlRoutes(store),
    ...createMisbehaviorRoutes(deliveries),
  ];
  registerIndex(app, routes, store.businessName);
  registerApi(app, routes, { store, idempotencyKeys: new IdempotencyKeys(), requests, latencyMs, faults });
  registerPortal(app, { store, sessionLifetimeMs, finishedFlows: new Set() });
  return app;
}
