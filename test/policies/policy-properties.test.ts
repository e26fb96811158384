import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type ResolvedPolicy,
  compilePolicy,
  createPolicySet,
  listPolicies,
} from '../../src/policies/policy-set.ts';
import { type WantedConfiguration, hashContent } from '../../src/configurations/managed-configuration.ts';
import { narrow } from '../../src/configurations/narrow-configuration.ts';
import { type FeatureName, featureNames } from '../../src/configurations/configuration-features.schema.ts';
import { type PolicyDraft, type PolicyFile, policySchema } from '../../src/policies/policy-file.schema.ts';
import { mergeSpecs } from '../../src/configurations/configuration.schema.ts';

/** Objects in which any field may be left out. */
function optional<T extends object>(fields: { [Key in keyof T]: fc.Arbitrary<T[Key]> }) {
  return fc.record<T, never>(fields, { requiredKeys: [], noNullPrototype: true });
}

const ids = fc.constantFrom('a', 'b', 'c');
const product = fc.record({ product: ids, prices: fc.array(ids, { minLength: 1, maxLength: 3 }) });

/** Policies of every form that a file can give them, whether Stripe would take their content or not. */
const drafts: fc.Arbitrary<PolicyDraft> = optional({
  business_profile: optional({ headline: fc.string({ maxLength: 20 }), privacy_policy_url: fc.webUrl() }),
  login_page: fc.record({ enabled: fc.boolean() }),
  default_return_url: fc.webUrl(),
  features: optional({
    customer_update: optional({
      enabled: fc.boolean(),
      allowed_updates: fc.uniqueArray(
        fc.constantFrom('address' as const, 'email' as const, 'tax_id' as const),
      ),
    }),
    invoice_history: optional({ enabled: fc.boolean() }),
    payment_method_update: optional({
      enabled: fc.boolean(),
      payment_method_configuration: fc.constant('pmc_1'),
    }),
    subscription_cancel: optional({
      enabled: fc.boolean(),
      mode: fc.constantFrom('at_period_end' as const, 'immediately' as const),
      cancellation_reason: fc.record({ enabled: fc.boolean(), options: fc.constant(['unused' as const]) }),
    }),
    subscription_pause: optional({
      enabled: fc.boolean(),
      duration: fc.constant({ type: 'indefinite' as const }),
    }),
    subscription_update: optional({
      enabled: fc.boolean(),
      default_allowed_updates: fc.uniqueArray(fc.constantFrom('price' as const, 'quantity' as const)),
      products: fc.array(product, { maxLength: 2 }),
    }),
  }),
});
const policies: fc.Arbitrary<ResolvedPolicy> = drafts.map((draft) => ({ ...draft, name: 'p' }));
const hiddenFeatures = fc.uniqueArray(fc.constantFrom(...featureNames));

function listEnabled({ content }: WantedConfiguration): FeatureName[] {
  return featureNames.filter((name) => content.features[name]?.enabled === true);
}

/** The same value with the keys of every object the other way round. */
function reverseKeys<T>(value: T): T {
  if (Array.isArray(value)) return value.map(reverseKeys) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).reverse();
  return Object.fromEntries(entries.map(([key, inner]) => [key, reverseKeys<unknown>(inner)])) as T;
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(freeze);
  return value;
}

test('the policies that are tried here are what a file can say', () => {
  fc.assert(fc.property(drafts, (draft) => expect(policySchema.parse(draft)).toEqual(draft)));
});

describe('what a client chooses', () => {
  test('shows nothing that the policy does not, and changes nothing of what it leaves', () => {
    fc.assert(
      fc.property(policies, hiddenFeatures, (policy, hidden) => {
        const whole = compilePolicy(policy);
        const part = narrow(compilePolicy(policy), hidden);
        const offered = listEnabled(part);
        expect(listEnabled(whole)).toEqual(expect.arrayContaining(offered));
        expect(offered.filter((name) => hidden.includes(name))).toEqual([]);
        for (const name of offered) expect(part.content.features[name]).toEqual(whole.content.features[name]);
        if (offered.length === listEnabled(whole).length) expect(part).toEqual(whole);
        else
          expect(part).toMatchObject({
            narrowedFrom: whole.hash,
            content: { login_page: { enabled: false } },
          });
      }),
    );
  });

  test('shows no more when it hides more', () => {
    fc.assert(
      fc.property(policies, hiddenFeatures, fc.constantFrom(...featureNames), (policy, hidden, name) => {
        const before = listEnabled(narrow(compilePolicy(policy), hidden));
        expect(before).toEqual(
          expect.arrayContaining(listEnabled(narrow(compilePolicy(policy), [...hidden, name]))),
        );
      }),
    );
  });
});

