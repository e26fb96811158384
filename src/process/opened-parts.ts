type Close = () => unknown;

/** What has been opened, to be closed in reverse. */
export class OpenedParts {
  private readonly closes: Close[] = [];
  private closing: Promise<void> | null = null;

  add(close: Close): void {
    this.closes.push(close);
  }

  /** Closes everything, once: one that fails keeps no other open. @throws what failed first */
  close(): Promise<void> {
    return (this.closing ??= this.closeAll());
  }

  private async closeAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of this.closes.reverse()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
