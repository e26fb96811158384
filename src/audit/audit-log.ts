import { randomUUID } from 'node:crypto';
import type { UserToErase } from '../shared/erasure.ts';
import type { Page, PageRequest } from '../shared/page.ts';

/** Each operation has two records: its intent, and later its outcome, which names no person. */
type AuditStep = 'intended' | 'succeeded' | 'failed';

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
  readonly userId: string | null;
  /** Whether the user was erased: `userId` is then a pseudonym. */
  readonly userErased: boolean;
  /** Stripe's id of the customer or configuration; null while it is unknown. */
  readonly target: string | null;
  readonly details: Readonly<Record<string, string>>;
  readonly code: string | null;
}

/** An operation: its intent, joined with its outcome when one was recorded. */
export interface AuditEntry extends Omit<AuditRecord, 'step' | 'operationId'> {
  readonly id: string;
  /** Null when no outcome was recorded: the operation is under way or was cut off. */
  readonly outcome: Exclude<AuditStep, 'intended'> | null;
  readonly endedAt: Date | null;
}

export interface AuditQuery extends PageRequest {
  readonly userId?: string | undefined;
  readonly action?: AuditAction | undefined;
}

/** The audit log of one scope. Every operation ends within seconds, and may throw StoreUnavailableError. */
export interface AuditLog {
  append(record: AuditRecord): Promise<void>;
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

/** The actions that the audit trail records. Their names are stored, so they never change. */
export const auditActions = {
  create_customer: "Create a customer at Stripe for a user's first session.",
  link_customer: 'Link a user to a customer.',
  import_customers: 'Link many users from a file on the command line.',
  unlink_customer: 'Remove the mapping between a user and a customer.',
  update_customer_mapping: "Change a mapping's contract end or attributes.",
  create_portal_configuration: 'Create a portal configuration.',
  update_portal_configuration: 'Change a portal configuration.',
  deactivate_portal_configuration: 'Deactivate a portal configuration.',
  activate_portal_configuration: 'Activate a portal configuration again.',
  create_portal_session: "Open a portal session on a customer's behalf.",
  keep_subscription:
    "Revert a subscription's cancellation or downgrade that was scheduled for the end of the period.",
  create_portal_link: 'Create an e-mail link.',
  revoke_portal_link: 'Revoke one e-mail link, or all e-mail links of a user.',
  link_customer_by_event: 'Link a user to a customer because a Stripe event named both.',
  report_customer_conflict:
    'Report that a customer at Stripe names a user, but one of them is already linked elsewhere. `conflictId` identifies the conflict.',
  resolve_customer_conflict: 'Resolve a customer conflict.',
  report_portal_session:
    'Report that Stripe opened a portal session, by this service or otherwise. `sessionId` identifies the session.',
};

export type AuditAction = keyof typeof auditActions;
