import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { KeptRecord, RecordStore } from './record-store.ts';
import { ClaimedElsewhereError } from './record.errors.ts';

/** Longer than any work under a claim takes: each of its calls to Stripe and the store ends within seconds. */
const defaultLifeMs = 60_000;
/** The last part of its life in which nothing is written: longer than a write takes and than clocks differ. */
const restShare = 1 / 3;
const defaultPatienceMs = 10_000;
const longestPauseMs = 150;

/** What work under a claim is given. */
export interface Hold {
  /** To be called before each write. @throws ClaimedElsewhereError when the claim may soon be another's */
  readonly ensureHeld: () => void;
}

export interface ClaimPatience {
  /** How long to wait for a claim that another has. */
  readonly patienceMs?: number;
}

export interface ClaimsOptions extends ClaimPatience {
  /** How long the claim of a process that died is left alone. */
  readonly lifeMs?: number;
}

/**
 * Lets one process at a time work on something, over all that share the store. The claim of one that died
 * expires, and whoever comes next takes it over: the clocks of processes may differ by as much as is left of a
 * claim's life when its holder stops writing, less the time that a write takes.
 */
export class Claims {
  readonly patienceMs: number;
  private readonly lifeMs: number;

  constructor(
    private readonly records: RecordStore,
    options: ClaimsOptions = {},
  ) {
    this.patienceMs = options.patienceMs ?? defaultPatienceMs;
    this.lifeMs = options.lifeMs ?? defaultLifeMs;
  }

  /**
   * @param patience in place of the usual one
   * @throws ClaimedElsewhereError, StoreUnavailableError, and what the work throws
   */
  async runAlone<T>(
    key: string,
    work: (hold: Hold) => Promise<T>,
    { patienceMs = this.patienceMs }: ClaimPatience = {},
  ): Promise<T> {
    const { claim, hold } = await this.take(key, performance.now() + patienceMs);
    try {
      return await work(hold);
    } finally {
      // One that cannot be given back expires.
      await this.records.remove('claim', claim).catch(() => false);
    }
  }

  private async take(key: string, deadline: number): Promise<{ claim: KeptRecord; hold: Hold }> {
    for (let pause = 5; ; pause = Math.min(pause * 2, longestPauseMs)) {
      // Many may wait: looking takes no lock from whoever is at work, as trying to insert would.
      if (await this.isFree(key)) {
        const claim = this.createClaim(key);
        const hold = this.createHold(claim);
        if (await this.insert(claim)) return { claim, hold };
      }
      if (performance.now() > deadline) throw new ClaimedElsewhereError();
      await wait(pause * (0.5 + Math.random()));
    }
  }

  private createClaim(key: string): KeptRecord {
    const expiresAt = new Date(Date.now() + this.lifeMs);
    return { key, nonce: randomUUID(), owner: null, content: {}, expiresAt };
  }

  private createHold({ expiresAt }: KeptRecord): Hold {
    const restMs = this.lifeMs * restShare;
    const heldUntil = performance.now() + this.lifeMs - restMs;
    return {
      ensureHeld: () => {
        // By both clocks: one is put forward and back, and the other stands while a machine sleeps.
        const isLate = performance.now() > heldUntil || Date.now() > expiresAt.getTime() - restMs;
        if (isLate) throw new ClaimedElsewhereError();
      },
    };
  }

  private async insert(claim: KeptRecord): Promise<boolean> {
    try {
      return await this.records.insert('claim', claim);
    } catch (error) {
      // It may have taken effect, and would keep everybody out for its life. Nobody waits for this.
      void this.records.remove('claim', claim).catch(() => false);
      throw error;
    }
  }

  private async isFree(key: string): Promise<boolean> {
    const other = await this.records.find('claim', key);
    if (other === null) return true;
    return other.expiresAt.getTime() < Date.now() && this.records.remove('claim', other);
  }
}
