import * as z from 'zod';
import {
  matching,
  splitList,
  flag,
  name,
  shortName,
  port,
  databaseUrl,
  httpUrl,
  proxyUrl,
  publicUrl,
  signUpUrl,
  redisUrl,
  origins,
  returnUrls,
  claimValues,
  audiences,
  rateLimit,
  stripeRateLimit,
  trustProxy,
  stripeSecretKey,
  webhookSecrets,
  metadataKey,
} from './variable-values.ts';

export const stripeSchemas = {
  STRIPE_SECRET_KEY: stripeSecretKey,
  STRIPE_API_URL: httpUrl.optional(),
  STRIPE_ACCOUNT: matching(/^acct_\w+$/, 'expected a connected account, acct_…').optional(),
  STRIPE_SCOPE: shortName.optional(),
  STRIPE_RATE_LIMIT: stripeRateLimit.optional(),
  HTTPS_PROXY: proxyUrl.optional(),
  NO_PROXY: name.optional(),
};

export const linkingSchemas = {
  LINK_BY_METADATA_KEY: metadataKey.optional(),
  LINK_BY_CLIENT_REFERENCE_ID: flag.default(false),
};

/** Exactly one must be set. */
export const keySchemas = {
  JWT_JWKS_URL: httpUrl.optional(),
  JWT_PUBLIC_KEY: z.string().optional(),
  JWT_SECRET: z.string().optional(),
};

export const authSchemas = {
  ...keySchemas,
  JWT_JWKS_ALLOW_HTTP: flag.default(false),
  JWT_ISSUER: name,
  JWT_AUDIENCE: audiences,
  JWT_AUDIENCE_CLAIM: name.default('aud'),
  JWT_REQUIRED_CLAIMS: claimValues.default(new Map()),
  JWT_SUBJECT_CLAIM: name.default('sub'),
  JWT_ROLES_CLAIM: name.default('roles'),
  JWT_EMAIL_CLAIM: name.optional(),
};

/** Every variable that the service reads. A blank value counts as unset, because `.env` and compose files contain `NAME=`. */
export const schemas = {
  NODE_ENV: z.enum(['production', 'development', 'test']).default('production'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  DATABASE_URL: databaseUrl.default('sqlite:./data/billing.db'),
  HOST: name.optional(),
  PORT: port.default(4000),
  METRICS_HOST: name.optional(),
  METRICS_PORT: port.optional(),
  PUBLIC_URL: publicUrl.optional(),
  CORS_ORIGINS: origins.default([]),
  CORS_CREDENTIALS: flag.default(false),
  TRUST_PROXY: trustProxy.default(false),
  RATE_LIMIT: rateLimit.default({ requests: 60, perSeconds: 60 }),
  REDIS_URL: redisUrl.optional(),
  LANDING_PAGE: z.enum(['sandbox', 'graphiql', 'none']).optional(),
  TRUSTED_DOCUMENTS: name.transform(splitList).nullable().default(null),
  TRUSTED_DOCUMENTS_EXEMPT_ADMINS: flag.default(false),
  FEDERATION: flag.default(false),
  STRIPE_WEBHOOK_SECRETS: webhookSecrets.default([]),
  CUSTOMER_CREATION: z.enum(['never', 'on_demand']).default('never'),
  SIGN_UP_URL: signUpUrl.optional(),
  ...stripeSchemas,
  ...linkingSchemas,
  ...authSchemas,
  REQUIRED_ROLE: name.optional(),
  ADMIN_ROLE: name.default('billing:admin'),
  AUDIT_RETENTION_DAYS: matching(/^[1-9]\d{0,3}$/, 'expected a number of days from 1 to 9999')
    .transform(Number)
    .default(365),
  RETURN_URLS: returnUrls,
  PORTAL_POLICIES: name.optional(),
  POLICY_NAMESPACE: shortName.default('default'),
};
