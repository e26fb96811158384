import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Environment } from '../../src/config/environment.ts';
import type { CliResult } from './run-cli.ts';

const root = join(import.meta.dirname, '../..');
const sources = ['--conditions=billing-portal-source', '--import', import.meta.resolve('tsx')];
/** The arguments of Node that run the command line. */
export const program = [...sources, join(root, 'src/cli/main.ts')];

export interface CliProcess {
  kill(signal: NodeJS.Signals): void;
  /** Reads no more of stdout, as `head` does when it has its lines. */
  closeStdout(): void;
  closeStderr(): void;
  /** What it has written to stdout first. */
  readonly firstOutput: Promise<string>;
  /** How it ended; no exit code when a signal ended it. */
  readonly result: Promise<Omit<CliResult, 'exitCode'> & { readonly exitCode: number | null }>;
}

/** Starts a command in a process of its own. */
export function startCli(args: readonly string[], env: Environment, cwd = tmpdir()): CliProcess {
  const child = spawn(process.execPath, [...program, ...args], {
    // Without the variables of this process, or the .env file of its folder.
    cwd,
    env: { TSX_TSCONFIG_PATH: join(root, 'tsconfig.json'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = Promise.all([child.stdout, child.stderr].map((stream) => text(stream).catch(() => '')));
  const result = once(child, 'close').then(async ([exitCode]: (number | null)[]) => {
    const [stdout = '', stderr = ''] = await output;
    return { stdout, stderr, exitCode: exitCode ?? null };
  });
  const firstOutput = once(child.stdout, 'data').then(([chunk]: unknown[]) => String(chunk));
  return {
    firstOutput,
    kill: (signal) => void child.kill(signal),
    closeStdout: () => void child.stdout.destroy(),
    closeStderr: () => void child.stderr.destroy(),
    result,
  };
}
