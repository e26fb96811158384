import { logFailure } from '../logging/failure-log.ts';
import type { Config } from '../config/config.ts';
import type { Logger } from '../logging/logger.ts';
import type { Platform } from '../platform.ts';
import { removeAll } from '../records/record-store.ts';
import { SweepClock } from '../records/sweep-clock.ts';

/** Removes records that expired by this time, and returns how many were removed. */
export type Sweep = (by: Date) => Promise<number>;

/** Returns the time that sweeps use; null when they must not remove anything yet. */
interface Clock {
  read(): Promise<{ readonly by: Date; readonly aheadMs: number } | null>;
}

const hourMs = 60 * 60_000;

/** Sweeps the audit trail, and the records of all features. */
export function createSweeper(
  { database: { records }, audit, logger, now }: Platform,
  { auditRetentionDays }: Pick<Config, 'auditRetentionDays'>,
): Sweeper {
  const sweeps = {
    'audit trail': (by: Date) => audit.sweep(auditRetentionDays, by),
    records: (by: Date) => removeAll(() => records.removeExpired(by)),
  };
  return new Sweeper(new SweepClock(records, now), sweeps, logger);
}

/** Runs all sweeps one after another, at the start and every hour. */
export class Sweeper {
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly clock: Clock,
    private readonly sweeps: Readonly<Record<string, Sweep>>,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.timer = setInterval(() => this.begin(), hourMs).unref();
    this.begin();
  }

  /** Resolves when no sweep is running. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.sweeping;
  }

  private begin(): void {
    this.sweeping = this.sweeping.then(() => this.sweepAll());
  }

  private async sweepAll(): Promise<void> {
    const by = await this.readTime();
    if (by === null) return;
    for (const [swept, sweep] of Object.entries(this.sweeps)) {
      if (this.stopped) return;
      try {
        const removed = await sweep(by);
        if (removed > 0) this.logger.info({ swept, removed }, 'expired records removed');
      } catch (error) {
        // The next sweep tries again, in an hour.
        logFailure(this.logger, error, 'failed to remove expired records', { swept });
      }
    }
  }

  private async readTime(): Promise<Date | null> {
    try {
      const time = await this.clock.read();
      if (time !== null && time.aheadMs > 0)
        this.logger.warn(
          { aheadHours: Math.round(time.aheadMs / hourMs) },
          'the clock is far ahead of the last sweep, expired records are removed gradually',
        );
      return time?.by ?? null;
    } catch (error) {
      logFailure(this.logger, error, 'failed to remove expired records', {});
      return null;
    }
  }
}
