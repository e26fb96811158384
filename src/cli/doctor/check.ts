import type { KeySource } from '../../auth/key-source.ts';
import { type StripeConfig, readStripeConfig } from '../../config/config.ts';
import type { ReadVariables, Variables } from '../../config/environment-schema.ts';
import { hasAll, keyVariables, readKeySource, readVariables } from '../../config/environment-schema.ts';
import type { Environment } from '../../config/environment.ts';
import { PolicyFileError, loadPolicyFile } from '../../policies/policy-file.ts';
import type { PolicySet } from '../../policies/policy-set.ts';
import type { StripeClient } from '../../stripe/stripe-client.ts';

export type Outcome = 'pass' | 'warn' | 'fail' | 'skip';

/** One line of the report. */
export interface Finding {
  /** The name of the check. Scripts rely on it. */
  readonly name: string;
  readonly outcome: Outcome;
  readonly detail: string;
  /** What to do about it; null where nothing needs to be done, or where the detail says it. */
  readonly fix: string | null;
}

export type Judgement = Omit<Finding, 'name'>;
export type CheckResult = Judgement | readonly Judgement[];

/** Returns an empty list where the check does not apply. */
export type Check<D = Deployment> = (deployment: D) => CheckResult | Promise<CheckResult>;

export const pass = (detail: string): Judgement => ({ outcome: 'pass', detail, fix: null });

/** The service works, but an operator should look at this. */
export const warn = (detail: string, fix: string): Judgement => ({ outcome: 'warn', detail, fix });

/** The service does not start, or fails requests. */
export const fail = (detail: string, fix: string | null = null): Judgement => ({
  outcome: 'fail',
  detail,
  fix,
});

/** The check needs something that is missing. */
export const skip = (detail: string): Judgement => ({ outcome: 'skip', detail, fix: null });

/** Ends a check that lacks what it needs; the message becomes the detail of a skipped check. */
export class CheckSkipped extends Error {}

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
  /** A token to check as well. */
  readonly token: string | undefined;
}

/** For checks that ask Stripe. */
export interface StripeDeployment extends Deployment {
  readonly stripe: StripeConfig;
  readonly client: StripeClient;
}

export async function loadDeployment(env: Environment, token?: string): Promise<Deployment> {
  const { values, faults } = readVariables(env);
  const { keySource, faults: keyFaults } = readKeySource(values);
  const { PORTAL_POLICIES: path } = values;
  const canVerify = hasAll(values, [...keyVariables, 'JWT_JWKS_ALLOW_HTTP', 'HTTPS_PROXY', 'NO_PROXY']);
  return {
    env,
    faults: [...faults, ...keyFaults],
    values,
    production: values.NODE_ENV === 'production',
    stripe: readStripeConfig(env).stripe,
    keySource: canVerify ? keySource : null,
    policies: path === undefined ? null : await loadPolicyFile(path, values.RETURN_URLS).catch(returnFaults),
    token,
  };
}

function returnFaults(error: unknown): PolicyFileError {
  if (error instanceof PolicyFileError) return error;
  throw error;
}

/** @throws CheckSkipped when one of these variables has a fault */
export function requireVariables<Name extends keyof Variables>(
  { values }: Deployment,
  ...names: readonly Name[]
): ReadVariables & Pick<Variables, Name> {
  if (hasAll(values, names)) return values;
  throw new CheckSkipped(`${names.join(' or ')} cannot be read`);
}
