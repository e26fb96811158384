import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { decodeText } from '../../config/environment.ts';
import { exitCodes } from '../../process/start-failure.ts';
import { type Shell, escapeInvisible, failOn, toColumns } from '../shell.ts';
import type { Finding, Outcome } from './check.ts';

interface DoctorOptions {
  readonly json?: true;
  readonly strict?: true;
  readonly token?: string;
}

export function addDoctorCommand(program: Command, shell: Shell): void {
  program
    .command('doctor')
    .description('check whether a deployment will work, and say how to fix it')
    .option('--json', 'print one JSON object, for scripts')
    .option('--strict', 'fail on warnings too')
    .option(
      '--token <file>',
      'also check whether the service accepts the token in this file, or in /dev/stdin',
    )
    .addHelpText('after', doctorHelp)
    .action((options: DoctorOptions) => printExamination(shell, options));
}

const doctorHelp = `
Run it where the service will run, with the service's variables. It checks the
configuration, the keys that verify tokens, the database and Redis; at Stripe, the
key and its permissions, the clock, the portal configurations, the webhook
endpoint, and the products and prices of the policies. It changes nothing at
Stripe. In the database it creates missing tables and indexes, as the service does.

The exit code is 0 when no check failed, else 1.

  ✓ passed   ! warned: it works, but look at it   ✗ failed   - skipped

  billing-portal doctor
  billing-portal doctor --token token.txt
  billing-portal doctor --strict --json | jq '.checks[] | select(.outcome == "fail")'
`;

async function printExamination(shell: Shell, { json, strict, token: file }: DoctorOptions): Promise<void> {
  // The name is not repeated: it may be a token, given by mistake.
  const bytes = file === undefined ? null : await readFile(file).catch(failOn('The file of --token', 'read'));
  // Loading every check takes a second, and the other commands do not need them.
  const { examine } = await import('./examination.ts');
  const checks = await examine(shell.loadEnvironment(), bytes ? decodeText(bytes) : undefined);
  const counts = { pass: 0, warn: 0, fail: 0, skip: 0 };
  for (const { outcome } of checks) counts[outcome] += 1;
  const ok = counts.fail === 0 && (strict !== true || counts.warn === 0);
  shell.stdout.write(json ? `${JSON.stringify({ ok, counts, checks })}\n` : toText(checks, counts));
  shell.exitCode = ok ? exitCodes.ok : exitCodes.failed;
}

const symbols: Readonly<Record<Outcome, string>> = { pass: '✓', warn: '!', fail: '✗', skip: '-' };

function toText(findings: readonly Finding[], { pass, warn, fail, skip }: Record<Outcome, number>): string {
  const rows = findings.flatMap(({ name, outcome, detail, fix }) => [
    [`${symbols[outcome]} ${name}`, escapeInvisible(detail)],
    ...(fix === null ? [] : [['', `→ ${escapeInvisible(fix)}`]]),
  ]);
  const summary = `passed ${pass}, warned ${warn}, failed ${fail}, skipped ${skip}: this deployment will ${fail > 0 ? 'not ' : ''}work.`;
  return `${toColumns([['  CHECK', 'RESULT'], ...rows])}\n${summary}\n`;
}
