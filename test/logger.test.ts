import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { closeAfterTests } from './helpers/closing.ts';

const timeoutMs = 60_000;
const lines = 300;

/** Runs a process that logs to a pipe, and then goes on as is said. */
function log(count: number, then: string) {
  const script = `
    const { createLogger } = await import(${JSON.stringify(new URL('../src/logger.ts', import.meta.url).href)});
    const logger = createLogger('info');
    for (let line = 1; line <= ${count}; line += 1) logger.info({ line }, 'a line that is neither long nor short');
    ${then}`;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', script];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'], env: process.env });
  closeAfterTests(() => void child.kill('SIGKILL'));
  return child;
}

test.each([
  ['comes to its end', ''],
  ['exits', 'process.exit(1)'],
  ['meets an exception', "throw new Error('on purpose')"],
  [
    'is told to stop',
    "process.on('SIGTERM', () => process.exit(0)); process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000)",
  ],
])(
  'no line is lost when a process %s',
  async (_title, then) => {
    const written = await text(log(lines, then).stdout);
    const numbers = written
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { line: number }).line);
    expect(numbers).toEqual(Array.from({ length: lines }, (_, index) => index + 1));
  },
  timeoutMs,
);

test(
  'a single line is written while the process goes on',
  async () => {
    const child = log(1, 'setInterval(() => {}, 1000)');
    const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
    expect(JSON.parse(chunk.toString())).toMatchObject({ line: 1 });
    expect(child.exitCode).toBeNull();
  },
  timeoutMs,
);
