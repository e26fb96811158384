import { z } from 'zod';
import { type KeySource, checkKeySource } from '../auth/key-source.ts';
import { isLoopback } from '../shared/urls.ts';
import type { Environment } from './environment.ts';
import * as variables from './variables.ts';

/** Every variable that the service reads. A blank value counts as unset, because `.env` and compose files contain `NAME=`. */
const schemas = {
  NODE_ENV: variables.nodeEnvironment,
  LOG_LEVEL: variables.logLevel.default('info'),
  DATABASE_URL: variables.databaseUrl.default('sqlite:./data/billing.db'),
  HOST: variables.name.optional(),
  PORT: variables.port.default(4000),
  METRICS_HOST: variables.name.optional(),
  METRICS_PORT: variables.port.optional(),
  PUBLIC_URL: variables.publicUrl.optional(),
  CORS_ORIGINS: variables.origins.default([]),
  CORS_CREDENTIALS: variables.flag.default(false),
  TRUST_PROXY: variables.trustProxy.default(false),
  RATE_LIMIT: variables.rateLimit.default({ requests: 60, perSeconds: 60 }),
  REDIS_URL: variables.redisUrl.optional(),
  LANDING_PAGE: variables.landingPage.optional(),
  TRUSTED_DOCUMENTS: variables.files.nullable().default(null),
  TRUSTED_DOCUMENTS_EXEMPT_ADMINS: variables.flag.default(false),
  FEDERATION: variables.flag.default(false),
  STRIPE_SECRET_KEY: variables.stripeSecretKey,
  STRIPE_API_URL: variables.httpUrl.optional(),
  STRIPE_ACCOUNT: variables.stripeAccount.optional(),
  STRIPE_SCOPE: variables.shortName.optional(),
  STRIPE_RATE_LIMIT: variables.stripeRateLimit.optional(),
  HTTPS_PROXY: variables.proxyUrl.optional(),
  NO_PROXY: variables.name.optional(),
  STRIPE_WEBHOOK_SECRETS: variables.webhookSecrets.default([]),
  LINK_BY_METADATA_KEY: variables.metadataKey.optional(),
  LINK_BY_CLIENT_REFERENCE_ID: variables.flag.default(false),
  CUSTOMER_CREATION: variables.customerCreation.default('never'),
  SIGN_UP_URL: variables.signUpUrl.optional(),
  JWT_JWKS_URL: variables.httpUrl.optional(),
  JWT_JWKS_ALLOW_HTTP: variables.flag.default(false),
  JWT_PUBLIC_KEY: z.string().optional(),
  JWT_SECRET: z.string().optional(),
  JWT_ISSUER: variables.name,
  JWT_AUDIENCE: variables.audiences,
  JWT_AUDIENCE_CLAIM: variables.name.default('aud'),
  JWT_REQUIRED_CLAIMS: variables.claimValues.default(new Map()),
  JWT_SUBJECT_CLAIM: variables.name.default('sub'),
  JWT_ROLES_CLAIM: variables.name.default('roles'),
  JWT_EMAIL_CLAIM: variables.name.optional(),
  REQUIRED_ROLE: variables.name.optional(),
  ADMIN_ROLE: variables.name.default('billing:admin'),
  AUDIT_RETENTION_DAYS: variables.days.default(365),
  RETURN_URLS: variables.returnUrls,
  PORTAL_POLICIES: variables.name.optional(),
  POLICY_NAMESPACE: variables.shortName.default('default'),
};

export type Variables = { readonly [Name in keyof typeof schemas]: z.output<(typeof schemas)[Name]> };

export const variableNames = Object.keys(schemas) as (keyof Variables)[];

export const stripeVariables = [
  'STRIPE_SECRET_KEY',
  'STRIPE_API_URL',
  'STRIPE_ACCOUNT',
  'STRIPE_SCOPE',
  'STRIPE_RATE_LIMIT',
  'HTTPS_PROXY',
  'NO_PROXY',
] as const;
export type StripeVariable = (typeof stripeVariables)[number];

export const linkingVariables = ['LINK_BY_METADATA_KEY', 'LINK_BY_CLIENT_REFERENCE_ID'] as const;
export type LinkingVariable = (typeof linkingVariables)[number];

export const keyVariables = ['JWT_JWKS_URL', 'JWT_PUBLIC_KEY', 'JWT_SECRET'] as const;

export const authVariables = [
  ...keyVariables,
  'JWT_JWKS_ALLOW_HTTP',
  'JWT_ISSUER',
  'JWT_AUDIENCE',
  'JWT_AUDIENCE_CLAIM',
  'JWT_REQUIRED_CLAIMS',
  'JWT_SUBJECT_CLAIM',
  'JWT_ROLES_CLAIM',
  'JWT_EMAIL_CLAIM',
] as const;
export type AuthVariable = (typeof authVariables)[number];

