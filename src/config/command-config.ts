import type { AuthConfig } from '../auth/authenticator.ts';
import { noProxy } from '../shared/outbound-agent.ts';
import {
  type Config,
  ConfigurationError,
  type HttpConfig,
  type LinkingConfig,
  type PoliciesConfig,
  type StripeConfig,
  createAuthConfig,
  createLinkingConfig,
  readStripeConfig,
} from './config.ts';
import {
  authVariables,
  checkAuthKeys,
  getKeySources,
  hasAll,
  isSet,
  linkingVariables,
  readVariables,
} from './environment-schema.ts';
import type { Environment } from './environment.ts';

/** What the platform and the features are composed with, in commands and in the service. */
export interface CommandConfig extends Omit<
  Config,
  'http' | 'stripe' | 'auth' | 'adminRole' | 'auditRetentionDays'
> {
  readonly http: Pick<HttpConfig, 'metricsPort'>;
  readonly stripe: Omit<StripeConfig, 'secretKey'> & {
    /** Null without a key: then Stripe cannot be asked. */
    readonly secretKey: string | null;
  };
}

/** A command serves no requests, so it needs none of the settings for them. */
const noRequests: Omit<CommandConfig, 'databaseUrl' | 'stripe'> = {
  logLevel: 'warn',
  http: { metricsPort: null },
  requiredRole: null,
  returnUrls: [],
  explainsReturnUrls: false,
  policies: { file: null, namespace: 'none' },
  customerCreation: 'never',
  linking: { metadataKey: null, byClientReferenceId: false },
  webhooks: { secrets: [] },
  publicUrl: null,
};

/**
 * Reads where the mappings are and whose are meant, which the key tells, or STRIPE_SCOPE.
 * @throws ConfigurationError
 */
export function loadStoreConfig(env: Environment): CommandConfig {
  const hasKey = isSet(env, 'STRIPE_SECRET_KEY');
  const { values, faults } = readVariables(env, hasKey ? ['DATABASE_URL'] : ['DATABASE_URL', 'STRIPE_SCOPE']);
  const { stripe, faults: stripeFaults } = hasKey ? readStripeConfig(env) : { stripe: null, faults: [] };
  faults.push(...stripeFaults);
  if (!hasKey && !isSet(env, 'STRIPE_SCOPE')) {
    faults.push(
      'STRIPE_SECRET_KEY, STRIPE_SCOPE: one is required, to tell whose mappings are meant: test, live, or a sandbox',
    );
  }
  const { DATABASE_URL: databaseUrl, STRIPE_SCOPE: scope = stripe?.scope } = values;
  // Without faults, both were read.
  if (faults.length > 0 || databaseUrl === undefined || scope === undefined)
    throw new ConfigurationError(faults);
  return { ...noRequests, databaseUrl, stripe: stripe ?? createKeylessStripe(scope) };
}

function createKeylessStripe(scope: string): CommandConfig['stripe'] {
  return {
    secretKey: null,
    livemode: false,
    apiUrl: null,
    account: null,
    scope,
    requestsPerSecond: null,
    proxy: noProxy,
  };
}

/**
 * Reads what links users to customers when events are handled.
 * @throws ConfigurationError
 */
export function loadLinkingConfig(env: Environment): LinkingConfig {
  const { values, faults } = readVariables(env, linkingVariables);
  if (faults.length > 0) throw new ConfigurationError(faults);
  return createLinkingConfig(values);
}

/** What commands on portal policies are composed with. */
export interface PoliciesCommandConfig extends CommandConfig {
  readonly policies: PoliciesConfig & { readonly file: string };
}

/**
 * Reads which policy file is meant, and where it is compiled to.
 * @throws ConfigurationError
 */
export function loadPoliciesConfig(env: Environment): PoliciesCommandConfig {
  const { stripe, faults } = readStripeConfig(env);
  const { values, faults: policyFaults } = readVariables(env, ['PORTAL_POLICIES', 'POLICY_NAMESPACE']);
  faults.push(...policyFaults);
  const { PORTAL_POLICIES: file, POLICY_NAMESPACE: namespace } = values;
  if (file === undefined) faults.push('PORTAL_POLICIES: is required');
  // Without faults, all were read.
  if (faults.length > 0 || stripe === null || file === undefined || namespace === undefined)
    throw new ConfigurationError(faults);
  // Policies are kept at Stripe: nothing is stored here.
  return { ...noRequests, databaseUrl: 'sqlite::memory:', stripe, policies: { file, namespace } };
}

/**
 * Reads what tokens are signed with, where that may be done: not in production, and only with a shared secret.
 * @throws ConfigurationError
 */
export function loadSigningConfig(env: Environment): AuthConfig {
  const { values, faults } = readVariables(env, ['NODE_ENV', ...authVariables]);
  if (values.NODE_ENV === 'production') {
    faults.unshift(
      'NODE_ENV: tokens are signed here in development and test only; in production, which is what an unset ' +
        'NODE_ENV means, they come from your identity provider',
    );
  }
  const [source] = getKeySources(values);
  if (source?.keySource.kind === 'secret') faults.push(...checkAuthKeys(values));
  else
    faults.push(
      'JWT_SECRET: is required, and no other source of keys, to sign with the secret that is checked',
    );
  if (faults.length > 0 || source === undefined || !hasAll(values, authVariables))
    throw new ConfigurationError(faults);
  return createAuthConfig(values, source.keySource);
}
