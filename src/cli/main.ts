#!/usr/bin/env node
import { loadEnvironment, readProcessEnvironment } from '../config/environment.ts';
import { runCommandLine } from './program.ts';
import type { Shell } from './shell.ts';

const { stdin, stdout, stderr } = process;
const shell: Shell = { stdin, stdout, stderr, loadEnvironment, readProcessEnvironment, exitCode: 0 };

// When a reader such as `head` closes a pipe, an unhandled EPIPE would end the process, halfway through an import.
for (const stream of [stdout, stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });

await runCommandLine(shell, process.argv.slice(2));
process.exitCode = shell.exitCode;
