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
export interface ResolvedPolicy extends Omit<PolicyDraft, 'extends'> {
  readonly name: string;
}

/** The configuration of a policy as its file says, with nothing hidden. */
export type CompiledPolicy = WantedConfiguration & { readonly policyName: string };

export interface Policy extends ResolvedPolicy {
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
  const contents = fillInAll(drafts, faults);
  const policies = new Map<string, Policy>();
  for (const [name, { extends: base = '' }] of drafts) {
    const content = contents.get(name) ?? {};
    // The extended policy already reports these.
    const inherited = findRefusals(contents.get(base) ?? {});
    for (const { path, expected } of findRefusals(content))
      if (!inherited.some((other) => isDeepStrictEqual(other, { path, expected })))
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

function createPolicy(resolved: ResolvedPolicy): Policy {
  return { ...resolved, compiled: compilePolicy(resolved) };
}

type Drafts = ReadonlyMap<string, PolicyDraft>;

/** Merges each draft over the policies that it extends. Each is merged once, because a chain may be long. */
function fillInAll(drafts: Drafts, faults: FieldFault[]): Drafts {
  const contents = new Map<string, PolicyDraft>();
  for (const name of drafts.keys()) {
    const chain = new Set<string>();
    let base: string | undefined = name;
    while (base !== undefined && drafts.has(base) && !contents.has(base) && !chain.has(base)) {
      chain.add(base);
      base = drafts.get(base)?.extends;
    }
    if (base !== undefined && !contents.has(base)) faults.push(toExtendsFault([...chain], base));
    for (const link of [...chain].reverse()) {
      const { extends: extended = '', ...content } = drafts.get(link) ?? {};
      contents.set(link, mergeSpecs(contents.get(extended) ?? {}, content));
    }
  }
  return contents;
}

/** @param base what the last of the chain extends: a missing policy, or one of the chain */
function toExtendsFault(chain: readonly string[], base: string): FieldFault {
  const start = chain.indexOf(base);
  const [name, expected] =
    start === -1
      ? [chain.at(-1) ?? '', `the name of a policy, not "${base}"`]
      : [base, `no cycle: ${[...chain.slice(start), base].join(' → ')}`];
  return { path: `policies.${name}.extends`, expected };
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

/** What a feature offers, and how much of it. */
type Offer = readonly [what: string, extent: number];

/** An offer that a feature has or lacks, without an extent. */
const toOffer = (what: string): Offer => [what, 1];

/** What an enabled feature offers: changes, prices, quantities, and an immediate end. */
const details: Partial<Record<FeatureName, (features: Features) => readonly Offer[]>> = {
  customer_update: ({ customer_update: update }) => (update?.allowed_updates ?? []).map(toOffer),
  subscription_cancel: ({ subscription_cancel: cancel }) =>
    cancel?.mode === 'immediately' ? [toOffer('mode immediately')] : [],
  subscription_update: ({ subscription_update: update }) => {
    const { default_allowed_updates: kinds = [], products } = update ?? {};
    const quantities = (products ?? []).flatMap(({ product, adjustable_quantity: quantity }): Offer[] => {
      if (quantity?.enabled !== true || !kinds.includes('quantity')) return [];
      const smallest: Offer = [`smaller quantities of ${product}`, -(quantity.minimum ?? 1)];
      return [smallest, [`larger quantities of ${product}`, quantity.maximum ?? Infinity]];
    });
    return [...[...kinds, ...(products ?? []).flatMap(({ prices }) => prices)].map(toOffer), ...quantities];
  },
};

function listOffers(name: FeatureName, features: Features = {}): Offer[] {
  if (features[name]?.enabled !== true) return [];
  const offers = details[name]?.(features) ?? [];
  return [toOffer(name), ...offers.map(([what, extent]): Offer => [`${name} of ${what}`, extent])];
}

/** What a feature offers and `others` do not: its name if they lack the whole feature, else details. */
export function listExtras(name: FeatureName, features?: Features, others?: Features): string[] {
  const known = new Map(listOffers(name, others));
  const extras = listOffers(name, features).flatMap(([what, extent]) =>
    extent > (known.get(what) ?? -Infinity) ? [what] : [],
  );
  return extras[0] === name ? [name] : extras;
}

export function compilePolicy(policy: ResolvedPolicy): CompiledPolicy {
  const content = createContent(policy.name, policy);
  return { policyName: policy.name, content, hash: hashContent(content), narrowedFrom: null };
}