describe('a hash', () => {
  const values = fc.jsonValue().map((value) => ({ value }));

  test('is the same for the same content, in whatever order its keys come', () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(hashContent(reverseKeys(value))).toBe(hashContent(value));
      }),
    );
  });

  test('is another for other content', () => {
    fc.assert(
      fc.property(values, values, (value, other) => {
        // As it goes over the wire, where -0 is 0.
        const same = isSame(JSON.parse(JSON.stringify(value)), JSON.parse(JSON.stringify(other)));
        expect(hashContent(value) === hashContent(other)).toBe(same);
      }),
    );
  });

  test('of a policy depends on what it offers and not on how it is written', () => {
    fc.assert(
      fc.property(policies, hiddenFeatures, (policy, hidden) => {
        const wanted = narrow(compilePolicy(freeze(policy)), hidden);
        const { hash, content } = wanted;
        expect(narrow(compilePolicy(reverseKeys(policy)), [...hidden].reverse()).hash).toBe(hash);
        expect(narrow(compilePolicy(policy), hidden)).toEqual(wanted);
        expect(hashContent(JSON.parse(JSON.stringify(content)) as object)).toBe(hash);
        expect(
          compilePolicy({ ...policy, features: content.features as ResolvedPolicy['features'] }).content
            .features,
        ).toEqual(content.features);
      }),
    );
  });
});

function isSame(value: unknown, other: unknown): boolean {
  try {
    expect(value).toEqual(other);
    return true;
  } catch {
    return false;
  }
}

describe('a policy that extends another', () => {
  test('has all that it says itself, and for the rest what the other says', () => {
    const expectLaidOver = (merged: object, base: object, over: object): void => {
      const at = (from: object, key: string): unknown => (from as Record<string, unknown>)[key];
      expect(new Set(Object.keys(merged))).toEqual(new Set([...Object.keys(base), ...Object.keys(over)]));
      for (const key of Object.keys(merged)) {
        const [below, above] = [at(base, key), at(over, key)];
        if (isObject(below) && isObject(above)) expectLaidOver(at(merged, key) as object, below, above);
        else expect(at(merged, key)).toEqual(key in over ? above : below);
      }
    };
    fc.assert(
      fc.property(drafts, drafts, (base, over) =>
        expectLaidOver(mergeSpecs(freeze(base), freeze(over)), base, over),
      ),
    );
  });

  test('is the same by one step or by several, and by nothing at all', () => {
    fc.assert(
      fc.property(drafts, drafts, drafts, (a, b, c) => {
        expect(mergeSpecs(mergeSpecs(a, b), c)).toEqual(mergeSpecs(a, mergeSpecs(b, c)));
        expect([mergeSpecs(a, {}), mergeSpecs({}, a), mergeSpecs(a, a)]).toEqual([a, a, a]);
      }),
    );
  });

  test('compiles like one that says the same by itself, whatever stands first in the file', () => {
    fc.assert(
      fc.property(drafts, drafts, drafts, fc.boolean(), (a, b, c, backwards) => {
        const written = { base: a, middle: { ...b, extends: 'base' }, leaf: { ...c, extends: 'middle' } };
        const leaf = readLeaf(backwards ? reverseKeys(written) : written);
        expect(compilePolicy(leaf)).toEqual(
          compilePolicy({ ...mergeSpecs(mergeSpecs(a, b), c), name: 'leaf' }),
        );
      }),
    );
  });
});

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readLeaf(written: PolicyFile['policies']): ResolvedPolicy {
  const set = createPolicySet({ policies: written, rules: [], default: 'leaf', strictest: 'leaf' }, []);
  const [leaf] = listPolicies(set);
  if (leaf === undefined) throw new Error('The file has no policy.');
  return leaf;
}
