import { constants } from 'node:os';
import { CommandError } from './command-failure.ts';

/** Ends work between two of its steps on SIGINT or SIGTERM. A second signal ends the process at once. */
export interface StopSignal {
  /** @throws CommandError after a signal, with the exit code that shells use for the signal */
  throwIfReceived(): void;
  release(): void;
}

export function listenForStop(): StopSignal {
  let received: NodeJS.Signals | undefined;
  const note = (signal: NodeJS.Signals): void => {
    received = signal;
  };
  process.once('SIGINT', note).once('SIGTERM', note);
  return {
    throwIfReceived: () => {
      if (received !== undefined)
        throw new CommandError(`interrupted by ${received}.`, 128 + constants.signals[received]);
    },
    release: () => void process.removeListener('SIGINT', note).removeListener('SIGTERM', note),
  };
}
