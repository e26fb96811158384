import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** Servers run on one core; the stub and the load generator on the other. */
export type Core = 'server' | 'load';

const coreNumbers: Readonly<Record<Core, number>> = { server: 0, load: 1 };

const startTimeoutMs = 60_000;
const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Where it listens. */
  readonly port: number;
  /** Null lets it run on every core. */
  readonly core: Core | null;
  /** Else a folder without a `.env`. */
  readonly cwd?: string;
  /** A file for what it writes to stdout; else that is thrown away. */
  readonly log?: string;
}

/** A running server whose costs can be read. */
export interface MeasuredProcess {
  readonly port: number;
  /** Seconds of CPU since its start, in user mode and in the kernel. */
  cpuSeconds(): number;
  residentMegabytes(): number;
  stop(): Promise<void>;
}

/** Why processes cannot be pinned to a core; null where they can. */
export function findUnpinnedReason(): string | null {
  if (cpus().length < 2) return 'this machine has one core';
  try {
    execFileSync('taskset', ['-c', '0,1', 'true'], { stdio: 'ignore' });
    return null;
  } catch {
    return 'taskset does not work here';
  }
}

/** Keeps this process, and its threads, on the core of the load. */
export function pinSelf(): void {
  const unpinned = findUnpinnedReason();
  if (unpinned === null) {
    const core = String(coreNumbers.load);
    execFileSync('taskset', ['-a', '-cp', core, String(process.pid)], { stdio: 'ignore' });
  } else process.stderr.write(`NOT PINNED: ${unpinned}. The figures say little.\n`);
}

function onCore(core: Core | null, command: string, args: readonly string[]): readonly string[] {
  if (core === null || findUnpinnedReason() !== null) return [command, ...args];
  return ['taskset', '-c', String(coreNumbers[core]), command, ...args];
}

// An interrupted run leaves nothing behind: what is spawned ends with this process.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

/** Starts a program. Its environment is what is named here and nothing else. */
export function spawnProgram({ command, args, env = {}, core, log, cwd = tmpdir() }: Program): ChildProcess {
  const [first = '', ...rest] = onCore(core, command, args);
  const child = spawn(first, rest, {
    cwd,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], NODE_ENV: 'production', ...env },
    stdio: ['ignore', log === undefined ? 'ignore' : openSync(log, 'a'), 'inherit'],
  });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.removeListener('exit', kill));
  return child;
}

/** Starts a program and waits until it listens. */
export async function startProgram(program: Program): Promise<MeasuredProcess> {
  const child = spawnProgram(program);
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill();
    const slow = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await exited;
    clearTimeout(slow);
  };
  const deadline = Date.now() + startTimeoutMs;
  while (!(await listens(program.port))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`${[program.command, ...program.args].join(' ')} does not listen`);
    }
    await sleep(50);
  }
  const pid = child.pid ?? 0;
  return {
    port: program.port,
    cpuSeconds: () => readCpuSeconds(pid),
    residentMegabytes: () => readResidentMegabytes(pid),
    stop,
  };
}

export function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => settle(true)).once('error', () => settle(false));
  });
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: the 14th and 15th field are utime and stime. */
function readCpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the program's name in brackets, which may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

function readResidentMegabytes(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}
