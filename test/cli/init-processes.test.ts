import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { program } from './cli-process.ts';

test('init --force keeps the earlier file where the new one cannot be written whole', () => {
  const folder = createTemporaryFolder();
  writeFileSync(join(folder, '.env'), 'MINE=1\n');
  const options = { issuer: 'https://app.example.com', audience: 'billing', 'stripe-key': 'sk_test_1' };
  const args = Object.entries({ provider: 'own', ...options, 'return-urls': 'https://app.example.com' });
  const init = [...program, 'init', '--force', ...args.map(([name, value]) => `--${name}=${value}`)];
  // Node ignores the signal, and no write to a file succeeds, as on a full disk.
  const { stderr, status } = spawnSync(
    'sh',
    ['-c', 'ulimit -f 0; exec "$0" "$@"', process.execPath, ...init],
    {
      cwd: folder,
      env: { TSX_TSCONFIG_PATH: join(import.meta.dirname, '../../tsconfig.json') },
      encoding: 'utf8',
    },
  );

  expect({ stderr, status }).toEqual({ stderr: '.env cannot be written (EFBIG).\n', status: 1 });
  expect(readdirSync(folder)).toEqual(['.env']);
  expect(readFileSync(join(folder, '.env'), 'utf8')).toBe('MINE=1\n');
});
