import { hash, randomBytes } from 'node:crypto';
import type { Caller } from '../auth/claims.ts';
import { StoreUnavailableError } from '../shared/errors.ts';
import { type Logger, redact } from '../logging/logger.ts';
import type { UserToErase } from '../shared/erasure.ts';
import type { Page } from '../shared/page.ts';
import { toOutcome } from '../telemetry/telemetry.ts';
import {
  type AuditAction,
  type AuditActor,
  type AuditEntry,
  type AuditLog,
  type AuditQuery,
  type AuditRecord,
  toOperationTime,
} from './audit-log.ts';

export const commandLine: AuditActor = { kind: 'operator', name: 'cli' };
export const stripeItself: AuditActor = { kind: 'stripe', name: 'stripe' };

export interface AuditIntent {
  readonly actor: Caller | AuditActor;
  readonly action: AuditAction;
  readonly userId?: string;
  /** Stripe's id of the customer or configuration, when it is known beforehand. */
  readonly target?: string;
  /** Further arguments, without secrets and URLs: the trail outlives them. */
  readonly details?: Readonly<Record<string, string | undefined>>;
}

export type AuditOutcome = 'under_way' | 'succeeded' | 'failed' | 'cut_off';

export type JudgedEntry = Omit<AuditEntry, 'outcome'> & { readonly outcome: AuditOutcome };

/** An operation without an outcome after this time was cut off: each call to Stripe and the store ends within seconds. */
const longestOperationMs = 60_000;
const dayMs = 24 * 60 * 60_000;

/** Records operations: the intent before anything happens, then the outcome. */
export class AuditTrail {
  private counter = 0;

  constructor(
    private readonly log: AuditLog,
    private readonly logger: Logger,
    private readonly now: () => Date = () => new Date(),
  ) {}

  /** The effect does not run unless its intent is recorded. It may call `aimAt` with its target. @throws StoreUnavailableError, and its errors */
  async record<T>(
    intent: AuditIntent,
    effect: (operation: { aimAt(target: string): void }) => Promise<T>,
  ): Promise<T> {
    const record = createIntended(intent, this.createOperationId(), this.now());
    await this.log.append(record);
    let target: string | null = null;
    const conclude = (step: AuditRecord['step'], code: string | null): Promise<void> =>
      this.conclude({ ...omitPersons(record), step, at: this.now(), target, code });
    try {
      const result = await effect({ aimAt: (id) => (target = toSafeText(id)) });
      await conclude('succeeded', null);
      return result;
    } catch (error) {
      const concluded = conclude('failed', toOutcome(error));
      // The store has just timed out, so the caller does not wait for it a second time.
      if (!(error instanceof StoreUnavailableError)) await concluded;
      throw error;
    }
  }

  /** Records what already happened. @param cause identifies it, so that a repeated event makes no second entry */
  async note(intent: AuditIntent, at: Date, cause: string): Promise<void> {
    // The id has the length of the other ids and sorts with them.
    const digest = hash('sha256', cause).slice(0, 12);
    const record = createIntended(intent, `${toOperationTime(at)}${digest}`, at);
    await this.log.append(record);
    await this.log.append({ ...omitPersons(record), step: 'succeeded' });
  }

  async list(query: AuditQuery): Promise<Page<JudgedEntry>> {
    const { userId } = query;
    const { items, hasNextPage } = await this.log.list({ ...query, userId: userId && toText(userId) });
    return { items: items.map((entry) => ({ ...entry, outcome: this.judge(entry) })), hasNextPage };
  }

  /** Replaces a person by a pseudonym in every entry, and returns the number of entries. @throws StoreUnavailableError */
  anonymize({ userId, stripeCustomerId }: UserToErase): Promise<number> {
    return this.log.anonymize({ userId: toText(userId), stripeCustomerId });
  }

  sweep(retentionDays: number, by: Date): Promise<number> {
    const oldest = toOperationTime(new Date(by.getTime() - retentionDays * dayMs));
    return this.log.removeBefore(oldest);
  }

  /** A failure to record the outcome is only logged: the effect itself succeeded or failed independently of it. */
  private async conclude(record: AuditRecord): Promise<void> {
    try {
      await this.log.append(record);
    } catch (error) {
      const { operationId, action, step } = record;
      const facts = { error, operationId, action, step };
      this.logger.error(facts, 'failed to record an outcome in the audit trail');
    }
  }

  private judge({ outcome, at }: AuditEntry): AuditOutcome {
    if (outcome !== null) return outcome;
    return this.now().getTime() - at.getTime() < longestOperationMs ? 'under_way' : 'cut_off';
  }

  /** Ids sort by time, and within a millisecond by the order in which this process created them. */
  private createOperationId(): string {
    this.counter = (this.counter + 1) % 0x10000;
    const count = this.counter.toString(16).padStart(4, '0');
    return `${toOperationTime(this.now())}${count}${randomBytes(4).toString('hex')}`;
  }
}

function createIntended(intent: AuditIntent, operationId: string, at: Date): AuditRecord {
  const { actor, action, userId, target, details = {} } = intent;
  const { kind, name } = 'kind' in actor ? actor : findPerson(actor);
  const safeDetails = Object.entries(details).flatMap(([key, value]): [string, string][] =>
    value === undefined ? [] : [[key, toSafeText(value)]],
  );
  return {
    operationId,
    step: 'intended',
    at,
    actor: toText(name),
    actorKind: kind,
    action,
    userId: userId === undefined ? null : toText(userId),
    userErased: false,
    target: target === undefined ? null : toSafeText(target),
    details: Object.fromEntries(safeDetails),
    code: null,
  };
}

/** An outcome repeats nothing that names a person, since the user or the actor may be erased meanwhile. */
function omitPersons(record: AuditRecord): AuditRecord {
  return { ...record, actor: '', userId: null, target: null, details: {} };
}

/** Uses the token's `sub`: when an organisation is billed, `sub` is the person who acts for it. */
function findPerson({ claims, userId }: Caller): AuditActor {
  const { sub } = claims;
  return { kind: 'user', name: typeof sub === 'string' && sub !== '' ? sub : userId };
}

const maxLength = 255;
const unstorable = /[\p{Cc}\p{Cs}]/u;
const hashEnding = /#[0-9a-f]{64}$/;

/** A caller's id may be any text. Different texts stay different: one that is cut or cleaned ends with the original's hash. */
function toText(text: string): string {
  if (text.length <= maxLength && !unstorable.test(text) && !hashEnding.test(text)) return text;
  // UTF-16 keeps lone surrogates apart, which UTF-8 would replace by one character.
  const digest = hash('sha256', Buffer.from(text, 'utf16le'));
  const start = text.slice(0, maxLength - digest.length - 1);
  return `${start.replaceAll(new RegExp(unstorable, 'gu'), '\ufffd')}#${digest}`;
}

/** Also removes secrets and URLs that were given by mistake. User ids are not redacted: an id may be an e-mail address. */
function toSafeText(text: string): string {
  return redact(toText(text));
}
