import { redact } from '../logging/logger.ts';
import { SetupError, StoreUnavailableError } from '../shared/errors.ts';

/** Exit codes as in sysexits.h, so that a supervisor need not restart a misconfigured service. */
export const exitCodes = { ok: 0, failed: 1, misconfigured: 78 } as const;

/** System errors for an address or a port that this process can never listen on. */
const addressFaults = new Set(['EACCES', 'EADDRNOTAVAIL', 'ENOTFOUND']);

/** Returns 78 when an operator must change a setting, so that a restart would not help; else 1. */
export function getStartExitCode(error: unknown): number {
  return error instanceof SetupError || isAddressFault(error) ? exitCodes.misconfigured : exitCodes.failed;
}

function isAddressFault(error: unknown): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return ['listen', 'getaddrinfo'].includes(syscall ?? '') && addressFaults.has(code ?? '');
}

/** Redacts messages of libraries as in logs: they may contain addresses and secrets, and supervisors keep the output. */
export function describeStartFailure(error: unknown): string {
  if (!(error instanceof Error)) return 'The service could not start.';
  const known = describeKnownFailure(error);
  if (known !== null) return known;
  if (isAddressFault(error))
    return 'This machine has no address that HOST or METRICS_HOST names. Set an address of this machine, or 0.0.0.0 for all.';
  return `The service could not start: ${redact(error.message)}`;
}

/** What an operator can do about a failure; null for one that needs its own message. */
export function describeKnownFailure(error: Error): string | null {
  if (error instanceof SetupError) return error.message;
  if (error instanceof StoreUnavailableError) {
    const { message } = error.cause instanceof Error ? error.cause : error;
    return `The database (DATABASE_URL) is unreachable: ${redact(message)}`;
  }
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (port === undefined) return null;
  if (code === 'EADDRINUSE')
    return `Port ${port} is in use. Stop the process that uses it, or set PORT or METRICS_PORT, the one that names it.`;
  if (code === 'EACCES')
    return `This user may not listen on port ${port}. Set PORT or METRICS_PORT, the one that names it, to a port above 1023.`;
  return null;
}
