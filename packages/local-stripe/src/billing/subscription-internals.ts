import type { PriceObject } from '../stripe-objects.ts';

/** What one line of an invoice charges for. */
export interface Charge {
  readonly description: string;
  readonly amount: number;
  readonly quantity: number;
  readonly price: PriceObject;
  readonly period: { readonly start: number; readonly end: number };
  readonly proration: boolean;
  readonly subscriptionItem: string;
}

/** A change of one item: a new one when it names none. */
export interface ItemChange {
  readonly id?: string;
  readonly price?: string;
  readonly quantity?: number;
  readonly deleted?: boolean;
  readonly metadata?: Record<string, string>;
}

/** What Stripe knows of a subscription and shows in no member of it. */
export interface SubscriptionInternals {
  /** Prorations that wait for the next invoice. */
  readonly pendingCharges: readonly Charge[];
  /** Changes that the portal scheduled for the end of the period. */
  readonly scheduledItems: readonly ItemChange[] | null;
  /** When a pause for a chosen time ends by itself. */
  readonly resumesAt: number | null;
  /** The end of a trial that `trial_will_end` has told of. */
  readonly announcedTrialEnd: number | null;
}

export const noInternals: SubscriptionInternals = {
  pendingCharges: [],
  scheduledItems: null,
  resumesAt: null,
  announcedTrialEnd: null,
};
