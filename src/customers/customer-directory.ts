import { z } from 'zod';
import { BadUserInputError } from '../shared/errors.ts';

/** Which Stripe customer a user of the product is, within one scope. */
export interface CustomerMapping {
  /** The subject of the product's tokens: a user's id, or an organisation's for team billing. */
  readonly userId: string;
  /** Stripe's id of the customer, `cus_…`. */
  readonly stripeCustomerId: string;
  /** When the customer's contract ends; null without a contract. Portal policies read it. */
  readonly contractEndsAt: Date | null;
  /** Facts the operator keeps about this customer, for portal policies to read. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly createdAt: Date;
}

/** The two ids that a mapping ties together. */
export type CustomerLink = Pick<CustomerMapping, 'userId' | 'stripeCustomerId'>;

/** What may be changed of a mapping; who is linked to whom may not. */
export type MappingChanges = Partial<Pick<CustomerMapping, 'contractEndsAt' | 'attributes'>>;

/** What became of one link: stored now, there already, or refused because an id is taken. */
export type LinkOutcome = 'linked' | 'unchanged' | 'user_taken' | 'customer_taken';

export interface MappingPage {
  readonly mappings: readonly CustomerMapping[];
  readonly hasNextPage: boolean;
}

/**
 * The mapping from users to Stripe customers, bound to one scope (test, live, or a sandbox's name) when
 * it is opened: a test-mode customer cannot be found with a live key.
 *
 * A user has one customer and a customer one user. Every operation ends within seconds; one that cannot
 * reach the store throws StoreUnavailableError.
 */
export interface CustomerDirectory {
  findByUserId(userId: string): Promise<CustomerMapping | null>;
  findByStripeCustomerId(stripeCustomerId: string): Promise<CustomerMapping | null>;
  /**
   * Links a user to a customer; the same link again is no change.
   * @throws UserAlreadyLinkedError, CustomerAlreadyLinkedError
   */
  link(link: CustomerLink): Promise<{ readonly mapping: CustomerMapping; readonly created: boolean }>;
  /** Links many at once; the outcomes stand in the order of the links. One refused link stops no other. */
  linkMany(links: readonly CustomerLink[]): Promise<readonly LinkOutcome[]>;
  /** Changes a mapping and returns it as it is then; null when the user has none. */
  update(userId: string, changes: MappingChanges): Promise<CustomerMapping | null>;
  /** Removes a user's mapping and returns what was removed; null when there was none. */
  unlink(userId: string): Promise<CustomerMapping | null>;
  /** Mappings in the order of their user ids, from the one after `after`. */
  list(page: { readonly first: number; readonly after?: string | undefined }): Promise<MappingPage>;
}

export const userIdSchema = z
  .string()
  .min(1, 'a user id cannot be empty')
  .max(255, 'a user id has at most 255 characters')
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'a user id has no control characters')
  // Half a surrogate pair has no UTF-8: stores replace it, and two users would become one.
  .regex(/^\P{Surrogate}*$/u, 'a user id is well-formed Unicode');

export const stripeCustomerIdSchema = z
  .string()
  .max(255, 'a Stripe customer id has at most 255 characters')
  .regex(/^cus_[A-Za-z0-9_]+$/, 'a Stripe customer id looks like cus_NffrFeUfNV2Hib');

export const customerLinkSchema = z.object({
  userId: userIdSchema,
  stripeCustomerId: stripeCustomerIdSchema,
});

/** @throws BadUserInputError */
export function checkUserId(userId: string): void {
  check(userIdSchema, userId);
}

/** @throws BadUserInputError */
export function checkCustomerLink(link: CustomerLink): void {
  check(customerLinkSchema, link);
}

function check(schema: z.ZodType, value: unknown): void {
  const { error } = schema.safeParse(value);
  if (error) throw new BadUserInputError(error.issues.map(({ message }) => message).join('; '));
}
