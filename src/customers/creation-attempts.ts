import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { KeptRecord, RecordStore } from '../records/record-store.ts';

/** An attempt to create a user's customer. All processes that join it send the same request, so Stripe creates one customer. */
export interface CreationAttempt {
  readonly number: number;
  readonly idempotencyKey: string;
  /** Written to the customer's metadata, so that every attempt of the user finds the customer again. */
  readonly mark: string;
  /** The customer's e-mail address. It stays the same for the attempt, even if later tokens have another. */
  readonly email: string | null;
  readonly beganAt: Date;
}

/** Whether an attempt can be joined, is too old to join but may still be running, or is over. */
export type AttemptAge = 'fresh' | 'resting' | 'over';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Stripe keeps an idempotency key for at least 24 hours: https://docs.stripe.com/api/idempotent_requests */
const freshForMs = 23 * hourMs;
/** A process that joined at the last moment, or has a slow clock, may still be running. */
const restingForMs = 10 * minuteMs;
const keptForMs = 48 * hourMs;

const contentSchema = z.object({
  number: z.int(),
  mark: z.string().optional(),
  email: z.string().nullable(),
  beganAt: z.iso.datetime().transform((text) => new Date(text)),
});

/** Stores attempts to create customers, before Stripe is called and for two days. */
export class CreationAttempts {
  constructor(
    private readonly records: RecordStore,
    private readonly now: () => Date = () => new Date(),
  ) {}

  /** Returns a user's latest stored attempt. @throws StoreUnavailableError */
  async findLatest(userId: string): Promise<CreationAttempt | null> {
    const records = await this.records.listOf('customer-creation', userId);
    const attempts = records.map(toAttempt).sort((one, other) => other.number - one.number);
    return attempts[0] ?? null;
  }

  /** Begins the attempt with this number, or joins it if another process began it. @throws StoreUnavailableError */
  async join(
    userId: string,
    facts: Pick<CreationAttempt, 'number' | 'email'> & Partial<Pick<CreationAttempt, 'mark'>>,
  ): Promise<CreationAttempt> {
    const record = this.createRecord(userId, facts);
    for (;;) {
      if (await this.records.insert('customer-creation', record)) return toAttempt(record);
      const other = await this.records.find('customer-creation', record.key);
      // A sweep may have just removed the other attempt, so the key is free.
      if (other !== null) return toAttempt(other);
    }
  }

  /** Removes a user's attempts, and returns how many were removed. @throws StoreUnavailableError */
  async removeOf(userId: string): Promise<number> {
    const records = await this.records.listOf('customer-creation', userId);
    for (const record of records) await this.records.remove('customer-creation', record);
    return records.length;
  }

  judgeAge({ beganAt }: CreationAttempt): AttemptAge {
    const age = this.now().getTime() - beganAt.getTime();
    if (age < freshForMs) return 'fresh';
    return age < freshForMs + restingForMs ? 'resting' : 'over';
  }

  private createRecord(userId: string, facts: Parameters<CreationAttempts['join']>[1]): KeptRecord {
    const beganAt = this.now();
    return {
      key: `${userId}:${facts.number}`,
      nonce: randomUUID(),
      owner: userId,
      content: { ...facts, beganAt: beganAt.toISOString() },
      expiresAt: new Date(beganAt.getTime() + keptForMs),
    };
  }
}

function toAttempt({ nonce, content }: KeptRecord): CreationAttempt {
  const { mark = nonce, ...facts } = contentSchema.parse(content);
  // The prefix differs from earlier releases, which used the same keys for other parameters.
  return { ...facts, mark, idempotencyKey: `marked-customer:${nonce}` };
}
