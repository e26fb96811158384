import { payForStripe } from './request-budget.ts';

/** Concurrent callers of the same key share one read. Nothing is cached afterwards. */
export class SharedReads<T> {
  private readonly underWay = new Map<string, Promise<T>>();

  /** Every caller pays, also the one that joins a read. @throws RateLimitedError, and what `work` throws */
  async read(key: string, work: () => Promise<T>): Promise<T> {
    await payForStripe();
    const other = this.underWay.get(key);
    if (other !== undefined) return other;
    const own = work().finally(() => this.underWay.delete(key));
    this.underWay.set(key, own);
    return own;
  }
}
