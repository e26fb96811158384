import { randomUUID } from 'node:crypto';

/** What is recorded of an administrator's operation: that it is about to begin, and later how it ended. */
export type AuditStep = 'intended' | 'succeeded' | 'failed';

/** What kind of actor did it. Names alone do not tell: a user's subject can be any text. */
export type AuditActorKind = 'user' | 'operator' | 'stripe' | 'erased';

export interface AuditActor {
  readonly kind: AuditActorKind;
  /** A user's subject, a pseudonym, or a fixed name for what is not a person. */
  readonly name: string;
}

/** One line of the log. It is inserted once, and never changed but to make a person unknown. */
export interface AuditRecord {
  /** Common to the steps of one operation. Later operations have greater ids. */
  readonly operationId: string;
  readonly step: AuditStep;
  readonly at: Date;
  readonly actor: string;
  readonly actorKind: AuditActorKind;
  readonly action: string;
  /** The user it is about; null when it is about none. */
  readonly userId: string | null;
  /** Whether the user was erased since: then `userId` is a pseudonym. */
  readonly userErased: boolean;
  /** Stripe's id of the customer or configuration it is about; null while that is not known. */
  readonly target: string | null;
  readonly details: Readonly<Record<string, string>>;
  /** The error code of a failed step. */
  readonly code: string | null;
}

/** An operation: its intent, together with its outcome when there is one. */
export interface AuditEntry extends Omit<AuditRecord, 'step' | 'operationId'> {
  readonly id: string;
  /** Null when none was recorded: it is under way, or it was cut off. */
  readonly outcome: 'succeeded' | 'failed' | null;
  readonly endedAt: Date | null;
}

export interface AuditQuery {
  readonly first: number;
  /** The id of the entry that the page follows. */
  readonly after?: string | undefined;
  readonly userId?: string | undefined;
  readonly action?: string | undefined;
}

export interface AuditPage {
  readonly entries: readonly AuditEntry[];
  readonly hasNextPage: boolean;
}

/** Whose traces are to be removed. */
export interface AuditedPerson {
  readonly userId: string;
  /** The customer they are linked to; null when they are not. */
  readonly stripeCustomerId: string | null;
}

/**
 * The log of what administrators did, bound to one scope when it is opened. Every operation ends within
 * seconds; one that cannot reach the store throws StoreUnavailableError.
 */
export interface AuditLog {
  append(record: AuditRecord): Promise<void>;
  /** Operations, the newest first. */
  list(query: AuditQuery): Promise<AuditPage>;
  /** Removes operations whose id is less than this one, a limited number at a time, and tells how many records that were. */
  removeBefore(operationId: string): Promise<number>;
  /** Replaces a person by a pseudonym in every entry, and returns in how many; that something was done stays. */
  anonymize(person: AuditedPerson): Promise<number>;
}

const millisecondDigits = 12;

/** What the ids of all operations begin with that begin at this time. */
export function toOperationTime(at: Date): string {
  return at.getTime().toString(16).padStart(millisecondDigits, '0');
}

/** A random pseudonym that replaces an erased user. One erasure uses one pseudonym, so that user's entries still belong together. */
export function createPseudonym(): string {
  return `erased:${randomUUID()}`;
}

const pseudonymPattern = /^erased:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether records of releases without `userErased` mean an erased user by this name. */
export function isPseudonym(name: string): boolean {
  return pseudonymPattern.test(name);
}

/** The kind that records of releases without `actorKind` meant by a name. */
export function guessActorKind(name: string): AuditActorKind {
  if (name === 'cli') return 'operator';
  if (name === 'stripe') return 'stripe';
  return isPseudonym(name) ? 'erased' : 'user';
}

/** Joins each intent with its outcome. */
export function toEntry(
  { operationId, step, ...intent }: AuditRecord,
  outcome: AuditRecord | undefined,
): AuditEntry {
  return {
    ...intent,
    id: operationId,
    target: outcome?.target ?? intent.target,
    outcome: outcome?.step === 'succeeded' || outcome?.step === 'failed' ? outcome.step : null,
    endedAt: outcome?.at ?? null,
    code: outcome?.code ?? null,
  };
}
