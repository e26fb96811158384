import type { AuthConfig } from '../auth/authenticator.ts';
import { noProxy } from '../shared/outbound-agent.ts';
import {
  ConfigurationError,
  type HostedConfig,
  type HttpConfig,
  type LinkingConfig,
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

/** The settings that the platform and the features need, in commands and in the service. */
export interface CommandConfig extends Omit<
  HostedConfig,
  'http' | 'stripe' | 'adminRole' | 'auditRetentionDays'
> {
  readonly http: Pick<HttpConfig, 'metricsPort'>;
  readonly stripe: Omit<StripeConfig, 'secretKey'> & {
    /** Null without a key: the command then cannot call Stripe. */
    readonly secretKey: string | null;
  };
}

/** Commands serve no requests, so the settings for requests have neutral values. */
const noRequests: Omit<CommandConfig, 'databaseUrl' | 'stripe'> = {
  logLevel: 'warn',
  http: { metricsPort: null },
  requiredRole: null,
  returnUrls: [],
  explainsReturnUrls: false,
  policies: { file: null, namespace: 'none' },
  customerCreation: 'never',
  signUpUrl: null,
  linking: { metadataKey: null, byClientReferenceId: false },
  webhooks: { secrets: [] },
  publicUrl: null,
};

/**
 * Reads the database URL and the scope. The scope is derived from the key, or set by STRIPE_SCOPE.
 * @throws ConfigurationError
 */
export function loadStoreConfig(env: Environment): CommandConfig {
  const hasKey = isSet(env, 'STRIPE_SECRET_KEY');
  const { values, faults } = readVariables(env, hasKey ? ['DATABASE_URL'] : ['DATABASE_URL', 'STRIPE_SCOPE']);
  const { stripe, faults: stripeFaults } = hasKey ? readStripeConfig(env) : { stripe: null, faults: [] };
  faults.push(...stripeFaults);
  if (!hasKey && !isSet(env, 'STRIPE_SCOPE')) {
    faults.push(
      'STRIPE_SECRET_KEY, STRIPE_SCOPE: one of them is required, to select the mappings of test, live or a sandbox',
    );
  }
  const { DATABASE_URL: databaseUrl, STRIPE_SCOPE: scope = stripe?.scope } = values;
  if (faults.length > 0 || databaseUrl === undefined || scope === undefined)
    throw new ConfigurationError(faults);
  return createCommandConfig({ databaseUrl, stripe: stripe ?? createKeylessStripe(scope) });
}

export function createCommandConfig(own: Pick<CommandConfig, 'databaseUrl' | 'stripe'>): CommandConfig {
  return { ...noRequests, ...own };
}

/** For a command that stores nothing. */
export const noDatabase = 'sqlite::memory:';

export function createKeylessStripe(scope: string): CommandConfig['stripe'] {
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
 * Reads how events link users to customers.
 * @throws ConfigurationError
 */
export function loadLinkingConfig(env: Environment): LinkingConfig {
  const { values, faults } = readVariables(env, linkingVariables);
  if (faults.length > 0) throw new ConfigurationError(faults);
  return createLinkingConfig(values);
}

/** The settings of commands that work on portal policies. */
export interface PoliciesCommandConfig extends CommandConfig {
  readonly policies: CommandConfig['policies'] & { readonly file: string };
}

/**
 * Reads the policy file's path and the namespace of its configurations.
 * @throws ConfigurationError
 */
export function loadPoliciesConfig(env: Environment): PoliciesCommandConfig {
  const { stripe, faults } = readStripeConfig(env);
  const { values, faults: policyFaults } = readVariables(env, ['PORTAL_POLICIES', 'POLICY_NAMESPACE']);
  faults.push(...policyFaults);
  const { PORTAL_POLICIES: file, POLICY_NAMESPACE: namespace } = values;
  if (file === undefined) faults.push('PORTAL_POLICIES: is required');
  if (faults.length > 0 || stripe === null || file === undefined || namespace === undefined)
    throw new ConfigurationError(faults);
  // These commands store nothing: policies are applied at Stripe.
  return { ...createCommandConfig({ databaseUrl: noDatabase, stripe }), policies: { file, namespace } };
}

/**
 * Reads the settings for signing tokens, which is refused in production and needs a shared secret.
 * @throws ConfigurationError
 */
export function loadSigningConfig(env: Environment): AuthConfig {
  const { values, faults } = readVariables(env, ['NODE_ENV', ...authVariables]);
  if (values.NODE_ENV === 'production') {
    faults.unshift(
      'NODE_ENV: tokens can be signed only in development and test; in production, which is the default, ' +
        'tokens come from your identity provider',
    );
  }
  const [source] = getKeySources(values);
  if (source?.keySource.kind === 'secret') faults.push(...checkAuthKeys(values));
  else faults.push('JWT_SECRET: is required to sign tokens, without JWT_JWKS_URL and JWT_PUBLIC_KEY');
  if (faults.length > 0 || source === undefined || !hasAll(values, authVariables))
    throw new ConfigurationError(faults);
  return createAuthConfig(values, source.keySource);
}
