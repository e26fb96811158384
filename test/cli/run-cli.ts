import { PassThrough, Writable } from 'node:stream';
import { runCommandLine } from '../../src/cli/program.ts';
import type { Shell } from '../../src/cli/shell.ts';
import type { Environment } from '../../src/config/environment.ts';

export interface CliResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export interface CliInput {
  readonly env: Environment;
  /** What a person types at a terminal; without it there is no terminal. */
  readonly typed?: string | undefined;
}

/** Runs a command line as a process does, in this one. */
export async function runCli(args: readonly string[], { env, typed }: CliInput): Promise<CliResult> {
  const stdout = new Collector();
  const stderr = new Collector();
  const stdin = Object.assign(new PassThrough(), { isTTY: typed !== undefined });
  stdin.end(typed);
  const readEnvironment = (): Environment => env;
  const shell: Shell = {
    stdin,
    stdout,
    stderr,
    loadEnvironment: readEnvironment,
    readProcessEnvironment: readEnvironment,
    exitCode: 0,
  };
  await runCommandLine(shell, args);
  return { stdout: stdout.text, stderr: stderr.text, exitCode: shell.exitCode };
}

/** Keeps what is written to it. */
export class Collector extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
