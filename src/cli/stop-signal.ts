import { constants } from 'node:os';
import { CommandError } from './command-failure.ts';

/** Lets work that goes step by step end between two steps; a second signal ends the process at once. */
export interface StopSignal {
  /** @throws CommandError once SIGINT or SIGTERM came, with the exit code that shells give them */
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
