import type { AuthConfig } from '../auth/authenticator.ts';
import { noProxy } from '../shared/outbound-agent.ts';
import type { HostedConfig, HttpConfig, StripeConfig } from './config.ts';
import { ConfigurationError, createAuthConfig, createLinkingConfig, readStripeConfig } from './config.ts';
import type { LinkingVariable } from './environment-schema.ts';
import { authVariables, hasAll, isSet, readKeySource, readVariables } from './environment-schema.ts';
import type { Environment } from './environment.ts';

/** The settings that the platform and the features need, in commands and in the service. */
export interface CommandConfig extends Omit<HostedConfig, 'http' | 'stripe' | 'auditRetentionDays'> {
  readonly http: Pick<HttpConfig, 'metricsPort'>;
  /** Without a key, the command cannot call Stripe. */
  readonly stripe: Omit<StripeConfig, 'secretKey'> & { readonly secretKey: string | null };
}

/** Commands serve no requests, so the settings for requests have neutral values. */
function createCommandConfig(own: Pick<CommandConfig, 'databaseUrl' | 'stripe'>): CommandConfig {
  return {
    logLevel: 'warn',
    http: { metricsPort: null },
    requiredRole: null,
    adminRole: 'billing:admin',
    returnUrls: [],
    explainsReturnUrls: false,
    policies: { file: null, namespace: 'none' },
    customerCreation: 'never',
    signUpUrl: null,
    linking: createLinkingConfig({}),
    webhooks: { secrets: [] },
    publicUrl: null,
    ...own,
  };
}

/** The scope is derived from the key, or set by STRIPE_SCOPE. @throws ConfigurationError */
export function loadStoreConfig(env: Environment, alsoRead: readonly LinkingVariable[] = []): CommandConfig {
  const { stripe, faults: stripeFaults } = isSet(env, 'STRIPE_SECRET_KEY')
    ? readStripeConfig(env)
    : readKeylessStripe(env);
  const { values, faults } = readVariables(env, ['DATABASE_URL', ...alsoRead]);
  faults.push(...stripeFaults);
  const { DATABASE_URL: databaseUrl } = values;
  if (faults.length > 0 || databaseUrl === undefined || stripe === null) throw new ConfigurationError(faults);
  return { ...createCommandConfig({ databaseUrl, stripe }), linking: createLinkingConfig(values) };
}

function readKeylessStripe(env: Environment): { stripe: CommandConfig['stripe'] | null; faults: string[] } {
  const { values, faults } = readVariables(env, ['STRIPE_SCOPE']);
  const { STRIPE_SCOPE: scope } = values;
  if (scope === undefined && faults.length === 0)
    faults.push(
      'STRIPE_SECRET_KEY, STRIPE_SCOPE: one of them is required, to select the mappings of test, live or a sandbox',
    );
  const keyless = { secretKey: null, livemode: false, apiUrl: null, account: null, requestsPerSecond: null };
  return { stripe: scope === undefined ? null : { ...keyless, scope, proxy: noProxy }, faults };
}

export interface PoliciesCommandConfig extends CommandConfig {
  readonly policies: { readonly file: string; readonly namespace: string };
}

/** Reads the policy file's path, the namespace, and RETURN_URLS if it is set. @throws ConfigurationError */
export function loadPoliciesConfig(env: Environment): PoliciesCommandConfig {
  const { stripe, faults } = readStripeConfig(env);
  const urls = isSet(env, 'RETURN_URLS') ? (['RETURN_URLS'] as const) : [];
  const { values, faults: more } = readVariables(env, ['PORTAL_POLICIES', 'POLICY_NAMESPACE', ...urls]);
  faults.push(...more);
  const { PORTAL_POLICIES: file, POLICY_NAMESPACE: namespace } = values;
  if (file === undefined) faults.push('PORTAL_POLICIES: is required');
  if (faults.length > 0 || stripe === null || file === undefined || namespace === undefined)
    throw new ConfigurationError(faults);
  // These commands store nothing: policies are applied at Stripe.
  const databaseUrl = 'sqlite::memory:';
  const { RETURN_URLS: returnUrls = [] } = values;
  return { ...createCommandConfig({ databaseUrl, stripe }), policies: { file, namespace }, returnUrls };
}

/** Signing tokens is refused in production, and needs a shared secret. @throws ConfigurationError */
export function loadSigningConfig(env: Environment): AuthConfig {
  const { values, faults } = readVariables(env, ['NODE_ENV', ...authVariables]);
  if (values.NODE_ENV === 'production')
    faults.unshift(
      'NODE_ENV: tokens can be signed only in development and test; in production, which is the default, ' +
        'tokens come from your identity provider',
    );
  const { JWT_JWKS_URL: url, JWT_PUBLIC_KEY: pem, JWT_SECRET: secret } = values;
  const { keySource, faults: keyFaults } = readKeySource(values);
  if (secret === undefined || url !== undefined || pem !== undefined)
    faults.push('JWT_SECRET: is required to sign tokens, without JWT_JWKS_URL and JWT_PUBLIC_KEY');
  else faults.push(...keyFaults);
  if (faults.length > 0 || keySource === null || !hasAll(values, authVariables))
    throw new ConfigurationError(faults);
  return createAuthConfig(values, keySource);
}
