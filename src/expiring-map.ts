interface Entry<Value> {
  readonly value: Value;
  readonly endsAt: number;
}

export interface ExpiringMapOptions {
  readonly lifetimeMs: number;
  /** With more, the oldest are forgotten. */
  readonly maxSize: number;
  /** Milliseconds, from anywhere on. */
  readonly clock: () => number;
}

/** A map whose entries all live equally long, and so end in the order in which they were set. */
export class ExpiringMap<Value> {
  readonly #entries = new Map<string, Entry<Value>>();
  readonly #options: ExpiringMapOptions;
  #sweepAt = -Infinity;

  constructor(options: ExpiringMapOptions) {
    this.#options = options;
  }

  get(key: string): Entry<Value> | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && this.#options.clock() < entry.endsAt ? entry : undefined;
  }

  /** Begins a life of its own, whatever was there. */
  set(key: string, value: Value): Entry<Value> {
    const { clock, lifetimeMs, maxSize } = this.#options;
    const now = clock();
    const entry = { value, endsAt: now + lifetimeMs };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    // A Map skips what was deleted at its start each time its first entry is asked for, so a tenth goes at once.
    if (this.#entries.size > maxSize) this.#forgetWhile((_, left) => left > Math.ceil(0.9 * maxSize));
    if (now >= this.#sweepAt) {
      this.#sweepAt = now + lifetimeMs;
      this.#forgetWhile(({ endsAt }) => endsAt <= now);
    }
    return entry;
  }

  /** From the oldest on. */
  #forgetWhile(isOver: (entry: Entry<Value>, left: number) => boolean): void {
    for (const [key, entry] of this.#entries) {
      if (!isOver(entry, this.#entries.size)) return;
      this.#entries.delete(key);
    }
  }
}
