import { isDeepStrictEqual } from 'node:util';
import type { FormFields } from './form.ts';
import { StripeApiError, invalidRequest } from './stripe-api-error.ts';

/** An answer that can be replayed. */
export interface StoredAnswer {
  readonly requestId: string;
  readonly status: number;
  readonly body: string;
}

export interface IdempotentRequest {
  readonly key: string;
  readonly method: string;
  readonly path: string;
  readonly fields: FormFields;
  /** Part of the key's identity: each Connect account has its own keys. */
  readonly stripeAccount: string | null;
}

interface Entry extends IdempotentRequest {
  answer: StoredAnswer | null;
}

/** Stripe's idempotency keys: the first answer to a key is replayed, including a 500. */
export class IdempotencyKeys {
  private readonly entries = new Map<string, Entry>();

  /** Claims a key, or returns the answer that is stored for it. @throws StripeApiError */
  claim(request: IdempotentRequest): StoredAnswer | null {
    if (request.key.length > 255) throw invalidRequest('Idempotency keys can have up to 255 characters.');
    const entry = this.entries.get(entryKey(request));
    if (!entry) {
      this.entries.set(entryKey(request), { ...request, answer: null });
      return null;
    }
    refuseOtherRequest(entry, request);
    if (!entry.answer) throw keyInUse(request.key);
    return entry.answer;
  }

  /** Stores the answer for later uses of the key. */
  keep(request: IdempotentRequest, answer: StoredAnswer): void {
    const entry = this.entries.get(entryKey(request));
    if (entry) entry.answer = answer;
  }

  /** Frees a key without an answer: Stripe stores none for requests that fail validation or never start. */
  release(request: IdempotentRequest): void {
    if (!this.entries.get(entryKey(request))?.answer) this.entries.delete(entryKey(request));
  }
}

function entryKey(request: IdempotentRequest): string {
  return `${request.stripeAccount ?? ''} ${request.key}`;
}

function refuseOtherRequest(entry: Entry, request: IdempotentRequest): void {
  const advice = `Try using a key other than '${request.key}' if you meant to execute a different request.`;
  const details = { type: 'idempotency_error' } as const;
  if (entry.path !== request.path || entry.method !== request.method) {
    const paths = `('${request.path}' vs '${entry.path}')`;
    throw new StripeApiError(
      `Keys for idempotent requests can only be used for the same endpoint they were first used for ${paths}. ${advice}`,
      details,
    );
  }
  if (!isDeepStrictEqual(entry.fields, request.fields)) {
    throw new StripeApiError(
      `Keys for idempotent requests can only be used with the same parameters they were first used with. ${advice}`,
      details,
    );
  }
}

function keyInUse(key: string): StripeApiError {
  return new StripeApiError(
    'There is currently another in-progress request using this Idempotent Key (that probably means you submitted ' +
      `twice, and the other request is still going through): ${key}. Please try again later.`,
    { status: 409, code: 'idempotency_key_in_use' },
  );
}
