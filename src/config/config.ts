import type { z } from 'zod';
import type { AuthConfig } from '../auth/authenticator.ts';
import type { OutboundProxy } from '../shared/outbound-agent.ts';
import type { AllowedReturnUrl } from '../return-urls/allowed-return-url.ts';
import {
  type AuthVariable,
  type LinkingVariable,
  type ReadVariables,
  type StripeVariable,
  type Variables,
  checkStripe,
  checkTogether,
  getKeySources,
  hasAll,
  readVariables,
  stripeOrigin,
  stripeVariables,
  variableNames,
} from './environment-schema.ts';
import type { Environment } from './environment.ts';
import type * as variables from './variables.ts';

/** Everything the service is told from outside. See `.env.example` for each variable. */
export interface Config {
  readonly logLevel: z.infer<typeof variables.logLevel>;
  readonly databaseUrl: string;
  readonly http: HttpConfig;
  readonly stripe: StripeConfig;
  readonly auth: AuthConfig;
  /** The role that callers need for what is not an administrator's; null when any signed-in user may call. */
  readonly requiredRole: string | null;
  readonly adminRole: string;
  /** How long the audit trail is kept. */
  readonly auditRetentionDays: number;
  readonly returnUrls: readonly AllowedReturnUrl[];
  /** Whether a refusal of a return URL names the URL and the allowed ones. */
  readonly explainsReturnUrls: boolean;
  readonly policies: PoliciesConfig;
  /** Whether a user's first session makes a customer at Stripe where there is none. */
  readonly customerCreation: Variables['CUSTOMER_CREATION'];
  readonly linking: LinkingConfig;
  readonly webhooks: WebhooksConfig;
  /** Where this service is seen from; null makes links impossible. */
  readonly publicUrl: URL | null;
}

export interface WebhooksConfig {
  /** What events are signed with; empty when none are received. */
  readonly secrets: readonly string[];
}

/** What links users to customers without an administrator. By default, nothing at Stripe names a user. */
export interface LinkingConfig {
  /** The metadata key under which the operator's own server writes user ids at Stripe; null when it writes none. */
  readonly metadataKey: string | null;
  /** Whether the `client_reference_id` of a Checkout session names a user. */
  readonly byClientReferenceId: boolean;
}

export interface PoliciesConfig {
  /** The policy file; null lets Stripe's default configuration hold for everybody. */
  readonly file: string | null;
  /** Keeps deployments that share a Stripe account out of each other's way. */
  readonly namespace: string;
}

export interface HttpConfig {
  readonly host: string;
  /** 0 lets the system choose a free one. */
  readonly port: number;
  /** Where metrics are served, on the same host; null for nowhere. */
  readonly metricsPort: number | null;
  readonly corsOrigins: readonly string[];
  /** Whether pages may send cookies, which the service itself does not read. */
  readonly corsCredentials: boolean;
  readonly trustProxy: false | number | string[];
  /** Null when limits are off. */
  readonly rateLimit: variables.RateLimit | null;
  /** Where replicas count requests together; null lets each count its own. */
  readonly redisUrl: string | null;
  readonly landingPage: z.infer<typeof variables.landingPage>;
  /** Answer introspection queries: for explorers and code generators. */
  readonly introspection: boolean;
}

export interface StripeConfig {
  readonly secretKey: string;
  readonly livemode: boolean;
  /** Another place than Stripe's own API: the local Stripe, a test proxy. */
  readonly apiUrl: URL | null;
  /** The connected account to act on. */
  readonly account: string | null;
  /** Whose mappings are used: `test`, `live`, or a sandbox's name. */
  readonly scope: string;
  /** How many requests a second each of Stripe's endpoints gets from this process; null for any number. */
  readonly requestsPerSecond: number | null;
  readonly proxy: OutboundProxy;
}

/** Every fault of a configuration at once, each with the variable's name and what it expects. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(readonly faults: readonly string[]) {
    super(['The configuration has faults:', ...faults.map((fault) => `  ${fault}`)].join('\n'));
  }
}

/**
 * Turns environment variables into a typed configuration. Pure: it reads nothing but its argument.
 * @throws ConfigurationError
 */
export function loadConfig(env: Environment): Config {
  const { values, faults } = readVariables(env);
  faults.push(...checkTogether(values));
  const [source] = getKeySources(values);
  if (faults.length > 0 || source === undefined || !hasAll(values, variableNames))
    throw new ConfigurationError(faults);
  return deepFreeze(createConfig(values, source.keySource));
}

/** Apollo Sandbox: by itself, and within a page. */
const sandboxOrigins = ['https://studio.apollographql.com', 'https://sandbox.embed.apollographql.com'];

