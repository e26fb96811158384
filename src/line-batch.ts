/** Characters that are enough to be handed on. */
const batchLength = 4_096;
const longestDelayMs = 500;

/** Gathers lines, and hands them on as one text. */
export class LineBatch {
  #lines: string[] = [];
  #length = 0;

  constructor(private readonly output: { write(text: string): unknown }) {
    setInterval(() => this.flushSync(), longestDelayMs).unref();
  }

  write(line: string): void {
    this.#lines.push(line);
    this.#length += line.length;
    if (this.#length >= batchLength) this.flushSync();
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
