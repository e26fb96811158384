import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';

/** Which core a process is kept on: servers on one, the stub and whoever asks on the other. */
export type Core = 'server' | 'load';

const numbers: Readonly<Record<Core, number>> = { server: 0, load: 1 };

/** Why processes cannot be pinned; null where they can. */
export function findUnpinnedReason(): string | null {
  if (cpus().length < 2) return 'this machine has one core';
  try {
    execFileSync('taskset', ['-c', '0,1', 'true'], { stdio: 'ignore' });
    return null;
  } catch {
    return 'there is no usable taskset';
  }
}

/** The command line that runs a program on a core, or on both without one. */
export function onCore(core: Core | null, command: string, args: readonly string[]): readonly string[] {
  if (core === null || findUnpinnedReason() !== null) return [command, ...args];
  return ['taskset', '-c', String(numbers[core]), command, ...args];
}

/** Keeps this process, and its threads, with the load. */
export function pinSelf(): void {
  const unpinned = findUnpinnedReason();
  if (unpinned !== null) {
    process.stderr.write(`NOT PINNED: ${unpinned}. The figures say little.\n`);
    return;
  }
  execFileSync('taskset', ['-a', '-cp', String(numbers.load), String(process.pid)], { stdio: 'ignore' });
}
