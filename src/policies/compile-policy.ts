import {
  type WantedConfiguration,
  createContent,
  hashContent,
} from '../configurations/configuration-content.ts';
import type { Policy } from './policy-set.ts';

/** The configuration of a policy as its file says, with nothing hidden. */
export interface CompiledPolicy extends WantedConfiguration {
  readonly policyName: string;
  readonly narrowedFrom: null;
}

const compiled = new WeakMap<Policy, CompiledPolicy>();

export function compilePolicy(policy: Policy): CompiledPolicy {
  const known = compiled.get(policy);
  if (known !== undefined) return known;
  const content = createContent(policy.name, policy);
  const wanted = { policyName: policy.name, content, hash: hashContent(content), narrowedFrom: null };
  compiled.set(policy, wanted);
  return wanted;
}
