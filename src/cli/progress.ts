import { MultiBar } from 'cli-progress';
import type { Shell } from './shell.ts';

/** Shows the progress of a command on stderr. */
export interface Progress {
  /** @param done out of the total @param status the result so far */
  update(done: number, status: string): void;
  /** Writes lines above the bar, or between the lines of progress. */
  write(lines: string): void;
  stop(): void;
}

const plainIntervalMs = 5_000;

/** A bar on a terminal, else a line every few seconds. A total of 0 means that it is unknown, and has no bar. */
export function startProgress(stderr: Shell['stderr'], total: number): Progress {
  return stderr.isTTY === true && total > 0 ? startBar(stderr, total) : startPlain(stderr, total);
}

function startBar(stderr: Shell['stderr'], total: number): Progress {
  const bars = new MultiBar({
    stream: stderr,
    format: '{bar} {percentage}%  {status}  {eta_formatted} left',
    barsize: 24,
    // cli-progress cuts long lines itself, so it need not change the terminal's line wrapping.
    linewrap: true,
    // Lines above the bar push it down, so it is drawn again although it shows the same.
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
