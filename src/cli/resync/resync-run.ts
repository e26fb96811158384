import { CommandError, describeFailure } from '../command-failure.ts';
import { type Progress, startProgress } from '../progress.ts';
import type { Shell } from '../shell.ts';

/** As many failures in a row are no accident: Stripe or the store is out, or the key is wrong. */
const failuresToStop = 5;

/** Does many things of one kind, and counts what becomes of each. */
export class ResyncRun<Outcome extends string> {
  readonly totals: Record<Outcome | 'failed', number>;
  private progress: Progress | null = null;
  private failuresInRow = 0;
  private lastReason = '';
  private done = 0;

  constructor(
    private readonly stderr: Shell['stderr'],
    /** What it is done to: `event`. */
    private readonly subject: string,
    /** What can become of it. */
    outcomes: readonly Outcome[],
  ) {
    const counts = [...outcomes, 'failed' as const].map((name) => [name, 0]);
    this.totals = Object.fromEntries(counts) as typeof this.totals;
  }

  begin(total: number): void {
    this.progress = startProgress(this.stderr, total);
  }

  /** What fails is told and counted, and stops nothing by itself. */
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

  /** @throws CommandError when there is no point in going on */
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
