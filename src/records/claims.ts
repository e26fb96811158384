import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { BillingError } from '../errors.ts';
import type { KeptRecord, RecordStore } from './record-store.ts';

/** Longer than any work under a claim takes: each of its calls to Stripe and the store ends within seconds. */
const lifeMs = 60_000;
/** What is left of it must be enough for the last write to have ended. */
const writeMarginMs = 10_000;
const defaultPatienceMs = 10_000;
const longestPauseMs = 150;

/** Somebody else is at work on the same thing, and did not finish in time. */
export class ClaimedElsewhereError extends BillingError {
  constructor() {
    super('STORE_UNAVAILABLE', 'This is being worked on elsewhere right now. Try again shortly.', {
      cause: new Error('The claim is held by somebody else'),
      retryAfter: 1,
    });
  }
}

/** What work under a claim is given. */
export interface Hold {
  /** To be called before each write. @throws ClaimedElsewhereError when the claim may soon be another's */
  ensureHeld(): void;
}

export interface ClaimsOptions {
  /** How long to wait for a claim that another has. */
  readonly patienceMs?: number;
}

/**
 * Lets one process at a time work on something, over all that share the store. The claim of one that died
 * expires, and whoever comes next takes it over.
 */
export class Claims {
  private readonly patienceMs: number;

  constructor(
    private readonly records: RecordStore,
    options: ClaimsOptions = {},
  ) {
    this.patienceMs = options.patienceMs ?? defaultPatienceMs;
  }

  /** @throws ClaimedElsewhereError, StoreUnavailableError, and what the work throws */
  async runAlone<T>(key: string, work: (hold: Hold) => Promise<T>): Promise<T> {
    const heldFrom = performance.now();
    const { claim, takenAt } = await this.take(key, heldFrom + this.patienceMs);
    const ensureHeld = (): void => {
      if (performance.now() > takenAt + lifeMs - writeMarginMs) throw new ClaimedElsewhereError();
    };
    try {
      return await work({ ensureHeld });
    } finally {
      // One that cannot be given back expires.
      await this.records.remove('claim', claim).catch(() => false);
    }
  }

  private async take(key: string, deadline: number): Promise<{ claim: KeptRecord; takenAt: number }> {
    for (let pause = 5; ; pause = Math.min(pause * 2, longestPauseMs)) {
      const takenAt = performance.now();
      const claim = createClaim(key);
      if (await this.records.insert('claim', claim)) return { claim, takenAt };
      await this.removeStale(key);
      if (performance.now() > deadline) throw new ClaimedElsewhereError();
      await wait(pause * (0.5 + Math.random()));
    }
  }

  private async removeStale(key: string): Promise<void> {
    const other = await this.records.find('claim', key);
    if (other !== null && other.expiresAt.getTime() < Date.now()) await this.records.remove('claim', other);
  }
}

function createClaim(key: string): KeptRecord {
  const expiresAt = new Date(Date.now() + lifeMs);
  return { key, nonce: randomUUID(), owner: null, content: {}, expiresAt };
}
