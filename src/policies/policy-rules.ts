import { type Caller, findClaim } from '../auth/claims.ts';
import type { CustomerMapping } from '../customers/customer-directory.ts';
import type { Condition } from './policy-file.schema.ts';
import type { Policy, PolicySet } from './policy-set.ts';

/**
 * Returns the policy of the first rule that matches. If a rule depends on an unknown fact, the strictest policy
 * applies: an unknown fact must not allow what the rule would forbid.
 */
export async function selectPolicy(set: PolicySet, facts: PolicyFacts): Promise<Policy> {
  for (const { when, policy } of set.rules) {
    const local = judgeLocally(when, facts);
    const verdict = local === 'no' || !asksStripe(when) ? local : await judgeWhole(local, when, facts);
    if (verdict === 'yes') return policy;
    if (verdict === 'unknown') return set.strictest;
  }
  return set.default;
}

/** Checks the facts that need no request to Stripe. */
function judgeLocally(when: Condition, facts: PolicyFacts): Verdict {
  return combine([
    judgeContract(when.under_contract, facts),
    judgeRole(when.role, facts),
    judgeClaims(when.claim, facts),
    judgeAttributes(when.attribute, facts),
  ]);
}

function asksStripe(when: Condition): boolean {
  return when.plan !== undefined || when.subscription_status !== undefined;
}

async function judgeWhole(local: Verdict, when: Condition, facts: PolicyFacts): Promise<Verdict> {
  return combine([local, await judgeSubscriptions(when, facts)]);
}

/** One fact that does not match rules the condition out, even if other facts are unknown. */
function combine(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('no')) return 'no';
  return verdicts.includes('unknown') ? 'unknown' : 'yes';
}

function judgeContract(asked: boolean | undefined, { mapping, now }: PolicyFacts): Verdict {
  if (asked === undefined) return 'yes';
  const endsAt = mapping?.contractEndsAt ?? null;
  const underContract = endsAt !== null && endsAt > now;
  return toVerdict(underContract === asked);
}

function judgeRole(asked: Condition['role'], { caller }: PolicyFacts): Verdict {
  if (asked === undefined) return 'yes';
  return caller === null ? 'unknown' : toVerdict(toList(asked).some((role) => caller.roles.includes(role)));
}

function judgeClaims(asked: Condition['claim'], { caller }: PolicyFacts): Verdict {
  if (asked === undefined) return 'yes';
  if (caller === null) return 'unknown';
  const holds = ([name, wanted]: [string, unknown]): boolean => {
    const values = toList(findClaim(caller.claims, name));
    return toList(wanted).some((value) => values.includes(value));
  };
  return toVerdict(Object.entries(asked).every(holds));
}

function judgeAttributes(asked: Condition['attribute'], { mapping }: PolicyFacts): Verdict {
  if (asked === undefined) return 'yes';
  const attributes = mapping?.attributes ?? {};
  const holds = ([name, wanted]: [string, string | string[]]): boolean => {
    const value = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
    return value !== undefined && toList(wanted).includes(value);
  };
  return toVerdict(Object.entries(asked).every(holds));
}

async function judgeSubscriptions(when: Condition, facts: PolicyFacts): Promise<Verdict> {
  const subscriptions = await facts.findSubscriptions();
  if (subscriptions === null) return 'unknown';
  const { plan, subscription_status: status } = when;
  return combine([
    toVerdict(plan === undefined || toList(plan).some((id) => subscriptions.plans.has(id))),
    toVerdict(
      status === undefined || toList<string>(status).some((value) => subscriptions.statuses.has(value)),
    ),
  ]);
}

function toVerdict(holds: boolean): Verdict {
  return holds ? 'yes' : 'no';
}

function toList<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}

/** The facts about a customer's subscriptions that rules use. */
export interface SubscriptionFacts {
  readonly statuses: ReadonlySet<string>;
  /** The products and prices of those that are active, trialing or past due. */
  readonly plans: ReadonlySet<string>;
}

/** The facts that rules use. */
export interface PolicyFacts {
  /** Null for a user without a customer, who therefore has neither contract nor plan. */
  readonly mapping: CustomerMapping | null;
  /** Null without a token, as when a customer clicks an e-mail link. */
  readonly caller: Pick<Caller, 'roles' | 'claims'> | null;
  /** Called only when a rule needs subscriptions. Returns null when they cannot be read. */
  readonly findSubscriptions: () => Promise<SubscriptionFacts | null>;
  readonly now: Date;
}

/** Whether a fact matches; `unknown` when it cannot be determined. */
export type Verdict = 'yes' | 'no' | 'unknown';
