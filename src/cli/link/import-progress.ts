import { MultiBar } from 'cli-progress';
import type { Shell } from '../shell.ts';

export interface ImportTotals {
  readonly linked: number;
  readonly unchanged: number;
  readonly refused: number;
  readonly lastLine: number;
}

/** Shows how far an import is, on stderr. */
export interface ImportProgress {
  update(readBytes: number, totals: ImportTotals): void;
  /** Writes lines between what is shown. */
  write(lines: string): void;
  stop(): void;
}

const plainIntervalMs = 5_000;

/** A bar on a terminal; a line every few seconds elsewhere, and for a pipe, whose size nobody knows. */
export function startProgress(stderr: Shell['stderr'], totalBytes: number): ImportProgress {
  return stderr.isTTY === true && totalBytes > 0
    ? startBar(stderr, totalBytes)
    : startPlain(stderr, totalBytes);
}

export function describeTotals({ linked, unchanged, refused }: ImportTotals): string {
  return `linked ${linked}, unchanged ${unchanged}, refused ${refused}`;
}

function startBar(stderr: Shell['stderr'], totalBytes: number): ImportProgress {
  const bars = new MultiBar({
    stream: stderr,
    format: '{bar} {percentage}%  {totals}  {eta_formatted} left',
    barsize: 24,
    // Cuts what is too long itself, so that the terminal need not be told to, and told back at the end.
    linewrap: true,
    // Lines that are printed push the bar down, though it says the same.
    forceRedraw: true,
  });
  const bar = bars.create(totalBytes, 0, { totals: '' });
  return {
    update: (readBytes, totals) => bar.update(readBytes, { totals: describeTotals(totals) }),
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

function startPlain(stderr: Shell['stderr'], totalBytes: number): ImportProgress {
  let shownAt = Date.now();
  return {
    update: (readBytes, totals) => {
      if (Date.now() - shownAt < plainIntervalMs) return;
      shownAt = Date.now();
      const share = totalBytes > 0 ? ` (${Math.floor((100 * readBytes) / totalBytes)}%)` : '';
      stderr.write(`${describeTotals(totals)}${share}\n`);
    },
    write: (lines) => void stderr.write(lines),
    stop: () => undefined,
  };
}
