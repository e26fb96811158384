import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { KeptRecord, RecordStore } from '../records/record-store.ts';

/** One attempt at creating a user's customer. Whoever joins it sends the same, so that Stripe does it once. */
export interface CreationAttempt {
  readonly number: number;
  readonly idempotencyKey: string;
  /** What the created customer's metadata says, by which any of the user's attempts finds it again. */
  readonly mark: string;
  /** What the customer is created with, whatever later tokens say. */
  readonly email: string | null;
  readonly beganAt: Date;
}

/** Whether an attempt can still be joined, must be left alone for now, or is over. */
export type AttemptAge = 'fresh' | 'resting' | 'over';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Stripe keeps an idempotency key for 24 hours at least: https://docs.stripe.com/api/idempotent_requests */
const freshForMs = 23 * hourMs;
/** Nobody joins it any more, but whoever did a moment ago, or by a clock that is slow, may be at work. */
const restingForMs = 10 * minuteMs;
const keptForMs = 48 * hourMs;

const contentSchema = z.object({
  number: z.int(),
  mark: z.string().optional(),
  email: z.string().nullable(),
  beganAt: z.iso.datetime().transform((text) => new Date(text)),
});

/** Keeps who tries to create whose customer, and with what: before Stripe is asked, and for two days. */
export class CreationAttempts {
  constructor(
    private readonly records: RecordStore,
    private readonly now: () => Date = () => new Date(),
  ) {}

  /** A user's attempt with the highest number that is still kept. @throws StoreUnavailableError */
  async findLatest(userId: string): Promise<CreationAttempt | null> {
    const records = await this.records.listOf('customer-creation', userId);
    const attempts = records.map(toAttempt).sort((one, other) => other.number - one.number);
    return attempts[0] ?? null;
  }

  /** Begins an attempt, or joins the one of that number that somebody else began. @throws StoreUnavailableError */
  async join(
    userId: string,
    facts: Pick<CreationAttempt, 'number' | 'email'> & Partial<Pick<CreationAttempt, 'mark'>>,
  ): Promise<CreationAttempt> {
    const record = this.createRecord(userId, facts);
    for (;;) {
      if (await this.records.insert('customer-creation', record)) return toAttempt(record);
      const other = await this.records.find('customer-creation', record.key);
      // There is none where it has just been swept away, and then the key is free.
      if (other !== null) return toAttempt(other);
    }
  }

  /** Removes a user's attempts, and tells how many there were. @throws StoreUnavailableError */
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
  // Not the prefix of earlier releases, which created other customers with the same keys.
  return { ...facts, mark, idempotencyKey: `marked-customer:${nonce}` };
}
