import { setFlagsFromString } from 'node:v8';
import { type App, createApp } from './app.ts';
import { loadConfig } from './config/config.ts';
import type { Environment } from './config/environment.ts';
import { describeStartFailure, exitCodes, isSetupFault } from './start-failure.ts';

const stopTimeoutMs = 15_000;
const lingerMs = 1_000;

/** Runs the service until it is told to stop, and then ends the process. */
export async function serve(env: Environment): Promise<void> {
  treatAllAsShortLived();
  const starting = start(env);
  // From the first: as the first process of a container, it would not notice signals that it does not wait for.
  stopOnSignals({ stop: async () => (await starting).stop() });
  try {
    await starting;
  } catch (error) {
    process.stderr.write(`${describeStartFailure(error)}\n`);
    process.exit(isSetupFault(error) ? exitCodes.misconfigured : exitCodes.failed);
  }
}

/**
 * Once V8 saw that much of what a place in the code makes lives long, it puts all of it among what lives long, where it seldom
 * looks for garbage. Here it takes parts of each request for that, and tens of megabytes of them pile up.
 */
function treatAllAsShortLived(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}

async function start(env: Environment): Promise<App> {
  const app = await createApp(loadConfig(env), { lingerMs });
  await app.start();
  return app;
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
