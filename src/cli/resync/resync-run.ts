import { CommandError, describeFailure } from '../command-failure.ts';
import { type Progress, startProgress } from '../progress.ts';
import type { Shell } from '../shell.ts';

/** This many failures in a row mean that Stripe or the database is down, or that the key is wrong. */
const failuresToStop = 5;

/** Runs many tasks of one kind, and counts their outcomes. */
export class ResyncRun<Outcome extends string> {
  readonly totals: Record<Outcome | 'failed', number>;
  private progress: Progress | null = null;
  private failuresInRow = 0;
  private lastReason = '';
  private done = 0;

  constructor(
    private readonly stderr: Shell['stderr'],
    /** The subject of each task, such as `event`. */
    private readonly subject: string,
    /** The possible outcomes of a task. */
    outcomes: readonly Outcome[],
  ) {
    const counts = [...outcomes, 'failed' as const].map((name) => [name, 0]);
    this.totals = Object.fromEntries(counts) as typeof this.totals;
  }

  begin(total: number): void {
    this.progress = startProgress(this.stderr, total);
  }

  /** Reports and counts a failure, and continues. */
  async attempt(id: string, work: () => Promise<Outcome>): Promise<void> {
    try {
      this.totals[await work()] += 1;
      this.failuresInRow = 0;
    } catch (error) {
      this.totals.failed += 1;
      this.failuresInRow += 1;
      this.lastReason = describeFailure(error);
      this.progress?.write(`${this.subject} ${id}: ${this.lastReason}\n`);
    }
    this.done += 1;
    this.progress?.update(this.done, this.describe());
  }

  /** @throws CommandError after too many failures in a row */
  throwIfHopeless(): void {
    if (this.failuresInRow >= failuresToStop) throw new CommandError(this.lastReason);
  }

  end(): void {
    this.progress?.stop();
    this.progress = null;
  }

  /** `events: handled 3, repeated 0, failed 0` */
  describe(): string {
    const figures = Object.entries(this.totals).map(([name, count]) => `${name} ${String(count)}`);
    return `${this.subject}s: ${figures.join(', ')}`;
  }
}
