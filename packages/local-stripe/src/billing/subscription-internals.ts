import type { PriceObject } from '../stripe-objects.ts';

/** One line of an invoice, before the invoice exists. */
export interface Charge {
  readonly description: string;
  readonly amount: number;
  readonly quantity: number;
  readonly price: PriceObject;
  readonly period: { readonly start: number; readonly end: number };
  readonly proration: boolean;
  readonly subscriptionItem: string;
}

/** A request to discount: by a coupon, by a promotion code, or by a discount that exists already. */
export interface DiscountRequest {
  readonly coupon?: string | null;
  readonly promotion_code?: string | null;
  readonly discount?: string | null;
}

/** A change of one subscription item. Without an id, it adds an item. */
export interface ItemChange {
  readonly id?: string;
  readonly price?: string;
  readonly quantity?: number;
  readonly deleted?: boolean;
  readonly metadata?: Record<string, string>;
  readonly discounts?: readonly DiscountRequest[] | null;
}

/** State of a subscription that Stripe does not expose in its members. */
export interface SubscriptionInternals {
  /** Prorations for the next invoice. */
  readonly pendingCharges: readonly Charge[];
  /** The schedule that the portal created for a change at the end of the period: the portal can undo it. */
  readonly portalSchedule: string | null;
  /** When a pause of a chosen length ends. */
  readonly resumesAt: number | null;
  /** The end of the trial that `trial_will_end` has announced, so that it is announced once. */
  readonly announcedTrialEnd: number | null;
}

export const noInternals: SubscriptionInternals = {
  pendingCharges: [],
  portalSchedule: null,
  resumesAt: null,
  announcedTrialEnd: null,
};
