export class OpenedParts {
  private readonly closes: (() => unknown)[] = [];
  private closing: Promise<void> | null = null;

  add(close: () => unknown): void {
    this.closes.push(close);
  }

  /** Closes every part once, even when one fails to close. @throws the first failure */
  close(): Promise<void> {
    return (this.closing ??= this.closeAll());
  }

  private async closeAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of this.closes.reverse())
      await Promise.resolve()
        .then(close)
        .catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }
}

/** Opens parts that belong together. Where that fails halfway, closes what was opened before. */
export async function openAll<T>(open: (opened: OpenedParts) => Promise<T>): Promise<T> {
  const opened = new OpenedParts();
  try {
    return await open(opened);
  } catch (error) {
    await opened.close().catch(() => undefined);
    throw error;
  }
}
