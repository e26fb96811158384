import { setTimeout as wait } from 'node:timers/promises';
import { BillingError } from '../shared/errors.ts';
import { type KeptRecord, type RecordStore, createRecord } from './record-store.ts';

/** Longer than any work under a lease: each call to Stripe and the store ends within seconds. */
const defaultLifeMs = 60_000;
/** The share of a lease's life, at its end, in which the holder no longer writes. It exceeds a write's time plus clock differences. */
const restShare = 1 / 3;
const longestPauseMs = 150;

/** Call this before each write. @throws LeaseTakenError when another process may soon take the lease */
export type EnsureHeld = () => void;

interface WaitOptions {
  readonly patienceMs?: number;
  /** Called after each pause: an error ends the wait. */
  readonly recheck?: () => Promise<unknown>;
}

export interface LeasesOptions {
  /** How long to wait for a lease that another process holds. */
  readonly patienceMs?: number;
  /** How long the lease of a process that died stays valid. */
  readonly lifeMs?: number;
}

/** A distributed lock: of all processes that share the store, one at a time holds the lease of a key. After a crash, the lease expires. */
export class Leases {
  private readonly patienceMs: number;
  private readonly lifeMs: number;

  constructor(
    private readonly records: RecordStore,
    { patienceMs = 10_000, lifeMs = defaultLifeMs }: LeasesOptions = {},
  ) {
    this.patienceMs = patienceMs;
    this.lifeMs = lifeMs;
  }

  /** @throws LeaseTakenError, StoreUnavailableError, and any error of the work */
  async runExclusive<T>(
    key: string,
    work: (ensureHeld: EnsureHeld) => Promise<T>,
    options: WaitOptions = {},
  ): Promise<T> {
    const { record, ensureHeld } = await this.take(key, options);
    try {
      return await work(ensureHeld);
    } finally {
      // A lease that cannot be removed expires.
      await this.records.remove('lease', record).catch(() => false);
    }
  }

  private async take(key: string, { patienceMs = this.patienceMs, recheck }: WaitOptions) {
    const deadline = performance.now() + patienceMs;
    for (let pause = 5; ; pause = Math.min(pause * 2, longestPauseMs)) {
      // Waiting processes only read, because an insert would take the write lock from the process that holds the lease.
      if (await this.isFree(key)) {
        const record = createRecord(key, { expiresAt: new Date(Date.now() + this.lifeMs) });
        const ensureHeld = this.createCheck(record);
        if (await this.insert(record)) return { record, ensureHeld };
      }
      if (performance.now() > deadline) throw new LeaseTakenError();
      await wait(pause * (0.5 + Math.random()));
      await recheck?.();
    }
  }

  private createCheck({ expiresAt }: KeptRecord): EnsureHeld {
    const restMs = this.lifeMs * restShare;
    const heldUntil = performance.now() + this.lifeMs - restMs;
    return () => {
      // Both clocks count: an operator can set the wall clock, and the monotonic clock stops while the machine sleeps.
      const isLate = performance.now() > heldUntil || Date.now() > expiresAt.getTime() - restMs;
      if (isLate) throw new LeaseTakenError();
    };
  }

  private async insert(record: KeptRecord): Promise<boolean> {
    try {
      return await this.records.insert('lease', record);
    } catch (error) {
      // The insert may have taken effect, and would block every process until the lease expires. The removal runs in the background.
      void this.records.remove('lease', record).catch(() => false);
      throw error;
    }
  }

  private async isFree(key: string): Promise<boolean> {
    const other = await this.records.find('lease', key);
    if (other === null) return true;
    const leftMs = other.expiresAt.getTime() - Date.now();
    // A lease that ends later than any lease could was made by a clock that is far ahead: it counts as expired.
    const longestMs = this.lifeMs * (1 + restShare);
    return (leftMs < 0 || leftMs > longestMs) && this.records.remove('lease', other);
  }
}

/** Another process holds the lease and did not release it in time. */
export class LeaseTakenError extends BillingError {
  constructor() {
    super('STORE_UNAVAILABLE', 'Another request is working on this right now. Try again shortly.', {
      cause: new Error('Another process holds the lease'),
      retryAfter: 1,
    });
  }
}
