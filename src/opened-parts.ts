type Close = () => unknown;

/** What has been opened, to be closed in reverse. */
export class OpenedParts {
  private readonly closes: Close[] = [];

  add(close: Close): void {
    this.closes.push(close);
  }

  /** Closes everything: one that fails keeps no other open. @throws what failed first */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (let close = this.closes.pop(); close !== undefined; close = this.closes.pop()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
