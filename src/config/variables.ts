import * as z from 'zod';
import * as values from './variable-values.ts';

export const stripeSchemas = {
  STRIPE_SECRET_KEY: values.stripeSecretKey,
  STRIPE_API_URL: values.httpUrl.optional(),
  STRIPE_ACCOUNT: values.matching(/^acct_\w+$/, 'expected a connected account, acct_…').optional(),
  STRIPE_SCOPE: values.shortName.optional(),
  STRIPE_RATE_LIMIT: values.stripeRateLimit.optional(),
  HTTPS_PROXY: values.proxyUrl.optional(),
  NO_PROXY: values.name.optional(),
};

export const linkingSchemas = {
  LINK_BY_METADATA_KEY: values.metadataKey.optional(),
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
  JWT_AUDIENCE: values.audiences,
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
  DATABASE_URL: values.databaseUrl.default('sqlite:./data/billing.db'),
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
  STRIPE_WEBHOOK_SECRETS: values.webhookSecrets.default([]),
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
