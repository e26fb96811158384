import { BillingError } from '../shared/errors.ts';
import type { Logger } from './logger.ts';

/**
 * Logs what an operator should know of a failure: what was unexpected as an error, and what has a cause
 * underneath as a warning. A client's own mistakes are no news.
 * @param what says what came of it: `a request failed`
 */
export function logFailure(logger: Logger, error: unknown, what: string, details: object): void {
  if (!(error instanceof BillingError)) logger.error({ ...details, error }, what);
  else if (error.cause !== undefined) logger.warn({ ...details, error }, what);
}
