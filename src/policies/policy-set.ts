import { isDeepStrictEqual } from 'node:util';
import { type FieldFault, findRefusals } from '../configurations/configuration-checks.ts';
import {
  type ConfigurationFeatures,
  type FeatureName,
  featureNames,
} from '../configurations/configuration-features.schema.ts';
import { mergeSpecs } from '../configurations/configuration.schema.ts';
import {
  type Configuration,
  type WantedConfiguration,
  createContent,
  hashContent,
} from '../configurations/managed-configuration.ts';
import type { Condition, PolicyDraft, PolicyFile } from './policy-file.schema.ts';

/** A policy with everything it extends filled in. */
export interface WholePolicy extends Omit<PolicyDraft, 'extends'> {
  readonly name: string;
}

/** The configuration of a policy as its file says, with nothing hidden. */
export type CompiledPolicy = WantedConfiguration & { readonly policyName: string };

export interface Policy extends WholePolicy {
  readonly compiled: CompiledPolicy;
}

export interface PolicySet {
  readonly rules: readonly { readonly when: Condition; readonly policy: Policy }[];
  readonly default: Policy;
  readonly strictest: Policy;
}

/** Every policy that can apply, without those that others only extend. */
export function listPolicies(set: PolicySet): Policy[] {
  return [...new Set([...set.rules.map(({ policy }) => policy), set.default, set.strictest])];
}

/** @param faults collects faults; the set is usable only when it stays empty */
export function createPolicySet(file: PolicyFile, faults: FieldFault[]): PolicySet {
  const drafts: Drafts = new Map(Object.entries(file.policies));
  const policies = new Map<string, Policy>();
  for (const [name, draft] of drafts) {
    const fault = findExtendsFault(drafts, name);
    if (fault !== null) faults.push(fault);
    const content = fillIn(drafts, draft);
    for (const { path, expected } of findOwnRefusals(drafts, draft, content))
      faults.push({ path: `policies.${name}.${path}`, expected });
    policies.set(name, createPolicy({ ...content, name }));
  }
  const find = (name: string, path: string): Policy => {
    const policy = policies.get(name);
    if (policy === undefined)
      faults.push({ path, expected: `one of ${[...policies.keys()].join(', ')}, not "${name}"` });
    return policy ?? createPolicy({ name });
  };
  const set = {
    rules: file.rules.map(({ when, use }, index) => ({ when, policy: find(use, `rules.${index}.use`) })),
    default: find(file.default, 'default'),
    strictest: find(file.strictest, 'strictest'),
  };
  if (faults.length === 0) faults.push(...checkStrictest(set));
  return set;
}

function createPolicy(whole: WholePolicy): Policy {
  return { ...whole, compiled: compilePolicy(whole) };
}

type Drafts = ReadonlyMap<string, PolicyDraft>;

/** Reports a missing base for the policy that names it, and a cycle for each policy in it. */
function findExtendsFault(drafts: Drafts, name: string): FieldFault | null {
  const path = `policies.${name}.extends`;
  const base = drafts.get(name)?.extends;
  if (base === undefined) return null;
  if (!drafts.has(base)) return { path, expected: `the name of a policy, not "${base}"` };
  const names = [name];
  for (let next: string | undefined = base; next !== undefined; next = drafts.get(next)?.extends) {
    if (next === name) return { path, expected: `no cycle: ${[...names, name].join(' → ')}` };
    // This policy only leads into a cycle; the members of the cycle report it.
    if (names.includes(next)) return null;
    names.push(next);
  }
  return null;
}

/** Merges a draft over the policies that it extends. Stops at a cycle. */
function fillIn(drafts: Drafts, draft: PolicyDraft, above: readonly PolicyDraft[] = []): PolicyDraft {
  const { extends: baseName, ...content } = draft;
  const base = baseName === undefined ? undefined : drafts.get(baseName);
  return base === undefined || above.includes(base)
    ? content
    : mergeSpecs(fillIn(drafts, base, [...above, draft]), content);
}

/** Omits faults that the extended policy already reports. */
function findOwnRefusals(drafts: Drafts, draft: PolicyDraft, content: PolicyDraft): FieldFault[] {
  const base = draft.extends === undefined ? undefined : drafts.get(draft.extends);
  const inherited = base === undefined ? [] : findRefusals(fillIn(drafts, base));
  return findRefusals(content).filter((fault) => !inherited.some((other) => isDeepStrictEqual(other, fault)));
}

/** The strictest policy replaces any other when facts are unknown, so it may offer only what every policy offers. */
function checkStrictest(set: PolicySet): FieldFault[] {
  return featureNames.flatMap((feature) => {
    const lacks = listPolicies(set).flatMap(({ name, features }) => {
      const [extra] = listExtras(feature, set.strictest.features, features);
      return extra === undefined ? [] : [`a policy without ${extra}, since ${name} is without it`];
    });
    return lacks.slice(0, 1).map((expected) => ({ path: 'strictest', expected }));
  });
}

type Features = ConfigurationFeatures | Configuration['features'];

/** The changes and prices that an enabled feature offers. */
const details: Partial<Record<FeatureName, (features: Features) => readonly string[]>> = {
  customer_update: ({ customer_update: update }) => update?.allowed_updates ?? [],
  subscription_update: ({ subscription_update: update }) => [
    ...(update?.default_allowed_updates ?? []),
    ...(update?.products ?? []).flatMap(({ prices }) => prices),
  ],
};

function listOffers(name: FeatureName, features: Features = {}): string[] {
  if (features[name]?.enabled !== true) return [];
  return [name, ...(details[name]?.(features) ?? []).map((detail) => `${name} of ${detail}`)];
}

/** What a feature offers and `others` do not: its name if they lack the whole feature, else changes and prices. */
export function listExtras(name: FeatureName, features?: Features, others?: Features): string[] {
  const known = listOffers(name, others);
  const extras = listOffers(name, features).filter((offer) => !known.includes(offer));
  return extras[0] === name ? [name] : extras;
}

export function compilePolicy(policy: WholePolicy): CompiledPolicy {
  const content = createContent(policy.name, policy);
  return { policyName: policy.name, content, hash: hashContent(content), narrowedFrom: null };
}
