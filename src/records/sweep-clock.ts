import { randomUUID } from 'node:crypto';
import { type RecordStore, neverExpires } from './record-store.ts';

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;
/** A sweep runs every hour. A longer gap is a service that was stopped, or a clock that is wrong. */
const plausibleGapMs = 2 * dayMs;

const key = 'latest';

/** The time by which a sweep removes, and how far this machine's clock is ahead of it. */
export interface SweepTime {
  readonly by: Date;
  readonly aheadMs: number;
}

/**
 * Tells sweeps the time. A clock that is ahead by a year would have them remove all that is kept for a year, and nothing brings that back.
 * So the store remembers the last sweep's time, and a clock that is far ahead of it moves the time by a day per sweep at most: the
 * sweeps of a service that was stopped for weeks catch up within as many hours.
 */
export class SweepClock {
  private hasRead = false;

  constructor(
    private readonly records: RecordStore,
    private readonly now: () => Date = () => new Date(),
  ) {}

  /** Null for the very first sweep of a store, which removes nothing. @throws StoreUnavailableError */
  async read(): Promise<SweepTime | null> {
    // A process that crashes and starts again must not move the time by a day each time.
    const stepMs = this.hasRead ? dayMs : hourMs;
    this.hasRead = true;
    const now = this.now();
    const before = await this.records.find('sweep', key);
    const last = before === null ? null : Number(before.content['at']);
    const isPlausible = last === null || now.getTime() - last <= plausibleGapMs;
    const by = isPlausible ? now : new Date(last + stepMs);
    if (before !== null) await this.records.remove('sweep', before);
    const content = { at: by.getTime() };
    // Another process may be faster: its time is as good.
    await this.records.insert('sweep', {
      key,
      nonce: randomUUID(),
      owner: null,
      content,
      expiresAt: neverExpires,
    });
    return last === null ? null : { by, aheadMs: now.getTime() - by.getTime() };
  }
}
