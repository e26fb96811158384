import { logFailure } from '../logging/failure-log.ts';
import type { Logger } from '../logging/logger.ts';

/** Removes what was kept long enough by this time, and tells how much that was. */
export type Sweep = (by: Date) => Promise<number>;

/** Tells the time by which sweeps remove; null where they remove nothing this time. */
interface Clock {
  read(): Promise<{ readonly by: Date; readonly aheadMs: number } | null>;
}

const hourMs = 60 * 60_000;

/** Runs sweeps by name, one after the other: at the start and every hour. */
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

  /** Resolves when nothing is under way any more. */
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
        if (removed > 0) this.logger.info({ swept, removed }, 'what had expired was removed');
      } catch (error) {
        // An hour later is early enough to try again.
        logFailure(this.logger, error, 'what had expired was not removed', { swept });
      }
    }
  }

  private async readTime(): Promise<Date | null> {
    try {
      const time = await this.clock.read();
      if (time !== null && time.aheadMs > 0)
        this.logger.warn(
          { aheadHours: Math.round(time.aheadMs / hourMs) },
          'the clock is far ahead of the last sweep: what expires by it is removed step by step',
        );
      return time?.by ?? null;
    } catch (error) {
      logFailure(this.logger, error, 'what had expired was not removed', {});
      return null;
    }
  }
}
