import { BillingError, StoreUnavailableError } from '../shared/errors.ts';
import { redact } from '../logging/logger.ts';
import {
  describeStoreFailure,
  exitCodes,
  findPortFault,
  getStartExitCode,
} from '../process/start-failure.ts';

/** A command failed; the message is for the user of the command line. */
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

/** Describes a failure for an operator, without a stack. A client of the API gets less detail. */
export function describeFailure(error: unknown): string {
  if (error instanceof StoreUnavailableError) return describeStoreFailure(error);
  if (error instanceof BillingError && error.cause instanceof Error && error.code.startsWith('STRIPE_'))
    return `Stripe does not answer as it should: ${redact(error.cause.message)}`;
  return error instanceof Error ? (findPortFault(error) ?? error.message) : 'The command failed.';
}
