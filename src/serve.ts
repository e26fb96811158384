import { type App, createApp } from './app.ts';
import { ConfigurationError, loadConfig } from './config/config.ts';
import type { Environment } from './config/environment.ts';
import { DatabaseSetupError } from './database/database-setup-error.ts';

/** Exit codes as sysexits.h has them, for supervisors that tell a bad setting from a crash. */
const exitCodes = { ok: 0, failed: 1, misconfigured: 78 } as const;

const stopTimeoutMs = 15_000;

/** Runs the service until it is told to stop, and then ends the process. */
export async function serve(env: Environment): Promise<void> {
  try {
    const app = await createApp(loadConfig(env));
    stopOnSignals(app);
    await app.start();
  } catch (error) {
    process.stderr.write(`${describeStartFailure(error)}\n`);
    process.exit(isSetupFault(error) ? exitCodes.misconfigured : exitCodes.failed);
  }
}

/** SIGINT and SIGTERM end what is under way first; a second one, or a stop that hangs, ends the process at once. */
export function stopOnSignals(app: Pick<App, 'stop'>): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(exitCodes.failed);
    stopping = true;
    setTimeout(() => process.exit(exitCodes.failed), stopTimeoutMs).unref();
    app.stop().then(
      () => process.exit(exitCodes.ok),
      () => process.exit(exitCodes.failed),
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

function isSetupFault(error: unknown): error is ConfigurationError | DatabaseSetupError {
  return error instanceof ConfigurationError || error instanceof DatabaseSetupError;
}

/** What a person at a terminal can act on; the rest by name and message, without the stack. */
export function describeStartFailure(error: unknown): string {
  if (isSetupFault(error)) return error.message;
  if (!(error instanceof Error)) return 'The service could not start.';
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE') return `Port ${port ?? ''} is in use. Stop what listens there, or set PORT.`;
  if (code === 'EACCES') return `Port ${port ?? ''} may not be used by this user. Set PORT to one above 1023.`;
  return `The service could not start: ${error.message}`;
}
