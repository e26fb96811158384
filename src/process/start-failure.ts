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
  if (error instanceof SetupError) return error.message;
  if (error instanceof StoreUnavailableError) return describeStoreFailure(error);
  if (!(error instanceof Error)) return 'The service could not start.';
  const portFault = findPortFault(error);
  if (portFault !== null) return portFault;
  if (isAddressFault(error))
    return 'This machine has no address that HOST or METRICS_HOST names. Set an address of this machine, or 0.0.0.0 for all.';
  return `The service could not start: ${redact(error.message)}`;
}

export function findPortFault(error: Error): string | null {
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (port === undefined) return null;
  if (code === 'EADDRINUSE')
    return `Port ${port} is in use. Stop the process that uses it, or set PORT or METRICS_PORT, the one that names it.`;
  if (code === 'EACCES')
    return `This user may not listen on port ${port}. Set PORT or METRICS_PORT, the one that names it, to a port above 1023.`;
  return null;
}

/** Describes a failure of the store for the operator. API clients get less detail. */
export function describeStoreFailure({ cause, message }: StoreUnavailableError): string {
  return `The database (DATABASE_URL) is unreachable: ${redact(cause instanceof Error ? cause.message : message)}`;
}
