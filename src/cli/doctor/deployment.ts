import type { KeySource } from '../../auth/key-source.ts';
import { type StripeConfig, readStripeConfig } from '../../config/config.ts';
import {
  type ReadVariables,
  type Variables,
  checkAuthKeys,
  checkTogether,
  getKeySources,
  hasAll,
  keyVariables,
  readVariables,
} from '../../config/environment-schema.ts';
import type { Environment } from '../../config/environment.ts';
import { PolicyFileError } from '../../policies/policy-file.errors.ts';
import { loadPolicyFile } from '../../policies/policy-file.ts';
import type { PolicySet } from '../../policies/policy-set.ts';
import { CheckSkipped } from './finding.ts';

/** The settings of a deployment, as far as they can be read: a fault in one part does not hide the others. */
export interface Deployment {
  readonly env: Environment;
  readonly faults: readonly string[];
  /** The variables without faults. */
  readonly values: ReadVariables;
  readonly production: boolean;
  /** Null when one of its variables has a fault. */
  readonly stripe: StripeConfig | null;
  /** Null when it has a fault. */
  readonly keySource: KeySource | null;
  /** Null when PORTAL_POLICIES is not set; an error when the file has faults. */
  readonly policies: PolicySet | PolicyFileError | null;
}

export async function loadDeployment(env: Environment): Promise<Deployment> {
  const { values, faults } = readVariables(env);
  return {
    env,
    faults: [...faults, ...checkTogether(values)],
    values,
    production: values.NODE_ENV === 'production',
    stripe: readStripeConfig(env).stripe,
    keySource: findKeySource(values),
    policies: values.PORTAL_POLICIES === undefined ? null : await loadPolicies(values.PORTAL_POLICIES),
  };
}

function findKeySource(values: ReadVariables): KeySource | null {
  if (
    !hasAll(values, [...keyVariables, 'JWT_JWKS_ALLOW_HTTP', 'HTTPS_PROXY', 'NO_PROXY']) ||
    checkAuthKeys(values).length > 0
  )
    return null;
  return getKeySources(values)[0]?.keySource ?? null;
}

function loadPolicies(path: string): Promise<PolicySet | PolicyFileError> {
  return loadPolicyFile(path).catch((error: unknown) => {
    if (error instanceof PolicyFileError) return error;
    throw error;
  });
}

/** @throws CheckSkipped when one of these variables has a fault */
export function requireVariables<Name extends keyof Variables>(
  { values }: Deployment,
  ...names: readonly Name[]
): ReadVariables & Pick<Variables, Name> {
  if (hasAll(values, names)) return values;
  throw new CheckSkipped(`${names.join(' or ')} cannot be read`);
}
