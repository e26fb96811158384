/** Concurrent callers of the same key share one read. Nothing is cached afterwards. */
export class SharedReads<T> {
  private readonly underWay = new Map<string, Promise<T>>();

  read(key: string, work: () => Promise<T>): Promise<T> {
    const other = this.underWay.get(key);
    if (other !== undefined) return other;
    const own = work().finally(() => this.underWay.delete(key));
    this.underWay.set(key, own);
    return own;
  }
}
