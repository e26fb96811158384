import { setTimeout as wait } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import { type Logger, logFailure } from '../logging/logger.ts';
import type { Platform } from '../platform.ts';
import { SweepClock } from '../records/sweep-clock.ts';

const hourMs = 60 * 60_000;
/** Between two batches, so that requests, and writes of other processes, do not wait for the whole sweep. */
const pauseMs = 5;

export function createSweeper(
  { database: { records }, audit, logger, now }: Pick<Platform, 'database' | 'audit' | 'logger' | 'now'>,
  { auditRetentionDays }: Pick<Config, 'auditRetentionDays'>,
): Sweeper {
  const sweeps = {
    'audit trail': (by: Date) => audit.sweep(auditRetentionDays, by),
    records: (by: Date) => records.removeExpired(by),
  };
  return new Sweeper(new SweepClock(records, now), sweeps, logger);
}

/** Runs all sweeps one after another, at the start and every hour. */
export class Sweeper {
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly clock: Pick<SweepClock, 'read'>,
    /** Each removes one batch of what expired by this time, and returns how much it removed. */
    private readonly sweeps: Readonly<Record<string, (by: Date) => Promise<number>>>,
    private readonly logger: Logger,
  ) {}

  start(): void {
    const begin = (): void => {
      this.sweeping = this.sweeping.then(() => this.sweepAll());
    };
    this.timer = setInterval(begin, hourMs).unref();
    begin();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.sweeping;
  }

  private async sweepAll(): Promise<void> {
    const time = await this.try({}, () => this.clock.read());
    // A store's first sweep removes nothing yet.
    if (!time) return;
    const { by, aheadMs } = time;
    const what = 'the clock is far ahead of the last sweep, expired records are removed gradually';
    if (aheadMs > 0) this.logger.warn({ aheadHours: Math.round(aheadMs / hourMs) }, what);
    for (const [swept, sweep] of Object.entries(this.sweeps)) {
      let removed = 0;
      await this.try({ swept }, async () => {
        for (let count = 1; count > 0 && !this.stopped; removed += count) {
          count = await sweep(by);
          await wait(pauseMs);
        }
      });
      if (removed > 0) this.logger.info({ swept, removed }, 'expired records removed');
    }
  }

  /** Logs a failure; the next sweep tries again, in an hour. */
  private async try<T>(details: object, step: () => Promise<T>): Promise<T | undefined> {
    try {
      return await step();
    } catch (error) {
      logFailure(this.logger, error, 'failed to remove expired records', details);
      return undefined;
    }
  }
}
