import { type RecordStore, createRecord } from './record-store.ts';

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;
/** Sweeps run hourly. A longer gap means that the service was stopped or the clock is wrong. */
const plausibleGapMs = 2 * dayMs;

const key = 'latest';

/** Protects records from a wrong clock: one that is far ahead of the last sweep advances the time of sweeps by a day at most. */
export class SweepClock {
  private hasRead = false;

  constructor(
    private readonly records: RecordStore,
    private readonly now: () => Date = () => new Date(),
  ) {}

  /** Null for a store's first sweep, which removes nothing. `aheadMs` is how far this machine's clock is ahead. */
  async read(): Promise<{ readonly by: Date; readonly aheadMs: number } | null> {
    // A process that crashes and restarts in a loop must not advance the time by a day each time.
    const stepMs = this.hasRead ? dayMs : hourMs;
    this.hasRead = true;
    const now = this.now();
    const before = await this.records.find('sweep', key);
    const last = before === null ? null : Number(before.content['at']);
    const isPlausible = last === null || now.getTime() - last <= plausibleGapMs;
    const by = isPlausible ? now : new Date(last + stepMs);
    if (before !== null) await this.records.remove('sweep', before);
    // Another process may insert first; its time is as good.
    await this.records.insert('sweep', createRecord(key, { content: { at: by.getTime() } }));
    return last === null ? null : { by, aheadMs: now.getTime() - by.getTime() };
  }
}
