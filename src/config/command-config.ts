import type { AuthConfig } from '../auth/authenticator.ts';
import {
  ConfigurationError,
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

/** What a command needs that works on the mappings: much less than the service. */
export interface StoreConfig {
  readonly databaseUrl: string;
  /** Whose mappings are meant: `test`, `live`, or a sandbox's name. */
  readonly scope: string;
  /** Null without a key: then nothing can be asked of Stripe. */
  readonly stripe: StripeConfig | null;
}

/**
 * Reads where the mappings are and whose are meant, which the key tells, or STRIPE_SCOPE.
 * @throws ConfigurationError
 */
export function loadStoreConfig(env: Environment): StoreConfig {
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
  return { databaseUrl, scope, stripe };
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

/** What a command needs that works on portal policies. */
export interface PoliciesCommandConfig {
  readonly stripe: StripeConfig;
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
  return { stripe, policies: { file, namespace } };
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
