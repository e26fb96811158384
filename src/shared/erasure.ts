/** A user to erase, and the customer linked to the user; null when none is. */
export interface UserToErase {
  readonly userId: string;
  readonly stripeCustomerId: string | null;
}

/** What one feature removed about a user. */
export interface Erasure {
  /** Descriptions of what was removed, for the operator. */
  readonly removed: readonly string[];
  /** Customers that were linked to the user or named the user, and are still at Stripe. */
  readonly stripeCustomerIds?: readonly string[];
}

/** `1 entry`, `2 entries`. */
export function countOf(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
