import type { Caller } from '../auth/claims.ts';
import type { CustomerMapping } from '../customers/customer-directory.ts';

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
