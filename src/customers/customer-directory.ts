import * as z from 'zod';
import { BadUserInputError } from '../shared/errors.ts';
import type { Page, PageRequest } from '../shared/page.ts';

/** Which Stripe customer a user of the product is, within one scope. */
export interface CustomerMapping {
  /** The subject of the product's tokens: a user's id, or an organisation's id for team billing. */
  readonly userId: string;
  readonly stripeCustomerId: string;
  /** When the customer's contract ends; null without a contract. Portal policies read it. */
  readonly contractEndsAt: Date | null;
  /** The operator's facts about the customer, for portal policies. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly createdAt: Date;
}

export type MappingIds = Pick<CustomerMapping, 'userId' | 'stripeCustomerId'>;

/** The fields of a mapping that can change. The user's id cannot. */
export type MappingChanges = Partial<Omit<CustomerMapping, 'userId'>>;

export const linksPerStep = 500;

/** The outcome for one mapping: stored, already there, or refused because an id is taken. */
export type LinkOutcome = 'linked' | 'unchanged' | 'user_taken' | 'customer_taken';

/**
 * The mappings from users to Stripe customers. The scope (test, live, or a sandbox's name) is fixed when the directory is
 * opened, so that a test-mode customer cannot be found with a live key.
 *
 * Each user has one customer, and each customer one user. Every operation ends within seconds; an operation that cannot
 * reach the store throws StoreUnavailableError.
 */
export interface CustomerDirectory {
  findByUserId(userId: string): Promise<CustomerMapping | null>;
  findByStripeCustomerId(stripeCustomerId: string): Promise<CustomerMapping | null>;
  /** Idempotent. @throws UserAlreadyLinkedError, CustomerAlreadyLinkedError */
  link(link: MappingIds): Promise<{ readonly mapping: CustomerMapping; readonly created: boolean }>;
  /** Returns one outcome for each link, in the same order. Other writers may wait until the end, so pass at most `linksPerStep` links. */
  linkMany(links: readonly MappingIds[]): Promise<readonly LinkOutcome[]>;
  /** Changes a mapping and returns the new state; null when the user has none, or another user has the customer. */
  update(userId: string, changes: MappingChanges): Promise<CustomerMapping | null>;
  unlink(userId: string): Promise<CustomerMapping | null>;
  /** Returns a page of mappings, sorted by user id, after the user id `after`. */
  list(page: PageRequest): Promise<Page<CustomerMapping>>;
}

export const userIdSchema = z
  .string()
  .min(1, 'a user id cannot be empty')
  .max(255, 'a user id must be at most 255 characters')
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'a user id cannot contain control characters')
  // Lone surrogates have no UTF-8 encoding: stores would replace them, and two users would become one.
  .regex(/^\P{Surrogate}*$/u, 'a user id must be well-formed Unicode');

export const stripeCustomerIdSchema = z
  .string()
  .max(255, 'a Stripe customer id must be at most 255 characters')
  .regex(/^cus_[A-Za-z0-9_]+$/, 'a Stripe customer id looks like cus_NffrFeUfNV2Hib');

export const mappingIdsSchema = z.object({
  userId: userIdSchema,
  stripeCustomerId: stripeCustomerIdSchema,
});

const attributeNameRule =
  'the name of an attribute must be 1 to 64 letters, digits, dots, dashes and underscores';
const attributeTextRule = 'the value of an attribute must be well-formed Unicode without control characters';

const attributeSchema = z.object({
  name: z.string().regex(/^[\w.-]{1,64}$/, attributeNameRule),
  value: z
    .string()
    .max(500, 'the value of an attribute must be at most 500 characters')
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, attributeTextRule),
});

export type Attribute = Readonly<z.output<typeof attributeSchema>>;

const attributesSchema = z
  .array(attributeSchema)
  .max(50, 'a mapping can have at most 50 attributes')
  .refine(
    (attributes) => new Set(attributes.map(({ name }) => name)).size === attributes.length,
    'the names of attributes must be unique',
  );

export function checkUserId(userId: string): void {
  check(userIdSchema, userId);
}

export function checkMappingIds(link: MappingIds): void {
  check(mappingIdsSchema, link);
}

export function readAttributes(attributes: readonly Attribute[]): CustomerMapping['attributes'] {
  check(attributesSchema, attributes);
  return Object.fromEntries(attributes.map(({ name, value }) => [name, value]));
}

function check(schema: z.ZodType, value: unknown): void {
  const { error } = schema.safeParse(value);
  if (error) throw new BadUserInputError(error.issues.map(({ message }) => message).join('; '));
}
