import 'reflect-metadata';
import type { GraphQLSchema } from 'graphql';
import { AuditTrail } from './audit/audit-trail.service.ts';
import { AuditResolver } from './audit/audit.resolver.ts';
import { createAuthenticator } from './auth/authenticator.ts';
import type { Config } from './config/config.ts';
import { AutomaticLinks } from './customers/automatic-links.ts';
import { BillingCustomerResolver } from './account/billing-customer.resolver.ts';
import { BillingCustomers } from './account/billing-customer.service.ts';
import { CreationAttempts } from './customers/creation-attempts.ts';
import { createCustomerAdminResolvers } from './customers/customer-admin-resolvers.ts';
import { CustomerConflicts } from './customers/customer-conflicts.ts';
import { CustomerCreation } from './customers/customer-creation.service.ts';
import { CustomerReader } from './account/customer-reader.ts';
import { CustomerSubscriptions } from './customers/customer-subscriptions.ts';
import { CustomerSync } from './account/customer-sync.service.ts';
import { CustomersByMetadata } from './customers/customers-by-metadata.ts';
import { OwnCustomers } from './customers/own-customer.service.ts';
import { RemovedLinks } from './customers/removed-links.ts';
import { SnapshotRegister } from './account/snapshot-register.ts';
import { openDatabase } from './database/open-database.ts';
import { observeDatabase } from './database/observed-database.ts';
import { observeOperations } from './graphql/observed-operations.ts';
import { createSchema } from './graphql/schema.ts';
import { authenticateRequests } from './http/authentication.ts';
import { addBillingPortalRoutes } from './portal/billing-portal.routes.ts';
import { addGraphqlRoutes } from './http/graphql.routes.ts';
import { addHealthRoutes } from './http/health.routes.ts';
import { createHttpServer } from './http/http-server.ts';
import { createMetricsServer } from './http/metrics-server.ts';
import { addPortalLinkRoutes } from './email-links/email-link.routes.ts';
import { createRateLimits, limitAddresses, limitSubjects } from './http/rate-limit.ts';
import { addWebhookRoutes } from './webhooks/webhook.routes.ts';
import { createLinkPages } from './email-links/email-link-pages.ts';
import { LinkRegister } from './email-links/email-link-register.ts';
import { LinkVisits } from './email-links/email-link-visits.service.ts';
import { PortalLinkResolver } from './email-links/email-link.resolver.ts';
import { PortalLinks } from './email-links/email-links.service.ts';
import { type Logger, createLogger } from './logging/logger.ts';
import { OpenedParts } from './process/opened-parts.ts';
import { StripeConfigurations } from './configurations/stripe-configurations.service.ts';
import { ConfigurationIdCache } from './configurations/configuration-id-cache.service.ts';
import { loadPolicyFile } from './policies/policy-file.ts';
import { PortalPolicies } from './policies/portal-policies.service.ts';
import { ConfigurationAdmin } from './configurations/configuration-admin.service.ts';
import { ConfigurationAdminResolver } from './configurations/configuration-admin.resolver.ts';
import { SupportSessionResolver } from './portal/support-session.resolver.ts';
import { ConfigurationChooser } from './portal/configuration-chooser.service.ts';
import { PortalFlows } from './portal/portal-flows.service.ts';
import { PortalSessions } from './portal/portal-sessions.service.ts';
import { PortalResolver } from './portal/portal.resolver.ts';
import { ReturnUrls } from './return-urls/return-urls.ts';
import { SupportSessions } from './portal/support-sessions.service.ts';
import { Leases, type LeasesOptions } from './records/leases.ts';
import { removeAll } from './records/remove-all.ts';
import { SweepClock } from './records/sweep-clock.ts';
import { StripeClient } from './stripe/stripe-client.ts';
import { Sweeper } from './process/sweeper.ts';
import { createMetrics } from './telemetry/create-metrics.ts';
import { noMetrics } from './telemetry/metrics.ts';
import { createSubjectHash } from './telemetry/subject-hash.ts';
import { Telemetry } from './telemetry/telemetry.ts';
import { createWebhookHandlers } from './webhooks/webhook-handlers.ts';
import { WebhookProcessor } from './webhooks/webhook-processor.service.ts';

