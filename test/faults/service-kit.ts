import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from '../../src/config/environment.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { findFreePort } from '../helpers/server-process.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';

/** What `npm start` runs; `npm run faults` makes it of the sources as they are. */
const program = join(import.meta.dirname, '../../output/faults/bundle/main.js');
const startTimeoutMs = 60_000;

export interface Ending {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** The service in a process of its own. */
export interface ServiceProcess {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Ending>;
  /** The ids of the requests that it has read. */
  readRequestIds(): ReadonlySet<string>;
}

/** The variables of a service that can start, with a store of its own. */
export function createEnvironment(stripeUrl: string): Environment {
  return {
    NODE_ENV: 'production',
    LOG_LEVEL: 'info',
    HOST: '127.0.0.1',
    DATABASE_URL: `sqlite:${createTemporaryFolder()}/billing.db`,
    STRIPE_SECRET_KEY: 'sk_test_faults',
    STRIPE_API_URL: stripeUrl,
    JWT_SECRET: 'a secret for the integration tests only',
    JWT_ISSUER: 'https://issuer.example.com',
    JWT_AUDIENCE: 'billing',
    RETURN_URLS: 'https://app.example.com',
    RATE_LIMIT: 'off',
  };
}

/** Starts the process and does not wait for it. */
export async function launchService(env: Environment): Promise<ServiceProcess> {
  if (!existsSync(program))
    throw new Error('These tests run by "npm run faults", which bundles the service.');
  const port = Number(env['PORT'] ?? (await findFreePort()));
  const log = join(createTemporaryFolder(), 'service.log');
  const stdout = openSync(log, 'a');
  const child = spawn(process.execPath, [program], {
    cwd: tmpdir(),
    env: { ...env, PORT: String(port) },
    stdio: ['ignore', stdout, 'pipe'],
  });
  closeSync(stdout);
  closeAfterTests(() => child.kill('SIGKILL'));
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    pid: child.pid ?? 0,
    kill: (signal) => void child.kill(signal),
    ended: watchEnd(child),
    readRequestIds: () =>
      new Set([...readFileSync(log, 'utf8').matchAll(/"requestId":"([^"]+)"/g)].map(([, id = '']) => id)),
  };
}

async function watchEnd(child: ChildProcess): Promise<Ending> {
  const stderr = child.stderr === null ? Promise.resolve('') : text(child.stderr);
  const [exitCode, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return { exitCode, signal, stderr: await stderr };
}

/** Starts the process and waits until it answers. */
export async function startService(env: Environment): Promise<ServiceProcess> {
  const service = await launchService(env);
  const state = { ended: false };
  void service.ended.then(() => (state.ended = true));
  const deadline = Date.now() + startTimeoutMs;
  while (!(await isReady(service))) {
    if (state.ended || Date.now() > deadline)
      throw new Error(`The service did not start: ${(await service.ended).stderr}`);
    await sleep(10);
  }
  return service;
}

export async function isReady({ url }: Pick<ServiceProcess, 'url'>): Promise<boolean> {
  return fetch(`${url}/readyz`, { headers: { connection: 'close' } }).then(
    async (response) => (await response.text()) !== '' && response.status === 200,
    () => false,
  );
}
