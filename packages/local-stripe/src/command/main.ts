#!/usr/bin/env node
import { runUntilSignal } from './run-until-signal.ts';

process.exitCode = await runUntilSignal(process.argv.slice(2), {
  write: (text) => process.stdout.write(`${text}\n`),
  writeError: (text) => process.stderr.write(`${text}\n`),
});
