import type { AuthConfig } from '../auth/authenticator.ts';
import { SetupError } from '../shared/errors.ts';
import type { AuthVariable, HostedVariable, StripeVariable } from './environment-schema.ts';
import type { ReadVariables, Variables } from './environment-schema.ts';
import {
  createProxyConfig,
  hasAll,
  hostedVariables,
  readKeySource,
  readVariables,
  stripeOrigin,
  stripeVariables,
  variableNames,
} from './environment-schema.ts';
import type { Environment } from './environment.ts';

/** The settings of a service inside a host, which identifies the callers: no setting is about tokens. */
export type HostedConfig = Readonly<ReturnType<typeof createConfig>>;

/** All settings of the service. `.env.example` describes each variable. */
export type Config = HostedConfig & { readonly auth: AuthConfig };

export type HttpConfig = Readonly<HostedConfig['http']>;
export type StripeConfig = Readonly<HostedConfig['stripe']>;

/** How users are linked to customers automatically. By default, nothing at Stripe names a user. */
export type LinkingConfig = Readonly<HostedConfig['linking']>;

/** Lists every fault of the settings, each with the variable's name and what the variable expects. */
export class ConfigurationError extends SetupError {
  override readonly name = 'ConfigurationError';

  constructor(readonly faults: readonly string[]) {
    super(['Invalid configuration:', ...faults.map((fault) => `  ${fault}`)].join('\n'));
  }
}

/** Converts environment variables into typed settings. It reads only its argument. @throws ConfigurationError */
export function loadConfig(env: Environment): Config {
  const { values, faults } = readVariables(env);
  const { keySource, faults: keyFaults } = readKeySource(values);
  faults.push(...keyFaults);
  if (faults.length > 0 || keySource === null || !hasAll(values, variableNames))
    throw new ConfigurationError(faults);
  return { ...createConfig(values), auth: createAuthConfig(values, keySource) };
}

/** Reads all variables but those of tokens. @throws ConfigurationError */
export function loadHostedConfig(env: Environment): HostedConfig {
  const { values, faults } = readVariables(env, hostedVariables);
  if (faults.length > 0 || !hasAll(values, hostedVariables)) throw new ConfigurationError(faults);
  return createConfig(values);
}

/** Commands serve no requests, so the settings that they do not read have their defaults. A missing key is empty. */
export function createCommandConfig(values: ReadVariables): HostedConfig {
  const defaults = readVariables({}).values as Variables;
  const config = createConfig({ ...defaults, RETURN_URLS: [], STRIPE_SECRET_KEY: '', ...values });
  return { ...config, logLevel: 'warn' };
}

/** Apollo Sandbox, standalone and embedded in a page. */
const sandboxOrigins = ['https://studio.apollographql.com', 'https://sandbox.embed.apollographql.com'];

function createConfig(values: Pick<Variables, HostedVariable>) {
  const production = values.NODE_ENV === 'production';
  const landingPage = values.LANDING_PAGE ?? (production ? 'none' : 'sandbox');
  const host = values.HOST ?? (production ? '0.0.0.0' : '127.0.0.1');
  return {
    logLevel: values.LOG_LEVEL,
    databaseUrl: values.DATABASE_URL,
    http: {
      host,
      /** 0 lets the system choose a free port. */
      port: values.PORT,
      metricsHost: values.METRICS_HOST ?? host,
      metricsPort: values.METRICS_PORT ?? null,
      corsOrigins: [...values.CORS_ORIGINS, ...(production ? [] : sandboxOrigins)],
      /** Whether pages may send cookies. The service itself reads none. */
      corsCredentials: values.CORS_CREDENTIALS,
      trustProxy: values.TRUST_PROXY,
      rateLimit: values.RATE_LIMIT,
      redisUrl: values.REDIS_URL ?? null,
      landingPage,
      trustedDocuments: values.TRUSTED_DOCUMENTS && {
        files: values.TRUSTED_DOCUMENTS,
        exemptRole: values.TRUSTED_DOCUMENTS_EXEMPT_ADMINS ? values.ADMIN_ROLE : null,
      },
      federation: values.FEDERATION,
      /** For explorers and code generators. */
      introspection: !production || landingPage !== 'none',
    },
    stripe: createStripeConfig(values),
    requiredRole: values.REQUIRED_ROLE ?? null,
    adminRole: values.ADMIN_ROLE,
    auditRetentionDays: values.AUDIT_RETENTION_DAYS,
    returnUrls: values.RETURN_URLS,
    explainsReturnUrls: values.NODE_ENV === 'development',
    policies: {
      file: values.PORTAL_POLICIES ?? null,
      /** Separates the configurations of deployments that share a Stripe account. */
      namespace: values.POLICY_NAMESPACE,
    },
    customerCreation: values.CUSTOMER_CREATION,
    signUpUrl: values.SIGN_UP_URL ?? null,
    linking: {
      /** The metadata key under which the operator's own server writes user ids at Stripe; null when none is set. */
      metadataKey: values.LINK_BY_METADATA_KEY ?? null,
      byClientReferenceId: values.LINK_BY_CLIENT_REFERENCE_ID,
    },
    /** Without secrets, the route of webhooks answers 404. */
    webhooks: { secrets: values.STRIPE_WEBHOOK_SECRETS },
    publicUrl: values.PUBLIC_URL ?? null,
  };
}

/** Below Stripe's own limit of 25 per second for each endpoint: https://docs.stripe.com/rate-limits */
const stripeRequestsPerSecond = 20;

/** Reads Stripe's settings alone. They are null if any variable has a fault, because the others might address the wrong Stripe. */
export function readStripeConfig(env: Environment): { stripe: StripeConfig | null; faults: string[] } {
  const { values, faults } = readVariables(env, stripeVariables);
  const isRead = faults.length === 0 && hasAll(values, stripeVariables);
  return { stripe: isRead ? createStripeConfig(values) : null, faults };
}

function createStripeConfig(values: Pick<Variables, StripeVariable>) {
  const livemode = values.STRIPE_SECRET_KEY.includes('_live_');
  const { origin = stripeOrigin } = values.STRIPE_API_URL ?? {};
  const requestsPerSecond = origin === stripeOrigin ? stripeRequestsPerSecond : null;
  return {
    secretKey: values.STRIPE_SECRET_KEY,
    livemode,
    apiUrl: values.STRIPE_API_URL ?? null,
    account: values.STRIPE_ACCOUNT ?? null,
    /** Selects the mappings: `test`, `live`, or a sandbox's name. */
    scope: values.STRIPE_SCOPE ?? (livemode ? 'live' : 'test'),
    proxy: createProxyConfig(values),
    requestsPerSecond: values.STRIPE_RATE_LIMIT === undefined ? requestsPerSecond : values.STRIPE_RATE_LIMIT,
  };
}

export function createAuthConfig(
  values: Pick<Variables, AuthVariable>,
  keySource: AuthConfig['keySource'],
): AuthConfig {
  return {
    keySource,
    issuer: values.JWT_ISSUER,
    audience: values.JWT_AUDIENCE,
    audienceClaim: values.JWT_AUDIENCE_CLAIM,
    requiredClaims: values.JWT_REQUIRED_CLAIMS,
    subjectClaim: values.JWT_SUBJECT_CLAIM,
    rolesClaim: values.JWT_ROLES_CLAIM,
    // When an organisation is billed, the e-mail address in the token is a member's, not the organisation's.
    emailClaim: values.JWT_EMAIL_CLAIM ?? (values.JWT_SUBJECT_CLAIM === 'sub' ? 'email' : null),
  };
}
