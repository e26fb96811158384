import type Stripe from 'stripe';
import type { Caller } from '../auth/claims.ts';
import type { CustomerMapping } from '../customers/customer-directory.ts';
import { type CustomerSubscriptions, isCurrent } from '../customers/customer-subscriptions.ts';
import type { Platform } from '../platform.ts';
import { BillingError } from '../shared/errors.ts';
import { SharedReads } from '../stripe/reads.ts';
import { type PlanFacts, selectPolicy } from './policy-rules.ts';
import type { Policy, PolicySet } from './policy-set.ts';

/** What rules need of a subscription, by Stripe's names. */
export interface PlannedSubscription {
  readonly status: string;
  readonly items: readonly {
    readonly price: { readonly id: string; readonly product: string | { readonly id: string } };
  }[];
}

interface PortalPoliciesParts extends Pick<Platform, 'logger' | 'now'> {
  readonly set: PolicySet;
  readonly subscriptions: CustomerSubscriptions;
}

export class PortalPolicies {
  private readonly reads = new SharedReads<readonly Stripe.Subscription[]>();

  constructor(private readonly parts: PortalPoliciesParts) {}

  /** @param known the customer's subscriptions; null when they were not read already */
  select(
    caller: Caller | null,
    mapping: CustomerMapping | null,
    known: readonly PlannedSubscription[] | null,
  ): Promise<Policy> {
    let found: Promise<PlanFacts | null> | undefined;
    const findSubscriptions = () =>
      (found ??= known === null ? this.readSubscriptions(mapping) : Promise.resolve(toFacts(known)));
    return selectPolicy(this.parts.set, { caller, mapping, findSubscriptions, now: this.parts.now() });
  }

  /** Returns null when the subscriptions cannot be read completely. @throws StripeRateLimitedError, BillingError RATE_LIMITED */
  private async readSubscriptions(mapping: CustomerMapping | null): Promise<PlanFacts | null> {
    if (mapping === null) return toFacts([]);
    try {
      const { stripeCustomerId: id } = mapping;
      const found = await this.reads.read(id, () => this.parts.subscriptions.list(id));
      return toFacts(found.map(({ status, items }) => ({ status, items: items.data })));
    } catch (error) {
      // A rate limit passes within seconds: the caller should retry rather than get the strictest policy.
      if (error instanceof BillingError && error.code.endsWith('RATE_LIMITED')) throw error;
      const message = 'failed to read subscriptions, the strictest policy applies to rules that need them';
      this.parts.logger.warn({ error }, message);
      return null;
    }
  }
}

function toFacts(subscriptions: readonly PlannedSubscription[]): PlanFacts {
  const current = subscriptions.filter(isCurrent);
  const prices = current.flatMap(({ items }) => items.map(({ price }) => price));
  const products = prices.map(({ product }) => (typeof product === 'string' ? product : product.id));
  return {
    statuses: new Set(subscriptions.map(({ status }) => status)),
    plans: new Set([...products, ...prices.map(({ id }) => id)]),
  };
}
