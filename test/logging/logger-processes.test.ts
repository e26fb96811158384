import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { closeAfterTests } from '../helpers/closing.ts';

const timeoutMs = 60_000;
const lines = 300;

/** Runs a process that logs to a pipe, or to a file, and then goes on as is said. */
function log(count: number, then: string, output = '&1') {
  const script = `
    const { createLogger } = await import(${JSON.stringify(new URL('../../src/logging/logger.ts', import.meta.url).href)});
    const logger = createLogger('info');
    for (let line = 1; line <= ${count}; line += 1) logger.info({ line }, 'a line that is neither long nor short');
    ${then}`;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', script];
  const command = ['-c', `exec "$@" >${output}`, 'sh', process.execPath, ...args];
  const child = spawn('sh', command, { stdio: ['ignore', 'pipe', 'pipe'] });
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

test(
  'a disk that is full does not end the process, and is told once',
  async () => {
    const fatal = "logger.fatal('a line that is written at once')";
    const child = log(lines, `${fatal}; setTimeout(() => process.exit(7), 700)`, '/dev/full');
    const [told, exited] = await Promise.all([text(child.stderr), once(child, 'exit')]);

    expect(told.match(/Failed to write the log: ENOSPC/g)).toHaveLength(1);
    expect(exited).toEqual([7, null]);
  },
  timeoutMs,
);

test(
  'lines that cannot be written are dropped, and do not fill the memory',
  async () => {
    const write = "for (let line = 0; line < 100; line += 1) logger.info('x'.repeat(500_000));";
    const collect = `(await import('node:v8')).setFlagsFromString('--expose-gc');
      (await import('node:vm')).runInNewContext('gc')();`;
    const child = log(
      1,
      `${write} ${collect} console.error('kept', process.memoryUsage().heapUsed)`,
      '/dev/full',
    );

    const kept = /kept (\d+)/.exec(await text(child.stderr))?.[1];
    expect(Number(kept)).toBeLessThan(40_000_000);
  },
  timeoutMs,
);

test(
  'a reader of both outputs that goes away does not end the process',
  async () => {
    const child = log(
      1,
      "setInterval(() => logger.info('more'), 50); setTimeout(() => process.exit(7), 3000)",
      '&1 2>&1',
    );
    const exited = once(child, 'exit');
    await once(child.stdout, 'data');
    child.stdout.destroy();

    expect(await exited).toEqual([7, null]);
  },
  timeoutMs,
);
