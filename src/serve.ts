import { createApp } from './app.ts';
import { loadConfig } from './config/config.ts';
import type { Environment } from './config/environment.ts';
import { type Logger, createLogger } from './logging/logger.ts';
import { listenForSignals } from './process/signals.ts';
import { describeStartFailure, exitCodes, getStartExitCode } from './process/start-failure.ts';

const stopTimeoutMs = 15_000;
const lingerMs = 1_000;

/** Runs the service until a signal stops it, then ends the process. */
export async function serve(loadEnvironment: () => Environment): Promise<void> {
  try {
    const config = loadConfig(loadEnvironment());
    const logger = createLogger(config.logLevel);
    endOnUncaught(logger);
    const starting = createApp(config, { lingerMs, logger }).then(async (app) => {
      await app.start();
      return app;
    });
    const stop = async (signal: NodeJS.Signals): Promise<void> => {
      const startedAt = performance.now();
      logger.info({ signal }, 'shutdown started');
      await (await starting).stop();
      logger.info({ signal, ms: Math.round(performance.now() - startedAt) }, 'shutdown finished');
    };
    // Listens before the start ends: process 1 of a container receives only signals that it listens for.
    stopOnSignals(stop, (error) => logger.fatal({ error }, 'shutdown failed'));
    await starting;
  } catch (error) {
    process.stderr.write(`${describeStartFailure(error)}\n`);
    process.exit(getStartExitCode(error));
  }
}

/** Node would print the error without redaction. Unhandled rejections also end here. */
function endOnUncaught(logger: Logger): void {
  process.on('uncaughtException', (error) => {
    logger.fatal({ error }, 'uncaught error, the process exits');
    process.exit(exitCodes.failed);
  });
}

/** SIGINT and SIGTERM call `stop`. A second signal, or a stop that hangs, ends the process at once. @param report gets the reason */
export function stopOnSignals(
  stop: (signal: NodeJS.Signals) => Promise<void>,
  report: (error: unknown) => void,
): void {
  const fail = (error: unknown): never => {
    report(error);
    return process.exit(exitCodes.failed);
  };
  listenForSignals({
    onFirst: (signal) => {
      const late = new Error(`Stopping took more than ${stopTimeoutMs} ms.`);
      setTimeout(fail, stopTimeoutMs, late).unref();
      stop(signal).then(() => process.exit(exitCodes.ok), fail);
    },
    onSecond: (signal) => fail(new Error(`A second signal, ${signal}, ended the process.`)),
  });
}
