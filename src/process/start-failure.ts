import { ConfigurationError } from '../config/config.ts';
import { DatabaseSetupError } from '../database/database-setup-error.ts';
import { StoreUnavailableError } from '../shared/errors.ts';
import { redact } from '../logging/logger.ts';
import { PolicyFileError } from '../policies/policy-file.errors.ts';

/** Exit codes as sysexits.h has them: a supervisor need not start a service again that is misconfigured. */
export const exitCodes = { ok: 0, failed: 1, misconfigured: 78 } as const;

/** Failures whose message was written for the operator. */
type SetupFault = ConfigurationError | DatabaseSetupError | PolicyFileError;

/** What the system says of an address or a port that this process can never listen on. */
const addressFaults = new Set(['EACCES', 'EADDRNOTAVAIL', 'ENOTFOUND']);

function isSetupFault(error: unknown): error is SetupFault {
  return [ConfigurationError, DatabaseSetupError, PolicyFileError].some((fault) => error instanceof fault);
}

/** 78 where an operator has to change a setting, and trying again does not help; else 1. */
export function getStartExitCode(error: unknown): number {
  const { code, syscall } = error as NodeJS.ErrnoException;
  const isAddressFault = ['listen', 'getaddrinfo'].includes(syscall ?? '') && addressFaults.has(code ?? '');
  return isSetupFault(error) || isAddressFault ? exitCodes.misconfigured : exitCodes.failed;
}

/**
 * What an operator can act on. All else is in the words of others, which may hold addresses and secrets, and
 * supervisors keep what a service says: it is redacted, as in logs.
 */
export function describeStartFailure(error: unknown): string {
  if (isSetupFault(error)) return error.message;
  if (error instanceof StoreUnavailableError) return describeStoreFailure(error);
  if (!(error instanceof Error)) return 'The service could not start.';
  return findPortFault(error) ?? `The service could not start: ${redact(error.message)}`;
}

/** What is wrong with the port to listen on; null when something else is. */
export function findPortFault(error: Error): string | null {
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (port === undefined) return null;
  if (code === 'EADDRINUSE') return `Port ${port} is in use. Stop what listens there, or set PORT.`;
  if (code === 'EACCES') return `Port ${port} may not be used by this user. Set PORT to one above 1023.`;
  return null;
}

/** An API's client is told less of the same failure. */
export function describeStoreFailure({ cause, message }: StoreUnavailableError): string {
  return `The database (DATABASE_URL) does not answer: ${redact(cause instanceof Error ? cause.message : message)}`;
}
