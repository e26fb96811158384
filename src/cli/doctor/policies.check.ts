import { isSet } from '../../config/environment-schema.ts';
import { listPolicies } from '../../policies/policy-set.ts';
import type { Deployment } from './deployment.ts';
import { type Judgement, fail, pass, skip, warn } from './finding.ts';

export function checkPolicyFile({ policyFile }: Deployment): Judgement[] {
  if (policyFile === null)
    return [skip("PORTAL_POLICIES is not set: Stripe's default configuration holds for everybody")];
  const { path, set, faults } = policyFile;
  const names = set && listPolicies(set).map(({ name }) => name);
  if (names !== null) return [pass(`${path} has ${names.join(', ')}`)];
  return faults.map((fault) => fail(`${path}, ${fault.path}: expected ${fault.expected}`, null));
}

/** Deployments of one account that share a namespace take each other's configurations for their own. */
export function checkNamespace({ env, values }: Deployment): Judgement[] {
  const { POLICY_NAMESPACE: namespace } = values;
  if (namespace === undefined) return [skip('POLICY_NAMESPACE cannot be read')];
  if (isSet(env, 'POLICY_NAMESPACE')) return [pass(namespace)];
  return [
    warn(
      `POLICY_NAMESPACE is not set: another deployment on this Stripe account that leaves it out too shares "${namespace}"`,
      'Give each deployment a name of its own, such as POLICY_NAMESPACE=production.',
    ),
  ];
}