export interface AppOverrides {
  /** What logs, in place of one that writes to stdout. */
  readonly logger?: Logger;
  /** How long one call to Stripe may take, retries included, in place of the default. */
  readonly stripeDeadlineMs?: number;
  /** How many failures in a row hold off calls to Stripe, in place of the default. */
  readonly stripeFailuresToOpen?: number;
  /** Milliseconds for which a stop goes on to answer, so that clients can turn elsewhere; else none. */
  readonly lingerMs?: number;
  /** How leases are kept, in place of the defaults. */
  readonly leases?: LeasesOptions;
  /** The time by which policies are decided and kept up, in place of the clock's. */
  readonly now?: () => Date;
}

export interface App {
  /** What `/graphql` serves. */
  readonly schema: GraphQLSchema;
  /** Listens, and tells where: `http://127.0.0.1:4000`. */
  start(): Promise<string>;
  /** Ends what is under way, then closes what was opened. */
  stop(): Promise<void>;
}

/** Leaves nothing open where it fails. */
export async function createApp(config: Config, overrides: AppOverrides = {}): Promise<App> {
  const opened = new OpenedParts();
  try {
    return await composeApp(config, overrides, opened);
  } catch (error) {
    await opened.close().catch(() => undefined);
    throw error;
  }
}

/** The composition root: everything is built here in the order in which it is needed, and stopped in reverse. */
async function composeApp(config: Config, overrides: AppOverrides, opened: OpenedParts): Promise<App> {
  const { now = () => new Date(), logger = createLogger(config.logLevel) } = overrides;
  const authenticator = await createAuthenticator(config.auth);
  const policySet = config.policies.file === null ? null : await loadPolicyFile(config.policies.file);
  const metrics = config.http.metricsPort === null ? null : await createMetrics();
  const telemetry = new Telemetry(metrics ?? noMetrics);
  const database = observeDatabase(
    await openDatabase({ url: config.databaseUrl, scope: config.stripe.scope }),
    telemetry,
  );
  opened.add(() => database.close());
  const stripe = new StripeClient({
    ...config.stripe,
    deadlineMs: overrides.stripeDeadlineMs,
    failuresToOpen: overrides.stripeFailuresToOpen,
    telemetry,
  });
  opened.add(() => stripe.close());

  const audit = new AuditTrail(database.audit, logger, now);
  const sweeper = new Sweeper(
    new SweepClock(database.records, now),
    {
      'audit trail': (by) => audit.sweep(config.auditRetentionDays, by),
      records: (by) => removeAll(() => database.records.removeExpired(by)),
    },
    logger,
  );
  opened.add(() => sweeper.stop());
  const returnUrls = new ReturnUrls(config.returnUrls, config.explainsReturnUrls);
  const subscriptions = new CustomerSubscriptions(stripe);
  const policies = policySet && new PortalPolicies(policySet, subscriptions, logger, now);
  const registry = new StripeConfigurations(stripe, config.policies.namespace, now);
  const managed = new ConfigurationIdCache(registry, now);
  const configurations = new ConfigurationChooser(database.customers, stripe, policies, managed);
  const flows = new PortalFlows(returnUrls, subscriptions);
  const automaticLinks = new AutomaticLinks(database.customers, new RemovedLinks(database.records));
  const conflicts = new CustomerConflicts({ records: database.records, audit, metrics: telemetry.metrics });
  const creation =
    config.customerCreation === 'never'
      ? null
      : new CustomerCreation({
          directory: database.customers,
          links: automaticLinks,
          customers: new CustomersByMetadata(stripe),
          attempts: new CreationAttempts(database.records, now),
          conflicts,
          stripe,
          audit,
          now,
          metadataKey: config.linking.metadataKey,
        });
  const ownCustomers = new OwnCustomers(database.customers, creation);
  const sessions = new PortalSessions(
    ownCustomers,
    returnUrls,
    configurations,
    flows,
    stripe,
    config.stripe.livemode,
    now,
    telemetry.metrics,
  );
  const leases = new Leases(database.records, overrides.leases);
  const snapshots = new SnapshotRegister(database.records);
  const reader = new CustomerReader(subscriptions, stripe, now);
  const sync = new CustomerSync(database.customers, snapshots, reader, leases);
  // Without webhooks nothing would keep a snapshot true.
  const kept = config.webhooks.secrets.length > 0 ? { register: snapshots, sync, logger, now } : null;
  const customers = new BillingCustomers(database.customers, reader, kept);
  const linkParts = {
    links: new LinkRegister(database.records),
    customers: database.customers,
    returnUrls,
    now,
  };
  const links = new PortalLinks({ ...linkParts, flows, audit, publicUrl: config.publicUrl });
  const linkVisits = new LinkVisits({ ...linkParts, leases, sessions });

  const schema = createSchema({
    resolvers: [
      new PortalResolver(sessions, configurations),
      new ConfigurationAdminResolver(new ConfigurationAdmin(stripe, returnUrls, audit)),
      new SupportSessionResolver(new SupportSessions(database.customers, sessions, audit)),
      new BillingCustomerResolver(customers),
      ...createCustomerAdminResolvers({
        conflicts,
        directory: database.customers,
        records: database.records,
        leases,
        stripe,
        audit,
      }),
      new PortalLinkResolver(links),
      new AuditResolver(audit),
    ],
    requiredRole: config.requiredRole,
    adminRole: config.adminRole,
  });

  observeOperations(schema, telemetry);

  const metricsServer = metrics && createMetricsServer(metrics);
  opened.add(() => metricsServer?.close());
  const hashSubject = createSubjectHash(config.stripe.secretKey);
  const limits = await createRateLimits(config.http, logger);
  opened.add(() => limits.close());
  const { lingerMs = 0 } = overrides;
  const { server, closing } = await createHttpServer(config.http, logger, {
    telemetry,
    hashSubject,
    lingerMs,
  });
  addHealthRoutes(server, database, closing, logger);
  await server.register(async (api) => {
    limitAddresses(api, limits);
    authenticateRequests(api, authenticator);
    limitSubjects(api, limits);
    addBillingPortalRoutes(api, { sessions, requiredRole: config.requiredRole });
    await addGraphqlRoutes(api, { schema, config: config.http, logger });
  });
  await server.register((pages, _options, done) => {
    limitAddresses(pages, limits);
    addPortalLinkRoutes(pages, { visits: linkVisits, pages: createLinkPages(config.stripe.apiUrl) });
    done();
  });
  if (config.webhooks.secrets.length > 0) {
    const { secrets } = config.webhooks;
    const { livemode, account } = config.stripe;
    const handlers = createWebhookHandlers({
      stripe,
      directory: database.customers,
      links: automaticLinks,
      conflicts,
      sync,
      audit,
      leases,
      logger,
      configurations: managed,
      linking: config.linking,
    });
    const processor = new WebhookProcessor(handlers, database.records, leases);
    await server.register((api, _options, done) => {
      addWebhookRoutes(api, {
        processor,
        secrets,
        origin: { livemode, account },
        now,
        metrics: telemetry.metrics,
        refusals: limits.refusedDeliveries,
      });
      done();
    });
  }

  opened.add(() => server.close());
  return {
    schema,
    start: async () => {
      const { host, port, metricsPort } = config.http;
      await metricsServer?.listen({ host, port: metricsPort ?? 0 });
      const url = await server.listen({ host, port });
      sweeper.start();
      return url;
    },
    stop: () => opened.close(),
  };
}
