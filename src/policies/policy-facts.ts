import type { Caller } from '../auth/caller.ts';
import type { CustomerMapping } from '../customers/customer-directory.ts';

/** What rules ask about a customer's subscriptions. */
export interface SubscriptionFacts {
  readonly statuses: ReadonlySet<string>;
  /** The products and prices of those that are active, trialing or past due. */
  readonly plans: ReadonlySet<string>;
}

/** What rules are decided by. */
export interface PolicyFacts {
  /** Null for a user without a customer, who therefore has neither contract nor plan. */
  readonly mapping: CustomerMapping | null;
  /** Null without a token, as when a customer clicks an e-mail link. */
  readonly caller: Pick<Caller, 'roles' | 'claims'> | null;
  /** Read when a rule asks for it and not before; null when Stripe cannot say. */
  readonly findSubscriptions: () => Promise<SubscriptionFacts | null>;
  readonly now: Date;
}

/** Whether something is so; `unknown` when the facts do not say. */
export type Verdict = 'yes' | 'no' | 'unknown';
