import type { Command } from 'commander';
import { exitCodes } from '../../process/start-failure.ts';
import type { Shell } from '../shell.ts';

interface DoctorOptions {
  readonly json?: true;
  readonly strict?: true;
  readonly token?: string;
}

export function addDoctorCommand(program: Command, shell: Shell): void {
  program
    .command('doctor')
    .description('tell whether a deployment will work, and what to mend')
    .option('--json', 'print one JSON object, for scripts')
    .option('--strict', 'fail on warnings too')
    .option('--token <file>', 'also check whether the token in this file is accepted, and if not, why')
    .addHelpText('after', doctorHelp)
    .action((options: DoctorOptions) => printExamination(shell, options));
}

const doctorHelp = `
Run it with the variables of the service, where the service will run. It looks
at the configuration, the keys that tokens are checked with, the database, and
at Stripe: the key and its permissions, the clock, the portal's configurations,
where events are sent, and what the policies name. Nothing is changed at Stripe; in the database,
tables and indexes that are missing are made, as by the service.

The exit code is 0 when nothing failed, else 1.

  ✓ passed   ! warned: it works, but look at it   ✗ failed   - skipped

  billing-portal doctor
  billing-portal doctor --token token.txt
  billing-portal doctor --strict --json | jq '.checks[] | select(.outcome == "fail")'
`;

async function printExamination(shell: Shell, { json, strict, token }: DoctorOptions): Promise<void> {
  // What it looks at takes a second to load, which the other commands need not wait for.
  const [{ examine }, { countOutcomes, toJson, toText }] = await Promise.all([
    import('./examination.ts'),
    import('./report.ts'),
  ]);
  const findings = await examine(shell.loadEnvironment(), token);
  const { fail, warn } = countOutcomes(findings);
  const ok = fail === 0 && (strict !== true || warn === 0);
  shell.stdout.write(json ? toJson(findings, ok) : toText(findings));
  shell.exitCode = ok ? exitCodes.ok : exitCodes.failed;
}
