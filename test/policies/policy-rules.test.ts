import { describe, expect, test } from '@jest/globals';
import { type PolicyFacts, type PlanFacts, selectPolicy } from '../../src/policies/policy-rules.ts';
import { parsePolicyFile } from '../../src/policies/policy-file.ts';
import type { Condition } from '../../src/policies/policy-file.schema.ts';
import type { PolicySet } from '../../src/policies/policy-set.ts';

const now = new Date('2027-01-01T00:00:00.000Z');
const pro = createSubscriptions(['active'], ['prod_pro', 'price_pro']);

function createSubscriptions(statuses: readonly string[], plans: readonly string[]): PlanFacts {
  return { statuses: new Set(statuses), plans: new Set(plans) };
}

/** The policy `chosen` by one rule, else `fallback`. */
function createSet(...conditions: readonly Condition[]): PolicySet {
  const rules = conditions.map((when, index) => ({ when, use: `chosen-${index + 1}` }));
  const names = ['fallback', 'strictest', ...rules.map(({ use }) => use)];
  const policies = Object.fromEntries(names.map((name) => [name, {}]));
  return parsePolicyFile(
    'policies.json',
    JSON.stringify({ policies, rules, default: 'fallback', strictest: 'strictest' }),
  );
}

/** Somebody with a contract until an hour from now, a role, claims, an attribute and a subscription. */
function createFacts(facts: Partial<PolicyFacts> = {}): PolicyFacts {
  return {
    now,
    mapping: createMapping(new Date(now.getTime() + 3_600_000)),
    caller: {
      roles: ['member'],
      claims: {
        tier: 'gold',
        seats: 5,
        beta: true,
        groups: ['a', 'b'],
        org: { kind: 'school' },
        '': 'empty',
      },
    },
    findSubscriptions: () => Promise.resolve(pro),
    ...facts,
  };
}

function createMapping(
  contractEndsAt: Date | null,
  attributes: Readonly<Record<string, string>> = { region: 'eu' },
): PolicyFacts['mapping'] {
  return { userId: 'ada', stripeCustomerId: 'cus_1', contractEndsAt, attributes, createdAt: now };
}

const endsAt = (offsetMs: number): Partial<PolicyFacts> => ({
  mapping: createMapping(new Date(now.getTime() + offsetMs)),
});
const noCaller = { caller: null };
const noCustomer = { mapping: null, findSubscriptions: () => Promise.resolve(createSubscriptions([], [])) };
const stripeFails = { findSubscriptions: () => Promise.resolve(null) };
const subscribed = (statuses: readonly string[], plans: readonly string[] = []): Partial<PolicyFacts> => ({
  findSubscriptions: () => Promise.resolve(createSubscriptions(statuses, plans)),
});

