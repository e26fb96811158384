#!/usr/bin/env node
import { loadEnvironment, readProcessEnvironment } from '../config/environment.ts';
import { runCommandLine } from './program.ts';
import type { Shell } from './shell.ts';

const { stdin, stdout, stderr } = process;
const shell: Shell = { stdin, stdout, stderr, loadEnvironment, readProcessEnvironment, exitCode: 0 };

// A reader that goes away is no fault of ours: without a listener its EPIPE would end the process with a stack.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

await runCommandLine(shell, process.argv.slice(2));
process.exitCode = shell.exitCode;
