import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { describeWithPart, findPart } from '../helpers/real-parts.ts';
import { type FuzzTarget, createFuzzTarget } from './fuzz-target.ts';
import { seed } from './seed.ts';

const folder = 'output/fuzz';
const document = join(import.meta.dirname, '../../docs/openapi.json');

/** Sends requests that the document describes, and some that it forbids, and compares the answers with it. */
function runSchemathesis(program: string, { app, tokens }: FuzzTarget): Promise<string> {
  const checks =
    'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance';
  const args = [
    ...['run', document, `--url=${app.url}`, '--no-color', '--phases=coverage,fuzzing', '--workers=1'],
    ...[`--checks=${checks}`, '--max-examples=15', `--seed=${seed}`, '--generation-database=none'],
    ...['--suppress-health-check=all', '--continue-on-failure'],
    ...['--header', `authorization: Bearer ${tokens.customer ?? ''}`],
  ];
  return new Promise((resolve) => {
    execFile(program, args, { maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      const report = stdout + stderr;
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'openapi.txt'), report);
      resolve(error === null ? '' : report);
    });
  });
}

const program = findPart('schemathesis-4.32.5/bin/schemathesis');

describeWithPart('schemathesis', program, 'run .ci/parts/schemathesis.sh', (path) => {
  test('the REST routes answer as docs/openapi.json says', async () => {
    expect(await runSchemathesis(path, await createFuzzTarget())).toBe('');
  });
});
