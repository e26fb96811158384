import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { registerApi } from './api-server.ts';
import { controlRoutes } from './control-routes.ts';
import { Faults } from './faults.ts';
import { IdempotencyKeys } from './idempotency.ts';
import { registerPortal } from './portal-page/portal-routes.ts';
import type { RecordedRequest } from './recorded-request.ts';
import { customerRoutes } from './resources/customers.ts';
import { eventRoutes } from './resources/events.ts';
import { invoiceRoutes } from './resources/invoices.ts';
import { paymentMethodRoutes } from './resources/payment-methods.ts';
import { portalConfigurationRoutes } from './resources/portal-configurations.ts';
import { portalSessionRoutes } from './resources/portal-sessions.ts';
import { priceRoutes } from './resources/prices.ts';
import { productRoutes } from './resources/products.ts';
import { subscriptionRoutes } from './resources/subscriptions.ts';
import { Store } from './store.ts';

export interface StripeEmulatorOptions {
  /** Default 127.0.0.1: the emulator checks no key's secret, so it belongs on loopback. */
  readonly host?: string;
  /** Default 0: a free port. */
  readonly port?: number;
  readonly now?: () => Date;
  /** How long a portal session's page works; default an hour. */
  readonly sessionLifetimeMs?: number;
  /** How long every answer of the API takes; default 0. */
  readonly latencyMs?: number;
  /** Whose portal it is, on the hosted pages and invoices. */
  readonly businessName?: string;
}

/** A local Stripe: its API and its hosted portal page, in memory, over HTTP. */
export interface StripeEmulator {
  /** `http://127.0.0.1:PORT`; known once started. */
  readonly url: string;
  /** Every API call since the start, in order. */
  readonly requests: readonly RecordedRequest[];
  start(): Promise<void>;
  stop(): Promise<void>;
}

export function createStripeEmulator(options: StripeEmulatorOptions = {}): StripeEmulator {
  const { host = '127.0.0.1', port = 0, now = () => new Date() } = options;
  const store = new Store(now);
  const requests: RecordedRequest[] = [];
  const app = createServer(store, requests, options);
  return {
    get url() {
      if (!store.baseUrl) throw new Error('The local Stripe has not been started: call start() first.');
      return store.baseUrl;
    },
    requests,
    async start() {
      store.baseUrl = await app.listen({ host, port });
    },
    async stop() {
      await app.close();
    },
  };
}

function createServer(
  store: Store,
  requests: RecordedRequest[],
  options: StripeEmulatorOptions,
): FastifyInstance {
  const app = fastify({ forceCloseConnections: true, routerOptions: { ignoreTrailingSlash: true } });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    done(null, body);
  });
  const { latencyMs = 0, sessionLifetimeMs = 3_600_000, businessName = 'Acme' } = options;
  const faults = new Faults();
  const routes = [
    ...customerRoutes(store),
    ...paymentMethodRoutes(store),
    ...productRoutes(store),
    ...priceRoutes(store),
    ...subscriptionRoutes(store),
    ...portalConfigurationRoutes(store),
    ...portalSessionRoutes(store),
    ...invoiceRoutes(store),
    ...eventRoutes(store),
    ...controlRoutes(store, faults, requests),
  ];
  registerApi(app, routes, { store, idempotencyKeys: new IdempotencyKeys(), requests, latencyMs, faults });
  registerPortal(app, { store, sessionLifetimeMs, businessName, finishedFlows: new Set() });
  return app;
}
