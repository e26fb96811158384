import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { createToken } from '../../src/auth/token-issuer.ts';
import { loadConfig } from '../../src/config/config.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import type { LoggedError } from '../../src/logging/logger.ts';
import { createLocalStripe } from '../../packages/local-stripe/src/local-stripe.ts';
import { dropCustomers } from '../helpers/broken-store.ts';
import { bundleProgram } from '../helpers/bundled-program.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { findFreePort } from '../helpers/server-process.ts';

const root = join(import.meta.dirname, '../..');

async function fetchWhenReady(url: string, request: RequestInit): Promise<Response> {
  for (;;) {
    const response = await fetch(url, request).catch(() => null);
    if (response !== null) return response;
    await sleep(50);
  }
}

/** The bundle as a process, with a store in which ada is linked, and policies. */
async function startBundle() {
  const localStripe = createLocalStripe();
  await localStripe.start();
  closeAfterTests(() => localStripe.stop());
  const folder = createTemporaryFolder();
  const port = await findFreePort();
  const env = {
    PORT: String(port),
    HOST: '127.0.0.1',
    METRICS_PORT: String(await findFreePort()),
    DATABASE_URL: `sqlite:${join(folder, 'billing.db')}`,
    STRIPE_SECRET_KEY: 'sk_test_bundle',
    STRIPE_API_URL: localStripe.url,
    JWT_SECRET: 'a secret for the test of the bundle only',
    JWT_ISSUER: 'https://issuer.example.com',
    JWT_AUDIENCE: 'billing',
    RETURN_URLS: 'https://app.example.com',
    PORTAL_POLICIES: join(root, 'bench/policies.yaml'),
  };
  const config = loadConfig(env);
  const customer = await fetch(`${localStripe.url}/v1/customers`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk_test_bundle' },
  });
  const { id } = (await customer.json()) as { id: string };
  const database = await openDatabase({ url: config.databaseUrl, scope: config.stripe.scope });
  await database.customers.link({ userId: 'ada', stripeCustomerId: id });
  await database.close();

  const program = bundleProgram('src/main.ts');
  const service = spawn(process.execPath, [program], {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  closeAfterTests(() => service.kill('SIGKILL'));
  const token = await createToken(config.auth, { userId: 'ada', roles: [], lifetimeSeconds: 60 });
  const url = `http://127.0.0.1:${port}`;
  const openSession = async (): Promise<unknown> => {
    const response = await fetchWhenReady(`${url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        query: 'mutation { createBillingPortalSession(returnUrl: "https://app.example.com/") { url } }',
      }),
    });
    return response.json();
  };
  const exited = once(service, 'exit');
  return { config, program, url, service, exited, logged: text(service.stdout), openSession };
}

const opened = { data: { createBillingPortalSession: { url: expect.stringContaining('/p/session/') } } };

test('the bundle opens a session with a store and policies, logs where a fault is in the sources, and stops when told to', async () => {
  const { config, service, exited, logged, openSession } = await startBundle();

  expect(await openSession()).toEqual(opened);
  dropCustomers(config);
  expect(await openSession()).toMatchObject({
    errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
  });
  service.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);

  const lines = (await logged).trim().split('\n');
  const { at = '' } =
    lines
      .map((line) => (JSON.parse(line) as { error?: LoggedError }).error)
      .find((error) => error !== undefined) ?? {};
  const [file = '', line] = at.split(':');
  expect(file).toMatch(/^database\/sqlite\//);
  const source = readFileSync(join(root, 'src', file), 'utf8').split('\n');
  expect(source[Number(line) - 1]).toMatch(/\.(get|all|prepare)\(/);
}, 60_000);

test('the first operation needs no file of the bundle, such as while a new build replaces it', async () => {
  const { program, url, openSession } = await startBundle();
  await fetchWhenReady(`${url}/readyz`, {});
  rmSync(dirname(program), { recursive: true });

  expect(await openSession()).toEqual(opened);
}, 60_000);
