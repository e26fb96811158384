import { type App, createApp } from './app.ts';
import { type Config, loadConfig } from './config/config.ts';
import type { Environment } from './config/environment.ts';
import { type Logger, createLogger } from './logger.ts';
import { describeStartFailure, exitCodes, isSetupFault } from './start-failure.ts';

const stopTimeoutMs = 15_000;
const lingerMs = 1_000;
/** npm passes on what the terminal has sent to both: one Ctrl+C arrives twice. */
const sameSignalMs = 500;

/** Runs the service until it is told to stop, and then ends the process. */
export async function serve(env: Environment): Promise<void> {
  try {
    const config = loadConfig(env);
    const logger = createLogger(config.logLevel);
    endOnUncaught(logger);
    const starting = start(config, logger);
    // From the first: as the first process of a container, it would not notice signals that it does not wait for.
    stopOnSignals({ stop: async () => (await starting).stop() }, (error) =>
      logger.fatal({ error }, 'the service could not stop as it should'),
    );
    await starting;
  } catch (error) {
    process.stderr.write(`${describeStartFailure(error)}\n`);
    process.exit(isSetupFault(error) ? exitCodes.misconfigured : exitCodes.failed);
  }
}

/** Node would print the error as it is, with all that must not reach a log. Rejections that nobody handles end here too. */
function endOnUncaught(logger: Logger): void {
  process.on('uncaughtException', (error) => {
    logger.fatal({ error }, 'the process ends: nothing caught an error');
    process.exit(exitCodes.failed);
  });
}

async function start(config: Config, logger: Logger): Promise<App> {
  const app = await createApp(config, { lingerMs, logger });
  await app.start();
  return app;
}

/**
 * SIGINT and SIGTERM end what is under way first; a second one later, or a stop that hangs, ends the process at once.
 * @param report tells why a stop failed, before the process ends
 */
export function stopOnSignals(app: Pick<App, 'stop'>, report: (error: unknown) => void): void {
  const fail = (error: unknown): never => {
    report(error);
    return process.exit(exitCodes.failed);
  };
  let stoppingSince: number | null = null;
  const stop = (signal: NodeJS.Signals): void => {
    const isSame = signal === 'SIGINT' && performance.now() - (stoppingSince ?? -Infinity) < sameSignalMs;
    if (isSame) return;
    if (stoppingSince !== null) process.exit(exitCodes.failed);
    stoppingSince = performance.now();
    setTimeout(() => fail(new Error(`It took more than ${stopTimeoutMs} ms.`)), stopTimeoutMs).unref();
    app.stop().then(() => process.exit(exitCodes.ok), fail);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}
