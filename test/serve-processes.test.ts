import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { bundleProgram } from './helpers/bundled-program.ts';
import { closeAfterTests } from './helpers/closing.ts';
import { findFreePort } from './helpers/server-process.ts';
import { createTemporaryFolder } from './helpers/temporary-folder.ts';

const timeoutMs = 60_000;
const root = join(import.meta.dirname, '..');
const program = bundleProgram(join(import.meta.dirname, 'serve-process.ts'));
const secret = 'sk_test_PlantedKey';
const raise = `new Error('${secret} of user@planted.example')`;

/** The service as a process, in which something happens once it answers. */
async function startService(then: string) {
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, [program, then], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      PORT: String(port),
      HOST: '127.0.0.1',
      DATABASE_URL: `sqlite:${createTemporaryFolder()}/billing.db`,
      STRIPE_SECRET_KEY: secret,
      JWT_SECRET: 'a secret for the integration tests only',
      JWT_ISSUER: 'https://issuer.example.com',
      JWT_AUDIENCE: 'billing',
      RETURN_URLS: 'https://app.example.com',
    },
  });
  closeAfterTests(() => child.kill('SIGKILL'));
  return { url, child, ...readEnd(child) };
}

function readEnd(child: ChildProcess) {
  const read = (stream: ChildProcess['stdout']) => (stream === null ? Promise.resolve('') : text(stream));
  return { exited: once(child, 'exit'), stdout: read(child.stdout), stderr: read(child.stderr) };
}

function readLast(log: string): unknown {
  return JSON.parse(log.trim().split('\n').at(-1) ?? '');
}

test.each([
  ['an exception', `setTimeout(() => { throw ${raise}; });`],
  ['a rejection', `Promise.reject(${raise});`],
])(
  '%s that nothing catches ends the process with a redacted line in the log, and nothing beside it',
  async (_title, then) => {
    const { exited, stdout, stderr } = await startService(then);

    expect(await exited).toEqual([1, null]);
    expect(readLast(await stdout)).toMatchObject({
      level: 60,
      msg: 'uncaught error, the process exits',
      error: { name: 'Error', message: '[stripe key] of [e-mail]' },
    });
    expect(await stderr).toBe('');
  },
  timeoutMs,
);

test(
  'a stop that fails ends the process with 1 and a redacted line in the log',
  async () => {
    // No disk fails on demand.
    const { exited, stdout } = await startService(`
      SqliteConnection.prototype.close = () => { throw ${raise}; };
      process.kill(process.pid, 'SIGTERM');`);

    expect(await exited).toEqual([1, null]);
    expect(readLast(await stdout)).toMatchObject({
      level: 60,
      msg: 'shutdown failed',
      error: { message: '[stripe key] of [e-mail]' },
    });
  },
  timeoutMs,
);

test.each([
  ['one SIGINT that arrives twice, as below npm, stops it in order', 'SIGINT', 20, 0],
  ['one SIGTERM that arrives twice, as below npm, stops it in order', 'SIGTERM', 20, 0],
  ['a second SIGINT ends it at once', 'SIGINT', 700, 1],
  ['a second SIGTERM ends it at once', 'SIGTERM', 700, 1],
])(
  '%s',
  async (_title, signal, ms, exitCode) => {
    const send = `process.kill(process.pid, '${signal}');`;
    const { exited } = await startService(`${send} setTimeout(() => { ${send} }, ${ms});`);

    expect(await exited).toEqual([exitCode, null]);
  },
  timeoutMs,
);

test(
  'a shutdown is logged with its signal when it starts and when it has finished',
  async () => {
    const { exited, stdout } = await startService("process.kill(process.pid, 'SIGTERM');");

    expect(await exited).toEqual([0, null]);
    const lines = (await stdout).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as object).slice(-2)).toMatchObject([
      { level: 30, msg: 'shutdown started', signal: 'SIGTERM' },
      { level: 30, msg: 'shutdown finished', signal: 'SIGTERM', ms: expect.any(Number) as unknown },
    ]);
  },
  timeoutMs,
);

test(
  'a shutdown that a second signal cuts short is logged as failed',
  async () => {
    const { exited, stdout } = await startService(
      "process.kill(process.pid, 'SIGTERM'); setTimeout(() => process.kill(process.pid, 'SIGTERM'), 700);",
    );

    expect(await exited).toEqual([1, null]);
    expect(readLast(await stdout)).toMatchObject({
      level: 60,
      error: { message: 'A second signal, SIGTERM, ended the process.' },
    });
  },
  timeoutMs,
);
