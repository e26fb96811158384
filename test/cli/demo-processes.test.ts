import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { closeAfterTests } from '../helpers/closing.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { startCli } from './cli-process.ts';

test('a port in use ends it with 1 and what to do', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  closeAfterTests(() => void server.close());
  const { port } = server.address() as AddressInfo;
  expect(await startCli(['demo'], { PORT: String(port) }).result).toEqual({
    stdout: '',
    stderr: `Port ${port} is in use. Stop the process that uses it, or set PORT or METRICS_PORT, the one that names it.\n`,
    exitCode: 1,
  });
});

const nothingReal = { STRIPE_SECRET_KEY: 'sk_live_1', JWT_JWKS_URL: 'no url', DATABASE_URL: 'nowhere' };

test('a .env file and the secrets of the environment are ignored, and an administrator’s token is printed', async () => {
  const folder = createTemporaryFolder();
  writeFileSync(join(folder, '.env'), 'PORT=1\nSTRIPE_SECRET_KEY=sk_live_2\nRETURN_URLS=nothing\n');
  const demo = startCli(['demo'], { PORT: '0', ...nothingReal }, folder);
  const text = await demo.firstOutput;
  demo.kill('SIGTERM');
  expect(await demo.result).toMatchObject({ stderr: '', exitCode: 0 });
  const [, adminToken = ''] =
    /A token of an administrator, who has no customer yet:\n {2}(\S+)\n/.exec(text) ?? [];
  expect(decodeJwt(adminToken)).toMatchObject({ sub: 'demo-admin', roles: ['billing:admin'] });
});

test('a start that fails leaves nothing of it behind', async () => {
  const TMPDIR = createTemporaryFolder();
  const PORTAL_POLICIES = join(TMPDIR, 'policies.yaml');
  writeFileSync(PORTAL_POLICIES, 'policies: {}');
  const { exitCode } = await startCli(['demo'], { TMPDIR, PORT: '0', PORTAL_POLICIES }).result;
  const left = readdirSync(TMPDIR).filter((name) => name.startsWith('billing-portal-demo-'));
  expect({ exitCode, left }).toEqual({ exitCode: 78, left: [] });
});
