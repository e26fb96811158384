import { BillingError, StoreUnavailableError } from '../shared/errors.ts';
import { redact } from '../logging/logger.ts';
import {
  describeStoreFailure,
  exitCodes,
  findPortFault,
  getStartExitCode,
} from '../process/start-failure.ts';

/** A command cannot do what it was asked to; the message tells the person who asked. */
export class CommandError extends Error {
  override readonly name = 'CommandError';

  constructor(
    message: string,
    readonly exitCode: number = exitCodes.failed,
  ) {
    super(message);
  }
}

export function getExitCode(error: unknown): number {
  return error instanceof CommandError ? error.exitCode : getStartExitCode(error);
}

/** What an operator can act on, without a stack. An API's client is told less of the same failure. */
export function describeFailure(error: unknown): string {
  if (error instanceof StoreUnavailableError) return describeStoreFailure(error);
  if (error instanceof BillingError && error.cause instanceof Error && error.code.startsWith('STRIPE_'))
    return `Stripe does not answer as it should: ${redact(error.cause.message)}`;
  return error instanceof Error ? (findPortFault(error) ?? error.message) : 'The command failed.';
}
