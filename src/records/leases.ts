import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { KeptRecord, RecordStore } from './record-store.ts';
import { LeaseTakenError } from './record.errors.ts';

/** Longer than any work under a lease takes: each of its calls to Stripe and the store ends within seconds. */
const defaultLifeMs = 60_000;
/** The holder writes nothing in the last part of a lease's life. It is longer than a write takes and than clocks differ. */
const restShare = 1 / 3;
const defaultPatienceMs = 10_000;
const longestPauseMs = 150;

/** What work under a lease is given. */
export interface Lease {
  /** To be called before each write. @throws LeaseTakenError when another process may soon take the lease */
  readonly ensureHeld: () => void;
}

export interface LeasePatience {
  /** How long to wait for a lease that another process holds. */
  readonly patienceMs?: number;
}

export interface LeasesOptions extends LeasePatience {
  /** How long the lease of a process that died stays in force. */
  readonly lifeMs?: number;
}

/**
 * Lets one process at a time work on something, over all processes that share the store. The lease of a process
 * that died expires, and the next process takes it over. The clocks of processes may differ by as much as is left of
 * a lease's life when its holder stops writing, less the time that a write takes.
 */
export class Leases {
  readonly patienceMs: number;
  private readonly lifeMs: number;

  constructor(
    private readonly records: RecordStore,
    options: LeasesOptions = {},
  ) {
    this.patienceMs = options.patienceMs ?? defaultPatienceMs;
    this.lifeMs = options.lifeMs ?? defaultLifeMs;
  }

  /**
   * Runs the work while no other process runs work under the same key.
   * @param patience in place of the usual one
   * @throws LeaseTakenError, StoreUnavailableError, and what the work throws
   */
  async runExclusive<T>(
    key: string,
    work: (lease: Lease) => Promise<T>,
    { patienceMs = this.patienceMs }: LeasePatience = {},
  ): Promise<T> {
    const { record, lease } = await this.take(key, performance.now() + patienceMs);
    try {
      return await work(lease);
    } finally {
      // A lease that cannot be given back expires.
      await this.records.remove('lease', record).catch(() => false);
    }
  }

  private async take(key: string, deadline: number): Promise<{ record: KeptRecord; lease: Lease }> {
    for (let pause = 5; ; pause = Math.min(pause * 2, longestPauseMs)) {
      // Many may wait: a look takes no lock from the process at work, and an attempt to insert would.
      if (await this.isFree(key)) {
        const record = this.createRecord(key);
        const lease = this.createLease(record);
        if (await this.insert(record)) return { record, lease };
      }
      if (performance.now() > deadline) throw new LeaseTakenError();
      await wait(pause * (0.5 + Math.random()));
    }
  }

  private createRecord(key: string): KeptRecord {
    const expiresAt = new Date(Date.now() + this.lifeMs);
    return { key, nonce: randomUUID(), owner: null, content: {}, expiresAt };
  }

  private createLease({ expiresAt }: KeptRecord): Lease {
    const restMs = this.lifeMs * restShare;
    const heldUntil = performance.now() + this.lifeMs - restMs;
    return {
      ensureHeld: () => {
        // By both clocks: an operator can set one, and the other stands still while a machine sleeps.
        const isLate = performance.now() > heldUntil || Date.now() > expiresAt.getTime() - restMs;
        if (isLate) throw new LeaseTakenError();
      },
    };
  }

  private async insert(record: KeptRecord): Promise<boolean> {
    try {
      return await this.records.insert('lease', record);
    } catch (error) {
      // The insert may have taken effect, and would keep every process out for a lease's life. Nothing waits for this.
      void this.records.remove('lease', record).catch(() => false);
      throw error;
    }
  }

  private async isFree(key: string): Promise<boolean> {
    const other = await this.records.find('lease', key);
    if (other === null) return true;
    const leftMs = other.expiresAt.getTime() - Date.now();
    // Clocks may differ by the rest. A lease that ends later is of a clock that was far ahead, and would last as long.
    const longestMs = Math.max(this.lifeMs, defaultLifeMs) * (1 + restShare);
    return (leftMs < 0 || leftMs > longestMs) && this.records.remove('lease', other);
  }
}