describe('a rule', () => {
  test.each<[string, Condition, Partial<PolicyFacts>]>([
    ['a contract that ends in the future', { under_contract: true }, {}],
    ['a contract that ends a millisecond from now', { under_contract: true }, endsAt(1)],
    ['no contract any more, exactly at its end', { under_contract: false }, endsAt(0)],
    ['no contract at all', { under_contract: false }, { mapping: createMapping(null) }],
    ['a user without a customer, who has no contract', { under_contract: false }, noCustomer],
    ['a plan by its product', { plan: 'prod_pro' }, {}],
    ['a plan by its price', { plan: 'price_pro' }, {}],
    ['one plan of several', { plan: ['prod_x', 'prod_pro'] }, {}],
    ['a status', { subscription_status: 'past_due' }, subscribed(['active', 'past_due'])],
    ['one status of several', { subscription_status: ['unpaid', 'active'] }, {}],
    ['a role', { role: 'member' }, {}],
    ['one role of several', { role: ['owner', 'member'] }, {}],
    ['a claim', { claim: { tier: 'gold' } }, {}],
    ['a number in a claim', { claim: { seats: 5 } }, {}],
    ['a boolean in a claim', { claim: { beta: true } }, {}],
    ['one value of a claim that is a list', { claim: { groups: 'b' } }, {}],
    ['one value of several for a claim', { claim: { tier: ['silver', 'gold'] } }, {}],
    ['a claim by its dotted path', { claim: { 'org.kind': 'school' } }, {}],
    ['several claims', { claim: { tier: 'gold', beta: true } }, {}],
    ['an attribute', { attribute: { region: 'eu' } }, {}],
    ['one value of several for an attribute', { attribute: { region: ['us', 'eu'] } }, {}],
    ['several facts that all hold', { under_contract: true, role: 'member', plan: 'prod_pro' }, {}],
  ])('holds for %s', async (_title, when, facts) => {
    expect((await selectPolicy(createSet(when), createFacts(facts))).name).toBe('chosen-1');
  });

  test.each<[string, Condition, Partial<PolicyFacts>]>([
    ['a contract that ended a millisecond ago', { under_contract: true }, endsAt(-1)],
    ['a contract, exactly at its end', { under_contract: true }, endsAt(0)],
    ['no contract, when there is one', { under_contract: false }, {}],
    ['a user without a customer, of whom a contract is asked', { under_contract: true }, noCustomer],
    ['another plan', { plan: 'prod_basic' }, {}],
    ['a plan, of a user without a customer', { plan: 'prod_pro' }, noCustomer],
    ['another status', { subscription_status: 'past_due' }, {}],
    ['a status, without any subscription', { subscription_status: 'active' }, subscribed([])],
    ['another role', { role: 'owner' }, {}],
    ['a role of which the role is only the beginning', { role: 'memberships' }, {}],
    ['another value of a claim', { claim: { tier: 'silver' } }, {}],
    ['a claim that is not there', { claim: { nothing: 'gold' } }, {}],
    ['a text where the claim is a number', { claim: { seats: '5' } }, {}],
    ['a claim that every object inherits', { claim: { constructor: 'Object' } }, {}],
    ['one claim of two', { claim: { tier: 'gold', beta: false } }, {}],
    ['another value of an attribute', { attribute: { region: 'us' } }, {}],
    ['an attribute that is not there', { attribute: { nothing: 'eu' } }, {}],
    ['an attribute that every object inherits', { attribute: { toString: 'eu' } }, {}],
    ['an attribute, of a user without a customer', { attribute: { region: 'eu' } }, noCustomer],
    ['several facts of which one does not hold', { under_contract: true, role: 'owner' }, {}],
  ])('does not hold for %s', async (_title, when, facts) => {
    expect((await selectPolicy(createSet(when), createFacts(facts))).name).toBe('fallback');
  });

  test.each<[string, Condition, Partial<PolicyFacts>]>([
    ['a plan, when Stripe does not say', { plan: 'prod_pro' }, stripeFails],
    ['a status, when Stripe does not say', { subscription_status: 'active' }, stripeFails],
    ['a role, without a token', { role: 'member' }, noCaller],
    ['a claim, without a token', { claim: { tier: 'gold' } }, noCaller],
    ['a known fact and an unknown one', { under_contract: true, role: 'member' }, noCaller],
    ['a known plan and an unknown role', { plan: 'prod_pro', role: 'member' }, noCaller],
    ['two unknown facts', { plan: 'prod_pro', role: 'member' }, { ...noCaller, ...stripeFails }],
  ])('leads to the strictest policy for %s', async (_title, when, facts) => {
    expect((await selectPolicy(createSet(when), createFacts(facts))).name).toBe('strictest');
  });

  test.each<[string, Condition, Partial<PolicyFacts>]>([
    ['a role is unknown', { role: 'member', under_contract: false }, noCaller],
    ['subscriptions are unknown', { plan: 'prod_pro', role: 'owner' }, stripeFails],
  ])('does not hold when one fact does not, though %s', async (_title, when, facts) => {
    expect((await selectPolicy(createSet(when), createFacts(facts))).name).toBe('fallback');
  });
});

describe('several rules', () => {
  test('are tried in order, and the first that holds decides', async () => {
    const set = createSet({ role: 'owner' }, { role: 'member' }, { under_contract: true });
    expect((await selectPolicy(set, createFacts())).name).toBe('chosen-2');
  });

  test('give way to the strictest policy at the first that cannot be judged, whatever comes later', async () => {
    const set = createSet({ role: 'member' }, { under_contract: true });
    expect((await selectPolicy(set, createFacts(noCaller))).name).toBe('strictest');
  });

  test('are not reached by what is unknown when an earlier one holds', async () => {
    const set = createSet({ under_contract: true }, { role: 'member' });
    expect((await selectPolicy(set, createFacts(noCaller))).name).toBe('chosen-1');
  });

  test.each<[string, Condition, number]>([
    ['no rule asks for subscriptions', { role: 'owner' }, 0],
    ['a rule that asks for none of them holds', { role: 'member' }, 0],
    ['what is asked beside them does not hold', { role: 'owner', plan: 'prod_pro' }, 0],
    ['a rule asks for them', { plan: 'prod_basic', role: 'member' }, 1],
  ])('ask Stripe only when they must: %s', async (_title, when, expected) => {
    let asked = 0;
    const findSubscriptions = () => {
      asked += 1;
      return Promise.resolve(pro);
    };

    await selectPolicy(createSet(when), createFacts({ findSubscriptions }));

    expect(asked).toBe(expected);
  });
});
