#!/usr/bin/env node
import { loadEnvironment, readProcessEnvironment } from '../config/environment.ts';
import { runCommandLine } from './program.ts';
import type { Shell } from './shell.ts';

const { stdin, stdout, stderr } = process;
const shell: Shell = { stdin, stdout, stderr, loadEnvironment, readProcessEnvironment, exitCode: 0 };

// When a reader such as `head` closes the pipe, an unhandled EPIPE would end the process with a stack.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

await runCommandLine(shell, process.argv.slice(2));
process.exitCode = shell.exitCode;