function createConfig(values: Variables, keySource: AuthConfig['keySource']): Config {
  const production = values.NODE_ENV === 'production';
  const landingPage = values.LANDING_PAGE ?? (production ? 'none' : 'sandbox');
  return {
    logLevel: values.LOG_LEVEL,
    databaseUrl: values.DATABASE_URL,
    http: {
      host: values.HOST ?? (production ? '0.0.0.0' : '127.0.0.1'),
      port: values.PORT,
      metricsPort: values.METRICS_PORT ?? null,
      corsOrigins: [...values.CORS_ORIGINS, ...(production ? [] : sandboxOrigins)],
      corsCredentials: values.CORS_CREDENTIALS,
      trustProxy: values.TRUST_PROXY,
      rateLimit: values.RATE_LIMIT,
      redisUrl: values.REDIS_URL ?? null,
      landingPage,
      introspection: !production || landingPage !== 'none',
    },
    stripe: createStripeConfig(values),
    auth: createAuthConfig(values, keySource),
    requiredRole: values.REQUIRED_ROLE ?? null,
    adminRole: values.ADMIN_ROLE,
    auditRetentionDays: values.AUDIT_RETENTION_DAYS,
    returnUrls: values.RETURN_URLS,
    explainsReturnUrls: values.NODE_ENV === 'development',
    policies: { file: values.PORTAL_POLICIES ?? null, namespace: values.POLICY_NAMESPACE },
    customerCreation: values.CUSTOMER_CREATION,
    linking: createLinkingConfig(values),
    webhooks: { secrets: values.STRIPE_WEBHOOK_SECRETS },
    publicUrl: values.PUBLIC_URL ?? null,
  };
}

/** Below Stripe's own 25 a second for each endpoint: https://docs.stripe.com/rate-limits */
const stripeRequestsPerSecond = 20;

/** The part of Stripe alone; null when a variable has a fault: what is left might lead to another Stripe than was meant. */
export function readStripeConfig(env: Environment): { stripe: StripeConfig | null; faults: string[] } {
  const { values, faults } = readVariables(env, stripeVariables);
  faults.push(...checkStripe(values));
  const isRead = faults.length === 0 && hasAll(values, stripeVariables);
  return { stripe: isRead ? createStripeConfig(values) : null, faults };
}

function createStripeConfig(values: Pick<Variables, StripeVariable>): StripeConfig {
  const livemode = values.STRIPE_SECRET_KEY.includes('_live_');
  const { origin = stripeOrigin } = values.STRIPE_API_URL ?? {};
  const requestsPerSecond = origin === stripeOrigin ? stripeRequestsPerSecond : null;
  return {
    secretKey: values.STRIPE_SECRET_KEY,
    livemode,
    apiUrl: values.STRIPE_API_URL ?? null,
    account: values.STRIPE_ACCOUNT ?? null,
    scope: values.STRIPE_SCOPE ?? (livemode ? 'live' : 'test'),
    proxy: createProxyConfig(values),
    requestsPerSecond: values.STRIPE_RATE_LIMIT === undefined ? requestsPerSecond : values.STRIPE_RATE_LIMIT,
  };
}

/** The part of linking, from variables that have no faults. */
export function createLinkingConfig(values: Pick<ReadVariables, LinkingVariable>): LinkingConfig {
  return {
    metadataKey: values.LINK_BY_METADATA_KEY ?? null,
    byClientReferenceId: values.LINK_BY_CLIENT_REFERENCE_ID ?? false,
  };
}

/** The proxy for HTTPS requests to other systems. */
export function createProxyConfig(values: Pick<Variables, 'HTTPS_PROXY' | 'NO_PROXY'>): OutboundProxy {
  return { url: values.HTTPS_PROXY ?? null, except: values.NO_PROXY ?? '' };
}

/** The part of tokens, from variables that have no faults. */
export function createAuthConfig(
  values: Pick<Variables, AuthVariable>,
  keySource: AuthConfig['keySource'],
): AuthConfig {
  return {
    keySource,
    issuer: values.JWT_ISSUER,
    audience: values.JWT_AUDIENCE,
    audienceClaim: values.JWT_AUDIENCE_CLAIM,
    subjectClaim: values.JWT_SUBJECT_CLAIM,
    rolesClaim: values.JWT_ROLES_CLAIM,
    // The e-mail address of the person is not that of an organisation.
    emailClaim: values.JWT_EMAIL_CLAIM ?? (values.JWT_SUBJECT_CLAIM === 'sub' ? 'email' : null),
  };
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) {
    // A URL's state is in private fields, out of reach of freezing.
    if (typeof inner === 'object' && inner !== null && !(inner instanceof URL)) deepFreeze(inner as object);
  }
  return Object.freeze(value);
}
