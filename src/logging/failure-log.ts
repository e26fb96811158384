import { BillingError } from '../shared/errors.ts';
import type { Logger } from './logger.ts';

/**
 * Logs a failure that an operator should know about: an unexpected error as an error, and a BillingError with a cause as
 * a warning. A BillingError without a cause is the client's mistake and is not logged.
 * @param what the message of the log line, such as `a request failed`
 */
export function logFailure(logger: Logger, error: unknown, what: string, details: object): void {
  if (!(error instanceof BillingError)) logger.error({ ...details, error }, what);
  else if (error.cause !== undefined) logger.warn({ ...details, error }, what);
}
