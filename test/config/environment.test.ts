import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterEach, describe, expect, test } from '@jest/globals';
import { loadConfig } from '../../src/config/config.ts';
import { readVariables } from '../../src/config/environment-schema.ts';
import { type Environment, loadEnvironment } from '../../src/config/environment.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { required } from './config-kit.ts';

const folder = process.cwd();

afterEach(() => {
  process.chdir(folder);
  delete process.env['FIRST'];
});

/** What a process reads that starts in a folder with this `.env` file. */
function load(file: Buffer): Environment {
  process.chdir(createTemporaryFolder());
  writeFileSync(join(process.cwd(), '.env'), file);
  return loadEnvironment();
}

const written = 'FIRST=Zürich\r\nSECOND="two words"\r\n';
const expected = { FIRST: 'Zürich', SECOND: 'two words' };

test.each([
  ['no byte order mark', Buffer.from(written)],
  ['a byte order mark, as Notepad writes it', Buffer.from(`\u{feff}${written}`)],
  ['UTF-16, as a shell on Windows writes it', Buffer.from(`\u{feff}${written}`, 'utf16le')],
  ['UTF-16 in the other order', Buffer.from(`\u{feff}${written}`, 'utf16le').swap16()],
])('a .env file with %s is read from its first line on', (_name, file) => {
  expect(load(file)).toMatchObject(expected);
});

test('a variable of the process wins over the file', () => {
  process.env['FIRST'] = 'Bern';

  expect(load(Buffer.from(written))).toMatchObject({ ...expected, FIRST: 'Bern' });
});

describe('.env.example', () => {
  const text = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');
  const example = parseEnv(text);
  const { values, faults } = readVariables({});
  const requiredNames = faults.map((fault) => fault.replace(/:.*/, ''));

  test('has every variable that is read, and no other', () => {
    const read = [...Object.keys(values), ...requiredNames];

    expect(Object.keys(example).toSorted()).toEqual(read.toSorted());
  });

  test('explains every variable right above it', () => {
    const lines = text.split('\n');
    const bare = lines.filter(
      (line, index) => /^\w+=/.test(line) && !(lines[index - 1] ?? '').startsWith('# '),
    );

    expect(bare).toEqual([]);
  });

  test('as it is lacks only what is required', () => {
    expect(() => loadConfig(example)).toThrow(
      expect.objectContaining({
        faults: [
          ...requiredNames.map((name) => `${name}: is required`),
          expect.stringMatching(/^JWT_JWKS_URL, JWT_PUBLIC_KEY, JWT_SECRET: one of them is required/),
        ],
      }),
    );
  });

  test('shows the defaults', () => {
    expect(loadConfig({ ...example, ...required })).toEqual(loadConfig(required));
  });
});
