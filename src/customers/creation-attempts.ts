import * as z from 'zod';
import { type KeptRecord, type RecordStore, createRecord } from '../records/record-store.ts';
import { StripeUnavailableError } from '../stripe/stripe.errors.ts';

const kind = 'customer-creation';

const hourMs = 60 * 60_000;

/** Stripe keeps an idempotency key for at least 24 hours: https://docs.stripe.com/api/idempotent_requests */
const freshForMs = 23 * hourMs;
/** A process that joined at the last moment, or has a slow clock, may still be running. */
const restingForMs = 10 * 60_000;
const keptForMs = 48 * hourMs;

const contentSchema = z.object({
  number: z.int(),
  mark: z.string().optional(),
  /** It stays the same for the attempt, even if later tokens have another. */
  email: z.string().nullable(),
  beganAt: z.iso.datetime().transform((text) => new Date(text)),
});

/** An attempt to create a user's customer. All processes that join it send the same request, so Stripe creates one customer. */
export interface CreationAttempt extends Readonly<z.output<typeof contentSchema>> {
  readonly idempotencyKey: string;
  /** Written to the customer's metadata, so that every attempt of the user finds the customer again. */
  readonly mark: string;
}

/** Stores attempts to create customers, before Stripe is called and for two days. */
export class CreationAttempts {
  constructor(
    private readonly records: RecordStore,
    private readonly now: () => Date = () => new Date(),
  ) {}

  async findLatest(userId: string): Promise<CreationAttempt | null> {
    const records = await this.records.listOf(kind, userId);
    const attempts = records.map(toAttempt).sort((one, other) => other.number - one.number);
    return attempts[0] ?? null;
  }

  /** Whether an attempt is still stored: an erasure of its user removes it. @throws StoreUnavailableError */
  async has(userId: string, { number, idempotencyKey }: CreationAttempt): Promise<boolean> {
    const record = await this.records.find(kind, toKey(userId, number));
    return record !== null && toAttempt(record).idempotencyKey === idempotencyKey;
  }

  /**
   * Joins the user's latest attempt, or the next one if the latest is over.
   * @param isOver whether the latest attempt failed for good; it is also over when it is too old
   * @throws StripeUnavailableError, StoreUnavailableError
   */
  async join(
    userId: string,
    latest: CreationAttempt | null,
    { email, isOver }: Pick<CreationAttempt, 'email'> & { readonly isOver: boolean },
  ): Promise<CreationAttempt> {
    if (latest !== null && !isOver) {
      const age = this.now().getTime() - latest.beganAt.getTime();
      if (age < freshForMs) return latest;
      if (age < freshForMs + restingForMs)
        throw new StripeUnavailableError(
          new Error('The last attempt is too old to join and too recent to replace'),
        );
    }
    const beganAt = this.now();
    const number = (latest?.number ?? 0) + 1;
    const record = createRecord(toKey(userId, number), {
      owner: userId,
      content: { number, mark: latest?.mark, email, beganAt: beganAt.toISOString() },
      expiresAt: new Date(beganAt.getTime() + keptForMs),
    });
    for (;;) {
      if (await this.records.insert(kind, record)) return toAttempt(record);
      const other = await this.records.find(kind, record.key);
      // A sweep may have just removed the other attempt, so the key is free.
      if (other !== null) return toAttempt(other);
    }
  }

  async removeOf(userId: string): Promise<number> {
    const records = await this.records.listOf(kind, userId);
    for (const record of records) await this.records.remove(kind, record);
    return records.length;
  }
}

function toKey(userId: string, number: number): string {
  return `${userId}:${number}`;
}

function toAttempt({ nonce, content }: KeptRecord): CreationAttempt {
  const { mark = nonce, ...facts } = contentSchema.parse(content);
  // The prefix differs from earlier releases, which used the same keys for other parameters.
  return { ...facts, mark, idempotencyKey: `marked-customer:${nonce}` };
}
