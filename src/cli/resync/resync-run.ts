import { CommandError, describeFailure } from '../command-failure.ts';
import type { Progress } from '../progress.ts';
import type { StopSignal } from '../stop-signal.ts';

/** What can become of an event or a customer. */
export type ResyncOutcome = 'handled' | 'repeated' | 'refreshed' | 'gone';

export interface ResyncTotals {
  readonly events: Readonly<Record<'handled' | 'repeated' | 'failed', number>>;
  readonly customers: Readonly<Record<'refreshed' | 'gone' | 'failed', number>>;
}

type Subject = 'event' | 'customer';

/** As many failures in a row are no accident: Stripe or the store is out, or the key is wrong. */
const failuresToStop = 5;

/** What has been done so far, and whether to go on. */
export class ResyncRun {
  private readonly outcomes = { handled: 0, repeated: 0, refreshed: 0, gone: 0 };
  private readonly failures = { event: 0, customer: 0 };
  private failuresInRow = 0;
  private done = 0;

  constructor(
    private readonly progress: Progress,
    private readonly stop: StopSignal,
  ) {}

  get failed(): number {
    return this.failures.event + this.failures.customer;
  }

  /**
   * Does one thing, and counts what came of it.
   * @throws CommandError when it is to stop
   */
  async attempt(subject: Subject, id: string, work: () => Promise<ResyncOutcome>): Promise<void> {
    try {
      this.outcomes[await work()] += 1;
      this.failuresInRow = 0;
    } catch (error) {
      this.failures[subject] += 1;
      this.failuresInRow += 1;
      const reason = describeFailure(error);
      if (this.failuresInRow >= failuresToStop) throw new CommandError(reason);
      this.progress.write(`${subject} ${id}: ${reason}\n`);
    }
    this.done += 1;
    this.progress.update(this.done, this.describe());
    this.stop.throwIfReceived();
  }

  describe(): string {
    const { events, customers } = this.toTotals();
    return (
      `events: handled ${events.handled}, known before ${events.repeated}, failed ${events.failed}; ` +
      `customers: read ${customers.refreshed}, gone ${customers.gone}, failed ${customers.failed}`
    );
  }

  toTotals(): ResyncTotals {
    const { handled, repeated, refreshed, gone } = this.outcomes;
    return {
      events: { handled, repeated, failed: this.failures.event },
      customers: { refreshed, gone, failed: this.failures.customer },
    };
  }
}
