import { AuditTrail } from './audit/audit-trail.service.ts';
import type { CommandConfig } from './config/command-config.ts';
import type { Database } from './database/database.ts';
import { observeDatabase, openDatabase } from './database/open-database.ts';
import type { Routes } from './http/create-server.ts';
import { type Logger, createLogger } from './logging/logger.ts';
import { Leases, type LeasesOptions } from './records/leases.ts';
import type { Erasure, UserToErase } from './shared/erasure.ts';
import type { OpenedParts } from './shared/opened-parts.ts';
import { StripeClient } from './stripe/stripe-client.ts';
import { Telemetry } from './telemetry/telemetry.ts';

/** The parts that every feature uses, in the service and in the command line. */
export interface Platform {
  readonly logger: Logger;
  readonly now: () => Date;
  readonly telemetry: Telemetry;
  readonly database: Database;
  /** Without a secret key, every call fails. */
  readonly stripe: StripeClient;
  readonly audit: AuditTrail;
  readonly leases: Leases;
}

export interface Feature {
  readonly resolvers: readonly object[];
  readonly routes?: readonly Routes[];
  eraseUser?(user: UserToErase): Promise<Erasure>;
}

export interface PlatformOverrides {
  readonly logger?: Logger;
  /** How long one call to Stripe may take, retries included, in place of the default. */
  readonly stripeDeadlineMs?: number;
  readonly leases?: LeasesOptions;
  readonly now?: () => Date;
}

/** Opens the platform. `closing` closes what was opened, also where opening fails halfway. */
export async function openPlatform(
  config: Pick<CommandConfig, 'logLevel' | 'http' | 'databaseUrl' | 'stripe'>,
  overrides: PlatformOverrides,
  closing: OpenedParts,
): Promise<Platform> {
  const { now = () => new Date(), logger = createLogger(config.logLevel) } = overrides;
  // prom-client is loaded only where metrics are asked for.
  const loaded = config.http.metricsPort === null ? null : await import('./telemetry/metrics.ts');
  const telemetry = new Telemetry(loaded && new loaded.Metrics());
  const database = observeDatabase(
    await openDatabase({ url: config.databaseUrl, scope: config.stripe.scope }),
    telemetry,
  );
  closing.add(() => database.close());
  const stripe = new StripeClient({
    ...config.stripe,
    deadlineMs: overrides.stripeDeadlineMs,
    telemetry,
  });
  closing.add(() => stripe.close());
  const audit = new AuditTrail(database.audit, logger, now);
  const leases = new Leases(database.records, overrides.leases);
  return { logger, now, telemetry, database, stripe, audit, leases };
}
