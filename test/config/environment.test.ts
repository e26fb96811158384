import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';

const source = join(import.meta.dirname, '../../src/config/environment.ts');
const program = `
  const { loadEnvironment } = await import(${JSON.stringify(source)});
  const { FIRST, SECOND } = loadEnvironment();
  console.log(JSON.stringify({ FIRST, SECOND }));
`;

/** What a process reads that starts in a folder with this `.env` file. */
function load(file: Buffer, env: NodeJS.ProcessEnv = {}): unknown {
  const cwd = createTemporaryFolder();
  writeFileSync(join(cwd, '.env'), file);
  const args = ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', program];
  return JSON.parse(execFileSync(process.execPath, args, { cwd, env, encoding: 'utf8' }));
}

const text = 'FIRST=Zürich\r\nSECOND="two words"\r\n';
const expected = { FIRST: 'Zürich', SECOND: 'two words' };

test.each([
  ['no byte order mark', Buffer.from(text)],
  ['a byte order mark, as Notepad writes it', Buffer.from(`\u{feff}${text}`)],
  ['UTF-16, as a shell on Windows writes it', Buffer.from(`\u{feff}${text}`, 'utf16le')],
  ['UTF-16 in the other order', Buffer.from(`\u{feff}${text}`, 'utf16le').swap16()],
])('a .env file with %s is read from its first line on', (_name, file) => {
  expect(load(file)).toEqual(expected);
});

test('a variable of the process wins over the file', () => {
  expect(load(Buffer.from(text), { FIRST: 'Bern' })).toEqual({ ...expected, FIRST: 'Bern' });
});
