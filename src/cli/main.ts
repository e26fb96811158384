#!/usr/bin/env node
import { loadEnvironment, readProcessEnvironment } from '../config/environment.ts';
import { exitCodes } from '../process/start-failure.ts';
import { runCommandLine } from './program.ts';
import type { Shell } from './shell.ts';

const { stdin, stdout, stderr } = process;
const shell: Shell = { stdin, stdout, stderr, loadEnvironment, readProcessEnvironment, exitCode: 0 };

// An unhandled error of an output would end the process with a stack, perhaps halfway through an import.
for (const output of [stdout, stderr])
  output.on('error', (error: NodeJS.ErrnoException) => {
    const { code = 'unknown error' } = error;
    shell.outputError = error;
    // The reader, such as `head`, has closed the pipe.
    if (code === 'EPIPE') return;
    shell.exitCode = process.exitCode = exitCodes.failed;
    if (output === stdout) stderr.write(`The output cannot be written (${code}).\n`);
  });

await runCommandLine(shell, process.argv.slice(2));
process.exitCode = shell.exitCode;
