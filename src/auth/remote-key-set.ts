import { errors } from 'jose';
import type { CryptoKey, FlattenedJWSInput, JWTHeaderParameters } from 'jose';
import { AuthUnavailableError } from './auth.errors.ts';
import { fetchKeySet } from './fetch-key-set.ts';
import type { KeySet } from './fetch-key-set.ts';

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
   * Finds the key that a token's header names.
   * @throws AuthUnavailableError, or jose's errors when the issuer has no such key
   */
  async getKey(header: JWTHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey> {
    await this.loadWhenDue();
    try {
      return await this.findKey(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    }
    // The issuer may have begun to sign with a new key.
    await this.load();
    if (this.failure !== null) throw new AuthUnavailableError(this.failure, retryMs / secondMs);
    return this.findKey(header, token);
  }

  private async findKey(header: JWTHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey> {
    if (this.keys === null || this.hasPassed(trustedMs, this.loadedAt)) {
      throw new AuthUnavailableError(this.failure, retryMs / secondMs);
    }
    return this.keys(header, token);
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
