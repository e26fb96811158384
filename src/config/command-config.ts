import type { AuthConfig } from '../auth/authenticator.ts';
import { ConfigurationError, createAuthConfig, createCommandConfig } from './config.ts';
import type { HostedConfig, StripeConfig } from './config.ts';
import type { LinkingVariable } from './environment-schema.ts';
import {
  authVariables,
  hasAll,
  isSet,
  readKeySource,
  readVariables,
  stripeVariables,
} from './environment-schema.ts';
import type { Environment } from './environment.ts';

/** The settings that the platform and the features need, in commands and in the service. */
export interface CommandConfig extends Omit<HostedConfig, 'stripe'> {
  /** Without a key, the command cannot call Stripe. */
  readonly stripe: Omit<StripeConfig, 'secretKey'> & { readonly secretKey: string | null };
}

/** The scope is derived from the key, or set by STRIPE_SCOPE. @throws ConfigurationError */
export function loadStoreConfig(env: Environment, alsoRead: readonly LinkingVariable[] = []): CommandConfig {
  const hasKey = isSet(env, 'STRIPE_SECRET_KEY');
  const ofStripe = hasKey ? stripeVariables : (['STRIPE_SCOPE'] as const);
  const { values, faults } = readVariables(env, ['DATABASE_URL', ...alsoRead, ...ofStripe]);
  if (!hasKey && !isSet(env, 'STRIPE_SCOPE'))
    faults.push(
      'STRIPE_SECRET_KEY, STRIPE_SCOPE: one of them is required, to select the mappings of test, live or a sandbox',
    );
  if (faults.length > 0) throw new ConfigurationError(faults);
  const config = createCommandConfig(values);
  // Without a key, Stripe cannot be asked: see StripeClient.
  return { ...config, stripe: { ...config.stripe, secretKey: values.STRIPE_SECRET_KEY ?? null } };
}

/** Reads the policy file's path, the namespace, and RETURN_URLS if it is set. @throws ConfigurationError */
export function loadPoliciesConfig(env: Environment, needsFile = true): CommandConfig {
  const urls = isSet(env, 'RETURN_URLS') ? (['RETURN_URLS'] as const) : [];
  const names = [...stripeVariables, 'PORTAL_POLICIES', 'POLICY_NAMESPACE', ...urls] as const;
  const { values, faults } = readVariables(env, names);
  if (needsFile && !isSet(env, 'PORTAL_POLICIES')) faults.push('PORTAL_POLICIES: is required');
  if (faults.length > 0) throw new ConfigurationError(faults);
  // These commands store nothing: policies are applied at Stripe.
  return { ...createCommandConfig(values), databaseUrl: 'sqlite::memory:' };
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
