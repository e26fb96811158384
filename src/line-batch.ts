export interface LineBatchOptions {
  /** Characters that are enough to be handed on. */
  readonly length: number;
  /** Milliseconds for which lines are kept at most. */
  readonly delayMs: number;
}

/** Gathers lines, and hands them on as one text. */
export class LineBatch {
  #lines: string[] = [];
  #length = 0;

  constructor(
    private readonly output: { write(text: string): unknown },
    private readonly options: LineBatchOptions,
  ) {
    setInterval(() => this.flushSync(), options.delayMs).unref();
  }

  write(line: string): void {
    this.#lines.push(line);
    this.#length += line.length;
    if (this.#length >= this.options.length) this.flushSync();
  }

  /** By the name that pino knows, for lines that are fatal. */
  flushSync(): void {
    if (this.#length === 0) return;
    const text = this.#lines.join('');
    this.#lines = [];
    this.#length = 0;
    this.output.write(text);
  }
}
