import { logFailure } from './failure-log.ts';
import type { Logger } from './logger.ts';

/** Removes what was kept long enough, and tells how much that was. */
export type Sweep = () => Promise<number>;

const hourMs = 60 * 60_000;

/** Runs sweeps by name, one after the other: at the start and every hour. */
export class Sweeper {
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
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
    for (const [swept, sweep] of Object.entries(this.sweeps)) {
      if (this.stopped) return;
      try {
        const removed = await sweep();
        if (removed > 0) this.logger.info({ swept, removed }, 'what had expired was removed');
      } catch (error) {
        // An hour later is early enough to try again.
        logFailure(this.logger, error, 'what had expired was not removed', { swept });
      }
    }
  }
}
