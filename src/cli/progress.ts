import { MultiBar } from 'cli-progress';
import type { Shell } from './shell.ts';

/** Shows how far a command is, on stderr. */
export interface Progress {
  /** @param done out of the total @param status what has come of it so far */
  update(done: number, status: string): void;
  /** Writes lines between what is shown. */
  write(lines: string): void;
  stop(): void;
}

const plainIntervalMs = 5_000;

/** A bar on a terminal; a line every few seconds elsewhere, and where nobody knows the total, which is 0 then. */
export function startProgress(stderr: Shell['stderr'], total: number): Progress {
  return stderr.isTTY === true && total > 0 ? startBar(stderr, total) : startPlain(stderr, total);
}

function startBar(stderr: Shell['stderr'], total: number): Progress {
  const bars = new MultiBar({
    stream: stderr,
    format: '{bar} {percentage}%  {status}  {eta_formatted} left',
    barsize: 24,
    // Cuts what is too long itself, so that the terminal need not be told to, and told back at the end.
    linewrap: true,
    // Lines that are printed push the bar down, though it says the same.
    forceRedraw: true,
  });
  const bar = bars.create(total, 0, { status: '' });
  return {
    update: (done, status) => bar.update(done, { status }),
    write: (lines) => {
      bars.log(lines);
      bars.update();
    },
    stop: () => {
      bars.update();
      bars.stop();
    },
  };
}

function startPlain(stderr: Shell['stderr'], total: number): Progress {
  let shownAt = Date.now();
  return {
    update: (done, status) => {
      if (Date.now() - shownAt < plainIntervalMs) return;
      shownAt = Date.now();
      const share = total > 0 ? ` (${Math.floor((100 * done) / total)}%)` : '';
      stderr.write(`${status}${share}\n`);
    },
    write: (lines) => void stderr.write(lines),
    stop: () => undefined,
  };
}
