import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { program } from './cli-process.ts';

/** Runs a command where no write to a file succeeds, as on a full disk: Node ignores the signal of the limit. */
function runOnFullDisk(cwd: string, args: readonly string[]) {
  const limited = ['-c', 'ulimit -f 0; exec "$0" "$@"', process.execPath, ...program, ...args];
  const env = { TSX_TSCONFIG_PATH: join(import.meta.dirname, '../../tsconfig.json') };
  const { stderr, status } = spawnSync('sh', limited, { cwd, env, encoding: 'utf8' });
  return { stderr, status };
}

const options = { issuer: 'https://app.example.com', audience: 'billing', 'stripe-key': 'sk_test_1' };
const answers = Object.entries({ provider: 'own', ...options, 'return-urls': 'https://app.example.com' });
const init = ['init', ...answers.map(([name, value]) => `--${name}=${value}`)];

test.each([
  [[...init, '--force'], '.env'],
  [['schema', 'schema.graphql'], 'schema.graphql'],
  [['policies', 'schema', 'policies.json'], 'policies.json'],
])('%j keeps the earlier file where the new one cannot be written whole', (args, file) => {
  const folder = createTemporaryFolder();
  writeFileSync(join(folder, file), 'MINE=1\n');

  expect(runOnFullDisk(folder, args)).toEqual({
    stderr: `${file} cannot be written (EFBIG).\n`,
    status: 1,
  });
  expect(readdirSync(folder)).toEqual([file]);
  expect(readFileSync(join(folder, file), 'utf8')).toBe('MINE=1\n');
});

test.each([
  [init, '.env'],
  [['schema', 'schema.graphql'], 'schema.graphql'],
])('%j leaves no file where the new one cannot be written whole', (args, file) => {
  const folder = createTemporaryFolder();

  expect(runOnFullDisk(folder, args)).toEqual({
    stderr: `${file} cannot be written (EFBIG).\n`,
    status: 1,
  });
  expect(readdirSync(folder)).toEqual([]);
});
