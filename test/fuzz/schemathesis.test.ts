import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { describeWithPart, findPart } from '../helpers/real-parts.ts';
import { type FuzzTarget, type Role, createFuzzTarget } from './fuzz-target.ts';
import { seed } from './seed.ts';
import { serviceFaults } from './verdict.ts';

const folder = 'output/fuzz';
const examples = 25;

interface Run {
  readonly passed: boolean;
  readonly report: string;
}

/** Runs schemathesis over the whole schema as one of the roles. What it printed is kept. */
function runSchemathesis(program: string, { app, tokens }: FuzzTarget, role: Role): Promise<Run> {
  const token = tokens[role];
  const args = [
    ...['run', `${app.url}/graphql`, '--no-color', '--phases=fuzzing', '--mode=positive', '--workers=1'],
    ...['--checks=answers_as_promised', `--max-examples=${examples}`, `--seed=${seed}`],
    ...['--generation-database=none', '--suppress-health-check=all', '--continue-on-failure'],
    ...(token === undefined ? [] : ['--header', `authorization: Bearer ${token}`]),
  ];
  const env = {
    ...process.env,
    SCHEMATHESIS_HOOKS: join(import.meta.dirname, 'schemathesis_checks.py'),
    SERVICE_FAULTS: ['INTERNAL_SERVER_ERROR', ...serviceFaults].join(' '),
  };
  return new Promise((resolve) => {
    execFile(program, args, { env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      const report = stdout + stderr;
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `schemathesis-${role}.txt`), report);
      resolve({ passed: error === null, report });
    });
  });
}

const program = findPart('schemathesis-4.32.5/bin/schemathesis');

describeWithPart('schemathesis', program, 'run .ci/parts/schemathesis.sh', (path) => {
  test.each<Role>(['nobody', 'newcomer', 'customer', 'administrator'])(
    'finds nothing as %s',
    async (role) => {
      const target = await createFuzzTarget();
      const before = target.app.logs.length;

      const { passed, report } = await runSchemathesis(path, target, role);

      const sent = target.app.logs.slice(before).filter((line) => line.includes('"route":"/graphql"')).length;
      process.stdout.write(`schemathesis as ${role}: ${sent} requests\n`);
      expect(passed ? '' : report).toBe('');
      // Some operations have fewer different inputs than it may try.
      expect(sent).toBeGreaterThan((target.operations.length * examples) / 2);
    },
  );
});
