import type { KeySource } from '../../auth/key-source.ts';
import { type StripeConfig, readStripeConfig } from '../../config/config.ts';
import {
  type ReadVariables,
  checkAuthKeys,
  checkTogether,
  getKeySources,
  keyVariables,
  readVariables,
} from '../../config/environment-schema.ts';
import type { Environment } from '../../config/environment.ts';
import { loadPolicyFile } from '../../policies/policy-file.ts';
import type { FieldFault } from '../../configurations/configuration-checks.ts';
import { PolicyFileError } from '../../policies/policy-file.errors.ts';
import type { PolicySet } from '../../policies/policy-set.ts';

/** What a configuration says, as far as it can be read: faults of one part keep no other from being looked at. */
export interface Deployment {
  readonly env: Environment;
  readonly faults: readonly string[];
  /** Those that could be read. */
  readonly values: ReadVariables;
  /** Null when one of its variables has a fault. */
  readonly stripe: StripeConfig | null;
  /** Null when it has a fault. */
  readonly keySource: KeySource | null;
  /** Null without a policy file. */
  readonly policyFile: LoadedPolicyFile | null;
}

export interface LoadedPolicyFile {
  readonly path: string;
  /** Null when the file has faults. */
  readonly set: PolicySet | null;
  readonly faults: readonly FieldFault[];
}

export async function loadDeployment(env: Environment): Promise<Deployment> {
  const { values, faults } = readVariables(env);
  return {
    env,
    faults: [...faults, ...checkTogether(values)],
    values,
    stripe: readStripeConfig(env).stripe,
    keySource: readKeySource(env),
    policyFile: values.PORTAL_POLICIES === undefined ? null : await loadPolicies(values.PORTAL_POLICIES),
  };
}

export function isProduction({ values }: Deployment): boolean {
  return values.NODE_ENV === 'production';
}

function readKeySource(env: Environment): KeySource | null {
  const { values, faults } = readVariables(env, [...keyVariables, 'JWT_JWKS_ALLOW_HTTP']);
  if (faults.length + checkAuthKeys(values).length > 0) return null;
  return getKeySources(values)[0]?.keySource ?? null;
}

async function loadPolicies(path: string): Promise<LoadedPolicyFile> {
  try {
    return { path, set: await loadPolicyFile(path), faults: [] };
  } catch (error) {
    if (error instanceof PolicyFileError) return { path, set: null, faults: error.faults };
    throw error;
  }
}
