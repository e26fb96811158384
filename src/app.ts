import 'reflect-metadata';
import type { GraphQLSchema } from 'graphql';
import { type Account, createAccount } from './account/create-account.ts';
import { type Audit, createAudit } from './audit/audit.resolver.ts';
import type { CommandConfig } from './config/command-config.ts';
import type { Config, HostedConfig } from './config/config.ts';
import { type Configurations, createConfigurations } from './configurations/create-configurations.ts';
import { type Customers, createCustomers } from './customers/create-customers.ts';
import { type EmailLinksFeature, createEmailLinks } from './email-links/create-email-links.ts';
import { createSchema, observeOperations } from './graphql/schema.ts';
import { type Identify, identifyByToken } from './http/authentication.ts';
import type { HttpEntrances } from './http/create-server.ts';
import { type Feature, type Platform, type PlatformOverrides, openPlatform } from './platform.ts';
import { loadPolicyFile } from './policies/policy-file.ts';
import type { PolicySet } from './policies/policy-set.ts';
import { PortalPolicies } from './policies/portal-policies.service.ts';
import { type Portal, createPortal } from './portal/create-portal.ts';
import { createSweeper } from './process/sweeper.ts';
import { ReturnUrls } from './return-urls/return-urls.ts';
import { openAll } from './shared/opened-parts.ts';
import { createSubjectHash } from './telemetry/telemetry.ts';
import { type Webhooks, createWebhooks } from './webhooks/create-webhooks.ts';

export interface AppOverrides extends PlatformOverrides {
  /** How many milliseconds a stopping server still accepts requests; 0 by default. */
  readonly lingerMs?: number;
}

type HostedOptions = AppOverrides & { readonly identify: Identify };

export interface App extends Omit<HttpEntrances, 'listen'> {
  readonly schema: GraphQLSchema;
  readonly features: Features;
  startSweeping(): void;
  /** Listens, and returns the address: `http://127.0.0.1:4000`. */
  start(): Promise<string>;
  stop(): Promise<void>;
}

export async function createApp(config: Config, overrides: AppOverrides = {}): Promise<App> {
  return await composeApp(config, { identify: identifyByToken(config.auth), ...overrides });
}

export interface Features {
  readonly audit: Audit;
  readonly customers: Customers;
  readonly account: Account;
  readonly configurations: Configurations;
  readonly portal: Portal;
  readonly emailLinks: EmailLinksFeature;
  readonly webhooks: Webhooks;
}

export function createFeatures(
  platform: Platform,
  config: Omit<CommandConfig, 'logLevel' | 'http' | 'databaseUrl'>,
  policySet: PolicySet | null,
): Features {
  const audit = createAudit(platform);
  const customers = createCustomers(platform, config);
  const returnUrls = new ReturnUrls(config.returnUrls, config.explainsReturnUrls);
  const configurations = createConfigurations(platform, returnUrls, config);
  const { subscriptions } = customers;
  const policies = policySet && new PortalPolicies({ ...platform, subscriptions, set: policySet });
  const portal = createPortal(platform, { customers, returnUrls, configurations, policies }, config);
  const account = createAccount(platform, customers, portal, config);
  const emailLinks = createEmailLinks(platform, customers, portal, config);
  const webhooks = createWebhooks(platform, { customers, account, configurations }, config);
  return { audit, customers, account, configurations, portal, emailLinks, webhooks };
}

/** Builds everything in the order in which it is needed. A stop, or a failure halfway, closes it in reverse. */
export function composeApp(config: HostedConfig, options: HostedOptions): Promise<App> {
  return openAll(async (closing) => {
    const { file } = config.policies;
    const policySet = file === null ? null : await loadPolicyFile(file, config.returnUrls);
    const platform = await openPlatform(config, options, closing);
    const features = createFeatures(platform, config, policySet);
    const all = Object.values<Feature>({ ...features });
    const schema = createSchema(all, config);
    observeOperations(schema, platform.telemetry);
    const sweeper = createSweeper(platform, config);
    closing.add(() => sweeper.stop());
    const parts = {
      lingerMs: 0,
      ...options,
      ...platform,
      schema,
      routes: all.flatMap(({ routes = [] }) => routes),
      hashSubject: createSubjectHash(config.stripe.secretKey),
    };
    // Commands compose the features as well, and need not wait until the server's packages are loaded.
    const { createServer } = await import('./http/create-server.ts');
    const { listen, ...entrances } = await createServer(config.http, parts, closing);
    return {
      schema,
      features,
      ...entrances,
      startSweeping: () => sweeper.start(),
      start: () => {
        sweeper.start();
        return listen();
      },
      stop: () => closing.close(),
    };
  });
}
