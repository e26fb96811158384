import { createHash, randomBytes } from 'node:crypto';
import type { Caller } from '../auth/caller.ts';
import { BillingError, StoreUnavailableError } from '../shared/errors.ts';
import type { Page } from '../graphql/connection.ts';
import { type Logger, redact } from '../logging/logger.ts';
import { removeAll } from '../records/remove-all.ts';
import type { AuditAction } from './audit-action.ts';
import {
  type AuditActor,
  type AuditEntry,
  type AuditLog,
  type AuditQuery,
  type AuditRecord,
  type AuditedPerson,
  toOperationTime,
} from './audit-log.ts';

/** Actors that are not callers of the API. */
export const commandLine: AuditActor = { kind: 'operator', name: 'cli' };
export const stripeItself: AuditActor = { kind: 'stripe', name: 'stripe' };

export interface AuditIntent {
  readonly actor: Caller | AuditActor;
  readonly action: AuditAction;
  readonly userId?: string;
  /** Stripe's id of the customer or configuration, where it is known beforehand. */
  readonly target?: string;
  /** What else is asked for. No secrets and no URLs: they would outlive their time here. */
  readonly details?: Readonly<Record<string, string | undefined>>;
}

/** What has happened elsewhere. */
export interface AuditReport extends AuditIntent {
  /** What tells of it: the same again is no second entry. */
  readonly cause: string;
  readonly at: Date;
}

/** An operation while it is under way. */
export interface AuditedOperation {
  /** Names the customer or configuration that it turned out to be about. */
  aimAt(target: string): void;
}

export type AuditOutcome = 'under_way' | 'succeeded' | 'failed' | 'cut_off';

export interface JudgedEntry extends Omit<AuditEntry, 'outcome'> {
  readonly outcome: AuditOutcome;
}

/** No operation takes this long: each of its calls to Stripe and the store ends within seconds. */
const longestOperationMs = 60_000;
const dayMs = 24 * 60 * 60_000;

/** Records what administrators do: the intent before anything happens, then the outcome. */
export class AuditTrail {
  private counter = 0;

  constructor(
    private readonly log: AuditLog,
    private readonly logger: Logger,
    private readonly now: () => Date = () => new Date(),
  ) {}

  /**
   * Does something on the record. Without the record of the intent nothing is done.
   * @throws StoreUnavailableError, and whatever the effect throws
   */
  async record<T>(intent: AuditIntent, effect: (operation: AuditedOperation) => Promise<T>): Promise<T> {
    let target = intent.target ?? null;
    const facts = this.createFacts(intent);
    await this.log.append({
      ...facts,
      step: 'intended',
      at: this.now(),
      target: toSafeText(target),
      code: null,
    });
    const conclude = (step: 'succeeded' | 'failed', code: string | null): Promise<void> =>
      this.conclude({ ...facts, step, at: this.now(), target: toSafeText(target), code });
    try {
      const result = await effect({ aimAt: (id) => (target = id) });
      await conclude('succeeded', null);
      return result;
    } catch (error) {
      const concluded = conclude(
        'failed',
        error instanceof BillingError ? error.code : 'INTERNAL_SERVER_ERROR',
      );
      // Of a store that gave no answer in seconds, the caller does not wait for another one.
      if (!(error instanceof StoreUnavailableError)) await concluded;
      throw error;
    }
  }

  /** Records what has happened elsewhere, once for its cause. @throws StoreUnavailableError */
  async note({ cause, at, ...intent }: AuditReport): Promise<void> {
    const facts = { ...this.createFacts(intent), operationId: createReportId(cause, at) };
    const record = { ...facts, at, target: toSafeText(intent.target ?? null), code: null };
    await this.log.append({ ...record, step: 'intended' });
    await this.log.append({ ...record, step: 'succeeded' });
  }

  async list(query: AuditQuery): Promise<Page<JudgedEntry>> {
    const { userId } = query;
    const { entries, hasNextPage } = await this.log.list({ ...query, userId: userId && toText(userId) });
    return { items: entries.map((entry) => ({ ...entry, outcome: this.judge(entry) })), hasNextPage };
  }

  /** Replaces a person by a pseudonym in every entry, and returns in how many. @throws StoreUnavailableError */
  anonymize({ userId, stripeCustomerId }: AuditedPerson): Promise<number> {
    return this.log.anonymize({ userId: toText(userId), stripeCustomerId });
  }

  /** Removes what is older than this many days by this time, and tells how many records that were. */
  async sweep(retentionDays: number, by: Date): Promise<number> {
    const oldest = toOperationTime(new Date(by.getTime() - retentionDays * dayMs));
    return removeAll(() => this.log.removeBefore(oldest));
  }

  private createFacts({ actor, action, userId, details = {} }: AuditIntent) {
    const { kind: actorKind, name } = 'kind' in actor ? actor : findPerson(actor);
    return {
      operationId: this.createOperationId(),
      actor: toText(name),
      actorKind,
      action,
      userId: userId === undefined ? null : toText(userId),
      userErased: false,
      details: Object.fromEntries(
        Object.entries(details).flatMap(([name, value]) =>
          value === undefined ? [] : [[name, toSafeText(value)]],
        ),
      ),
    };
  }

  /** What happened has happened: that it cannot be recorded is no reason to tell the caller that it failed. */
  private async conclude(record: AuditRecord): Promise<void> {
    try {
      await this.log.append(record);
    } catch (error) {
      const { operationId, action, step } = record;
      this.logger.error(
        { error, operationId, action, step },
        'an outcome could not be recorded in the audit trail',
      );
    }
  }

  private judge({ outcome, at }: AuditEntry): AuditOutcome {
    if (outcome !== null) return outcome;
    return this.now().getTime() - at.getTime() < longestOperationMs ? 'under_way' : 'cut_off';
  }

  /** In the order of time, and within a millisecond in the order in which this process made them. */
  private createOperationId(): string {
    this.counter = (this.counter + 1) % 0x10000;
    const count = this.counter.toString(16).padStart(4, '0');
    return `${toOperationTime(this.now())}${count}${randomBytes(4).toString('hex')}`;
  }
}

/** As long as the other ids, and in order with them. */
function createReportId(cause: string, at: Date): string {
  return `${toOperationTime(at)}${createHash('sha256').update(cause).digest('hex').slice(0, 12)}`;
}

/** The token's own subject: where an organisation is billed, that is the person who acts for it. */
function findPerson({ claims, userId }: Caller): AuditActor {
  const { sub } = claims;
  return { kind: 'user', name: typeof sub === 'string' && sub !== '' ? sub : userId };
}

const maxLength = 255;
const unstorable = /[\p{Cc}\p{Cs}]/u;
const hashEnding = /#[0-9a-f]{64}$/;

/**
 * What a caller sends may be no id at all: it is recorded as far as every store can keep it. Two texts never become
 * one: a text that is shortened or changed ends with the hash of the whole, and so does one that looks as if it was.
 */
function toText(text: string): string {
  if (text.length <= maxLength && !unstorable.test(text) && !hashEnding.test(text)) return text;
  // UTF-8 has no lone surrogates, which the hash has to tell apart.
  const digest = createHash('sha256').update(text, 'utf16le').digest('hex');
  const start = text.slice(0, maxLength - digest.length - 1);
  return `${start.replaceAll(new RegExp(unstorable, 'gu'), '\ufffd')}#${digest}`;
}

/** A secret or a URL that was given for something else stays out. A user's id is left as it is: it may be an address. */
function toSafeText<T extends string | null>(text: T): T {
  return text === null ? text : (redact(toText(text)) as T);
}
