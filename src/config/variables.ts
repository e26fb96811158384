import * as z from 'zod';
import * as values from './variable-values.ts';

export const stripeSchemas = {
  STRIPE_SECRET_KEY: values.matching(
    /^(sk|rk)_(test|live)_\w+$/,
    'expected a Stripe secret or restricted key: sk_test_…, rk_test_…, sk_live_… or rk_live_…',
  ),
  STRIPE_API_URL: values.httpUrl.optional(),
  STRIPE_ACCOUNT: values.matching(/^acct_\w+$/, 'expected a connected account, acct_…').optional(),
  STRIPE_SCOPE: values.shortName.optional(),
  STRIPE_RATE_LIMIT: values
    .matching(/^(off|[1-9]\d{0,4})$/, 'expected a number of requests per second, such as 20, or off')
    .transform((value) => (value === 'off' ? null : Number(value)))
    .optional(),
  HTTPS_PROXY: values.proxyUrl.optional(),
  NO_PROXY: values.name.optional(),
};

export const linkingSchemas = {
  /** Stripe allows 40 characters. These characters need no escaping in its search queries. */
  LINK_BY_METADATA_KEY: values
    .matching(/^[A-Za-z0-9_.-]{1,40}$/, 'expected up to 40 letters, digits, dots, dashes and underscores')
    .refine(
      (key) => !key.startsWith('billing_portal_'),
      'expected another key: the service itself writes keys that begin with billing_portal_',
    )
    .optional(),
  LINK_BY_CLIENT_REFERENCE_ID: values.flag.default(false),
};

/** Exactly one must be set. */
export const keySchemas = {
  JWT_JWKS_URL: values.httpUrl.optional(),
  JWT_PUBLIC_KEY: z.string().optional(),
  JWT_SECRET: z.string().optional(),
};

export const authSchemas = {
  ...keySchemas,
  JWT_JWKS_ALLOW_HTTP: values.flag.default(false),
  JWT_ISSUER: values.name,
  /** Several clients of one product, such as a website and an app, may have an audience each. */
  JWT_AUDIENCE: values.name.transform(values.splitList).refine((names) => names.length > 0, 'is required'),
  JWT_AUDIENCE_CLAIM: values.name.default('aud'),
  JWT_REQUIRED_CLAIMS: values.claimValues.default(new Map()),
  JWT_SUBJECT_CLAIM: values.name.default('sub'),
  JWT_ROLES_CLAIM: values.name.default('roles'),
  JWT_EMAIL_CLAIM: values.name.optional(),
};

/** Every variable that the service reads. A blank value counts as unset, because `.env` and compose files contain `NAME=`. */
export const schemas = {
  NODE_ENV: z.enum(['production', 'development', 'test']).default('production'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** Without a name, MongoDB uses the database "test", which other services may share. */
  DATABASE_URL: z
    .string()
    .regex(/^(mongodb(\+srv)?:\/\/|sqlite:).+/, 'expected mongodb://…, mongodb+srv://… or sqlite:PATH')
    .regex(
      /^(?!mongodb)|^mongodb(\+srv)?:\/\/[^/?]+\/[^/?]+(\?|$)/,
      'expected the name of a database after the host, such as mongodb://db.example.com/billing',
    )
    .default('sqlite:./data/billing.db'),
  HOST: values.name.optional(),
  PORT: values.port.default(4000),
  METRICS_HOST: values.name.optional(),
  METRICS_PORT: values.port.optional(),
  PUBLIC_URL: values.publicUrl.optional(),
  CORS_ORIGINS: values.origins.default([]),
  CORS_CREDENTIALS: values.flag.default(false),
  TRUST_PROXY: values.trustProxy.default(false),
  RATE_LIMIT: values.rateLimit.default({ requests: 60, perSeconds: 60 }),
  REDIS_URL: values.redisUrl.optional(),
  LANDING_PAGE: z.enum(['sandbox', 'graphiql', 'none']).optional(),
  TRUSTED_DOCUMENTS: values.name.transform(values.splitList).nullable().default(null),
  TRUSTED_DOCUMENTS_EXEMPT_ADMINS: values.flag.default(false),
  FEDERATION: values.flag.default(false),
  /** During a rotation there are several secrets, and an event may be signed with any of them. */
  STRIPE_WEBHOOK_SECRETS: z
    .string()
    .transform(values.splitList)
    .refine(
      (secrets) => secrets.every((secret) => /^whsec_[\w+/=-]{8,}$/.test(secret)),
      'expected signing secrets of webhook endpoints, separated by commas: whsec_ and at least 8 letters or digits',
    )
    .default([]),
  CUSTOMER_CREATION: z.enum(['never', 'on_demand']).default('never'),
  SIGN_UP_URL: values.signUpUrl.optional(),
  ...stripeSchemas,
  ...linkingSchemas,
  ...authSchemas,
  REQUIRED_ROLE: values.name.optional(),
  ADMIN_ROLE: values.name.default('billing:admin'),
  AUDIT_RETENTION_DAYS: values
    .matching(/^[1-9]\d{0,3}$/, 'expected a number of days from 1 to 9999')
    .transform(Number)
    .default(365),
  RETURN_URLS: values.returnUrls,
  PORTAL_POLICIES: values.name.optional(),
  POLICY_NAMESPACE: values.shortName.default('default'),
};
