import { type Caller, findClaim } from '../auth/claims.ts';
import type { CustomerMapping } from '../customers/customer-directory.ts';
import type { Condition } from './policy-file.schema.ts';
import type { Policy, PolicySet } from './policy-set.ts';

export interface PlanFacts {
  readonly statuses: ReadonlySet<string>;
  /** The products and prices of those that are active, trialing or past due. */
  readonly plans: ReadonlySet<string>;
}

export interface PolicyFacts {
  /** Null for a user without a customer, who therefore has neither contract nor plan. */
  readonly mapping: CustomerMapping | null;
  /** Null without a token, as when a customer clicks an e-mail link. */
  readonly caller: Pick<Caller, 'roles' | 'claims'> | null;
  /** Called only when a rule needs subscriptions. Returns null when they cannot be read. */
  readonly findSubscriptions: () => Promise<PlanFacts | null>;
  readonly now: Date;
}

/** Whether a fact matches; null when it cannot be determined. */
type Match = boolean | null;

/** The first rule that matches decides. An unknown fact must not allow what a rule would forbid: the strictest policy applies. */
export async function selectPolicy(set: PolicySet, facts: PolicyFacts): Promise<Policy> {
  for (const { when, policy } of set.rules) {
    const local = matchLocally(when, facts);
    const asksStripe = when.plan !== undefined || when.subscription_status !== undefined;
    const match =
      local === false || !asksStripe ? local : all([local, await matchSubscriptions(when, facts)]);
    if (match === true) return policy;
    if (match === null) return set.strictest;
  }
  return set.default;
}

/** One fact that does not match rules the condition out, even if other facts are unknown. */
function all(matches: readonly Match[]): Match {
  if (matches.includes(false)) return false;
  return matches.includes(null) ? null : true;
}

function matchLocally({ under_contract, role, claim, attribute }: Condition, facts: PolicyFacts): Match {
  const { mapping, caller, now } = facts;
  const endsAt = mapping?.contractEndsAt ?? null;
  const attributes = mapping?.attributes ?? {};
  return all([
    under_contract === undefined || under_contract === (endsAt !== null && endsAt > now),
    role === undefined || (caller && overlap(role, caller.roles)),
    claim === undefined ||
      (caller && matchEach(claim, (name, wanted) => overlap(wanted, findClaim(caller.claims, name)))),
    attribute === undefined || matchEach(attribute, (name, wanted) => overlap(wanted, attributes[name])),
  ]);
}

async function matchSubscriptions(when: Condition, { findSubscriptions }: PolicyFacts): Promise<Match> {
  const { plan, subscription_status: status } = when;
  const found = await findSubscriptions();
  return (
    found &&
    (plan === undefined || overlap(plan, [...found.plans])) &&
    (status === undefined || overlap(status, [...found.statuses]))
  );
}

function matchEach<T>(wanted: Record<string, T>, matches: (name: string, value: T) => boolean): boolean {
  return Object.entries(wanted).every(([name, value]) => matches(name, value));
}

function overlap(wanted: unknown, found: unknown): boolean {
  const values = [found].flat();
  return [wanted].flat().some((value) => values.includes(value));
}
