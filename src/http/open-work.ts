import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import { longestAnswerMs } from './polite-close.ts';

/** Tracks the work of a host's calls, which have no connection to wait for. */
export class OpenWork {
  private readonly open = new Set<Promise<unknown>>();

  readonly track = <T>(work: Promise<T>): Promise<T> => {
    const tracked = work.finally(() => this.open.delete(tracked));
    this.open.add(tracked);
    return tracked;
  };

  /** A host's `identify` may wait forever, such as for a session store that is down. */
  settle(): Promise<unknown> {
    return Promise.race([this.settleAll(), wait(longestAnswerMs, null, { ref: false })]);
  }

  private async settleAll(): Promise<void> {
    while (this.open.size > 0) {
      await Promise.allSettled(this.open);
      // GraphQL begins the fields of an object once its own field has ended.
      await turn();
    }
  }
}
