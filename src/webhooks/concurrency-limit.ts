import { TooManyWaitingError } from './webhook.errors.ts';

/** Limits concurrency; callers wait in FIFO order. */
export class ConcurrencyLimit {
  private readonly waiting = new Set<() => void>();

  constructor(
    private free: number,
    private readonly patienceMs: number,
  ) {}

  /** @throws TooManyWaitingError, and any error of the work */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await this.wait();
    try {
      return await work();
    } finally {
      const [next] = this.waiting;
      if (next === undefined) this.free += 1;
      else next();
    }
  }

  private wait(): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        clearTimeout(timer);
        this.waiting.delete(begin);
        resolve();
      };
      const timer = setTimeout(() => {
        this.waiting.delete(begin);
        reject(new TooManyWaitingError());
      }, this.patienceMs);
      this.waiting.add(begin);
    });
  }
}
