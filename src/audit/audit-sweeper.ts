import { logFailure } from '../failure-log.ts';
import type { Logger } from '../logger.ts';
import type { AuditTrail } from './audit-trail.service.ts';

const dayMs = 24 * 60 * 60_000;

/** Removes what the audit trail has kept long enough, at the start and every day. */
export class AuditSweeper {
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> = Promise.resolve();

  constructor(
    private readonly trail: AuditTrail,
    private readonly retentionDays: number,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.timer = setInterval(() => this.sweep(), dayMs).unref();
    this.sweep();
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.sweeping;
  }

  private sweep(): void {
    this.sweeping = this.trail.sweep(this.retentionDays).then(
      (removed) => {
        if (removed > 0) this.logger.info({ removed }, 'the audit trail was swept');
      },
      // Tomorrow is early enough to try again.
      (error: unknown) => logFailure(this.logger, error),
    );
  }
}