/** What a service inside a host reads: the host identifies the callers. */
export type HostedVariable = Exclude<keyof Variables, AuthVariable>;
export const hostedVariables = variableNames.filter(
  (name): name is HostedVariable => !(authVariables as readonly string[]).includes(name),
);

/** The valid variables. Variables with faults are missing. */
export type ReadVariables = Partial<Variables>;

/** Some machines set these only in lower case, which other tools also read. */
const alsoInLowerCase = new Set<keyof Variables>(['HTTPS_PROXY', 'NO_PROXY']);

export function isSet(env: Environment, name: keyof Variables): boolean {
  return findText(env, name) !== undefined;
}

function findText(env: Environment, name: keyof Variables): string | undefined {
  const names = alsoInLowerCase.has(name) ? [name, name.toLowerCase()] : [name];
  return names.map((each) => env[each]).find((text) => text !== undefined && text.trim() !== '');
}

/** Reads only these variables, so that faults of others do not matter. */
export function readVariables(
  env: Environment,
  names: readonly (keyof Variables)[] = variableNames,
): { values: ReadVariables; faults: string[] } {
  const faults: string[] = [];
  const values = names.flatMap((name): [string, unknown][] => {
    const text = findText(env, name);
    const result = z.safeParse(schemas[name], text);
    if (result.success) return [[name, result.data]];
    faults.push(
      ...result.error.issues.map((issue) => `${name}: ${text === undefined ? 'is required' : issue.message}`),
    );
    return [];
  });
  return { values: Object.fromEntries(values), faults };
}

/** Whether all these variables are valid. */
export function hasAll<Name extends keyof Variables>(
  values: ReadVariables,
  names: readonly Name[],
): values is ReadVariables & Pick<Variables, Name> {
  return names.every((name) => name in values);
}

/** Returns the sources of token keys that are set, each with its variable. Exactly one must be set. */
export function getKeySources(
  values: ReadVariables,
): { name: (typeof keyVariables)[number]; keySource: KeySource }[] {
  const { JWT_JWKS_URL: url, JWT_PUBLIC_KEY: pem, JWT_SECRET: secret } = values;
  const allowHttp = values.JWT_JWKS_ALLOW_HTTP ?? false;
  const proxy = { url: values.HTTPS_PROXY ?? null, except: values.NO_PROXY ?? '' };
  return [
    ...(url === undefined
      ? []
      : [{ name: keyVariables[0], keySource: { kind: 'jwks', url, allowHttp, proxy } as const }]),
    ...(pem === undefined ? [] : [{ name: keyVariables[1], keySource: { kind: 'publicKey', pem } as const }]),
    ...(secret === undefined
      ? []
      : [{ name: keyVariables[2], keySource: { kind: 'secret', secret } as const }]),
  ];
}

/** Finds faults that involve several variables. */
export function checkTogether(values: ReadVariables): string[] {
  return [...checkAuthKeys(values), ...checkStripe(values)];
}

export function checkAuthKeys(values: ReadVariables): string[] {
  const sources = getKeySources(values);
  const [source] = sources;
  if (source === undefined) return [`${keyVariables.join(', ')}: one of them is required, to verify tokens`];
  if (sources.length > 1) return [`${keyVariables.join(', ')}: set only one of them`];
  try {
    checkKeySource(source.keySource);
    return [];
  } catch (error) {
    return [`${source.name}: ${error instanceof Error ? error.message : 'cannot be used'}`];
  }
}

export const stripeOrigin = 'https://api.stripe.com';

export function checkStripe({
  STRIPE_SECRET_KEY: key,
  STRIPE_API_URL: url,
  STRIPE_SCOPE: scope,
}: ReadVariables): string[] {
  if (key === undefined) return [];
  const live = key.includes('_live_');
  const faults: string[] = [];
  if (url && live && url.origin !== stripeOrigin) {
    faults.push(
      `STRIPE_API_URL: a live key is only sent to ${stripeOrigin}; unset the variable, or use a test key`,
    );
  }
  if (url && !live && url.protocol === 'http:' && !isLoopback(url)) {
    faults.push('STRIPE_API_URL: expected https, or http on localhost, 127.0.0.1 or [::1]');
  }
  if (url && url.href !== `${url.origin}/`) {
    faults.push('STRIPE_API_URL: expected an origin without a path, such as http://127.0.0.1:12111');
  }
  if (scope !== undefined && scope.startsWith('live') !== live) {
    faults.push(
      'STRIPE_SCOPE: with a live key, the scope must begin with "live"; with a test key, it must not',
    );
  }
  return faults;
}
