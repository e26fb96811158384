import { constants } from 'node:os';
import { listenForSignals } from '../process/signals.ts';
import { CommandError, type Shell, describeFailure, getExitCode } from './shell.ts';

interface LongWork {
  /** After each step, what is done so far. */
  readonly steps: () => AsyncIterable<string>;
  /** The totals, for stdout. They are printed also after a failure. */
  readonly summarize: () => string;
  /** What to do after a failure. */
  readonly describeStop: (reason: string) => string;
}

const reportIntervalMs = 5_000;

/**
 * Runs work of many steps, and writes a line to stderr every few seconds. SIGINT or SIGTERM ends the work between two
 * steps, with the exit code that shells use for the signal. A second signal ends the process at once.
 */
export async function runSteps(
  { stdout, stderr }: Pick<Shell, 'stdout' | 'stderr'>,
  { steps, summarize, describeStop }: LongWork,
): Promise<void> {
  let received: NodeJS.Signals | undefined;
  const stopListening = listenForSignals({
    onFirst: (signal) => {
      received = signal;
    },
    onSecond: (signal) => process.exit(128 + constants.signals[signal]),
  });
  let shownAt = Date.now();
  try {
    for await (const status of steps()) {
      if (received !== undefined)
        throw new CommandError(`interrupted by ${received}.`, 128 + constants.signals[received]);
      if (Date.now() - shownAt < reportIntervalMs) continue;
      shownAt = Date.now();
      stderr.write(`${status}\n`);
    }
  } catch (error) {
    throw new CommandError(describeStop(describeFailure(error)), getExitCode(error));
  } finally {
    stopListening();
    stdout.write(`${summarize()}\n`);
  }
}
