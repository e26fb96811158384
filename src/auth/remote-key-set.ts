import { KeyObject } from 'node:crypto';
import type { CryptoKey } from 'jose';
import * as errors from 'jose/errors';
import { AuthUnavailableError } from './auth.errors.ts';
import { fetchKeySet } from './fetch-key-set.ts';
import type { KeySet } from './fetch-key-set.ts';
import { checkPublicKey } from './key-source.ts';

const secondMs = 1000;
/** After this long the keys are fetched again, so that a removed key stops counting. */
const freshMs = 600 * secondMs;
/** Keys that could not be fetched again for this long no longer count. */
const trustedMs = 24 * 3600 * secondMs;
/** Between two fetches that unknown keys cause, however many tokens name one. */
const cooldownMs = 30 * secondMs;
/** Between two fetches while the endpoint fails. */
const retryMs = 5 * secondMs;

/**
 * The issuer's keys, fetched when first needed and kept; the known ones go on being used while the endpoint
 * is down. jose's own remote set would refuse everybody then, and ask a failing endpoint once per token.
 */
export class RemoteKeySet {
  private keys: KeySet | null = null;
  private loadedAt = -Infinity;
  private attemptedAt = -Infinity;
  private failure: unknown = null;
  private loading: Promise<void> | null = null;

  constructor(
    private readonly url: URL,
    private readonly clock: () => number,
  ) {}

  /**
   * Finds the key that a token's header names, or all of its kind where it names none.
   * @throws AuthUnavailableError
   */
  async find(algorithm: string, keyId: unknown): Promise<readonly KeyObject[]> {
    await this.loadWhenDue();
    const keys = await this.findAmongKnown(algorithm, keyId);
    if (keys !== null) return keys;
    // The issuer may have begun to sign with a new key.
    await this.load();
    if (this.failure !== null) throw new AuthUnavailableError(this.failure, retryMs / secondMs);
    return (await this.findAmongKnown(algorithm, keyId)) ?? [];
  }

  /** Null when there is no such key; empty when there is, and it cannot be used. */
  private async findAmongKnown(algorithm: string, keyId: unknown): Promise<readonly KeyObject[] | null> {
    if (this.keys === null || this.hasPassed(trustedMs, this.loadedAt)) {
      throw new AuthUnavailableError(this.failure, retryMs / secondMs);
    }
    try {
      return toUsable([await this.keys({ alg: algorithm, kid: keyId as string })]);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) return null;
      return error instanceof errors.JWKSMultipleMatchingKeys ? toUsable(await collect(error)) : [];
    }
  }

  private async loadWhenDue(): Promise<void> {
    if (!this.hasPassed(freshMs, this.loadedAt)) return;
    // Nobody waits for an endpoint that is known to fail while there are keys.
    const canGoOn = this.keys !== null && this.failure !== null;
    const loading = this.load();
    if (!canGoOn) await loading;
  }

  /** Fetches the keys unless that was tried a moment ago. Never throws: what went wrong is kept. */
  private load(): Promise<void> {
    const waitMs = this.failure === null ? cooldownMs : retryMs;
    if (this.loading === null && this.hasPassed(waitMs, this.attemptedAt)) {
      this.attemptedAt = this.clock();
      this.loading = fetchKeySet(this.url)
        .then(
          (keys) => {
            this.keys = keys;
            this.loadedAt = this.clock();
            this.failure = null;
          },
          (error: unknown) => {
            this.failure = error;
          },
        )
        .finally(() => {
          this.loading = null;
        });
    }
    return this.loading ?? Promise.resolve();
  }

  /** A clock that was set back counts as time that passed. */
  private hasPassed(durationMs: number, since: number): boolean {
    return Math.abs(this.clock() - since) >= durationMs;
  }
}

/** jose gives the same object for a key each time, until the keys are fetched again. */
const converted = new WeakMap<CryptoKey, readonly KeyObject[]>();

/** Those that the rules for keys allow. */
function toUsable(keys: readonly CryptoKey[]): readonly KeyObject[] {
  return keys.flatMap((key) => {
    const known = converted.get(key);
    if (known !== undefined) return known;
    const usable = convert(key);
    converted.set(key, usable);
    return usable;
  });
}

async function collect(keys: AsyncIterable<CryptoKey>): Promise<readonly CryptoKey[]> {
  const all: CryptoKey[] = [];
  for await (const key of keys) all.push(key);
  return all;
}

function convert(key: CryptoKey): readonly KeyObject[] {
  try {
    return [checkPublicKey(KeyObject.from(key))];
  } catch {
    return [];
  }
}
