import { randomUUID } from 'node:crypto';
import type { UserToErase } from '../shared/erasure.ts';
import type { Page, PageRequest } from '../shared/page.ts';

/** Each operation has two records: its intent, and later its outcome, which names no person. */
export type AuditStep = 'intended' | 'succeeded' | 'failed';

/** The kind of actor. The name alone is ambiguous: a user's subject can be any text, including "stripe". */
export type AuditActorKind = 'user' | 'operator' | 'stripe' | 'erased';

export interface AuditActor {
  readonly kind: AuditActorKind;
  /** A user's subject, a pseudonym, or the fixed name of an actor that is not a person. */
  readonly name: string;
}

/** One line of the log. It is inserted once and changed only to anonymize an erased user. */
export interface AuditRecord {
  /** Shared by both records of one operation. Later operations have greater ids. */
  readonly operationId: string;
  readonly step: AuditStep;
  readonly at: Date;
  readonly actor: string;
  readonly actorKind: AuditActorKind;
  readonly action: AuditAction;
  /** The user that the operation is about; null when it is about none. */
  readonly userId: string | null;
  /** Whether the user was erased: `userId` is then a pseudonym. */
  readonly userErased: boolean;
  /** Stripe's id of the customer or configuration; null while it is unknown. */
  readonly target: string | null;
  readonly details: Readonly<Record<string, string>>;
  /** The error code of a failed step. */
  readonly code: string | null;
}

/** An operation: its intent, joined with its outcome when one was recorded. */
export interface AuditEntry extends Omit<AuditRecord, 'step' | 'operationId'> {
  readonly id: string;
  /** Null when no outcome was recorded: the operation is under way or was cut off. */
  readonly outcome: Exclude<AuditStep, 'intended'> | null;
  readonly endedAt: Date | null;
}

/** A page after an entry's id. */
export interface AuditQuery extends PageRequest {
  readonly userId?: string | undefined;
  readonly action?: AuditAction | undefined;
}

/**
 * The audit log of one scope, which is fixed when the log is opened. Every operation ends within seconds;
 * an operation that cannot reach the store throws StoreUnavailableError.
 */
export interface AuditLog {
  append(record: AuditRecord): Promise<void>;
  /** Lists operations, newest first. */
  list(query: AuditQuery): Promise<Page<AuditEntry>>;
  /** Removes one batch of operations with smaller ids than this one, and returns how many records were removed. */
  removeBefore(operationId: string): Promise<number>;
  /** Replaces a person by a pseudonym in every entry, and returns the number of entries. The entries stay. */
  anonymize(person: UserToErase): Promise<number>;
}

/** The prefix of the ids of all operations that begin at this time. */
export function toOperationTime(at: Date): string {
  return at.getTime().toString(16).padStart(12, '0');
}

/** A random pseudonym that replaces an erased user. One erasure uses one pseudonym, so that user's entries still belong together. */
export function createPseudonym(): string {
  return `erased:${randomUUID()}`;
}

const pseudonymPattern = /^erased:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether a name is a pseudonym, for records of releases that did not store `userErased`. */
export function isPseudonym(name: string): boolean {
  return pseudonymPattern.test(name);
}

/** Derives the kind from the name, for records of releases that did not store `actorKind`. */
export function guessActorKind(name: string): AuditActorKind {
  if (name === 'cli') return 'operator';
  if (name === 'stripe') return 'stripe';
  return isPseudonym(name) ? 'erased' : 'user';
}

export function toEntry(
  { operationId, step, ...intent }: AuditRecord,
  outcome: AuditRecord | undefined,
): AuditEntry {
  return {
    ...intent,
    id: operationId,
    target: intent.userErased ? null : (outcome?.target ?? intent.target),
    outcome: outcome?.step === 'succeeded' || outcome?.step === 'failed' ? outcome.step : null,
    endedAt: outcome?.at ?? null,
    code: outcome?.code ?? null,
  };
}

/** The actions that the audit trail records. The values are stored, so they never change. */
export const AuditAction = {
  CREATE_CUSTOMER: 'create_customer',
  LINK_CUSTOMER: 'link_customer',
  IMPORT_CUSTOMERS: 'import_customers',
  UNLINK_CUSTOMER: 'unlink_customer',
  UPDATE_CUSTOMER_MAPPING: 'update_customer_mapping',
  CREATE_PORTAL_CONFIGURATION: 'create_portal_configuration',
  UPDATE_PORTAL_CONFIGURATION: 'update_portal_configuration',
  DEACTIVATE_PORTAL_CONFIGURATION: 'deactivate_portal_configuration',
  ACTIVATE_PORTAL_CONFIGURATION: 'activate_portal_configuration',
  CREATE_PORTAL_SESSION: 'create_portal_session',
  KEEP_SUBSCRIPTION: 'keep_subscription',
  CREATE_PORTAL_LINK: 'create_portal_link',
  REVOKE_PORTAL_LINK: 'revoke_portal_link',
  LINK_CUSTOMER_BY_EVENT: 'link_customer_by_event',
  REPORT_CUSTOMER_CONFLICT: 'report_customer_conflict',
  RESOLVE_CUSTOMER_CONFLICT: 'resolve_customer_conflict',
  REPORT_PORTAL_SESSION: 'report_portal_session',
} as const;

export type AuditAction = (typeof AuditAction)[keyof typeof AuditAction];
