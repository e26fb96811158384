import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { closeAfterTests } from '../helpers/closing.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { startEmulator } from '../../packages/local-stripe/test/emulator-client.ts';
import { startCli } from './cli-process.ts';
import { runCli } from './run-cli.ts';

test('a setting that the demo refuses ends it with 78', async () => {
  expect(await runCli(['demo'], { env: { STRIPE_SECRET_KEY: 'sk_live_1' } })).toEqual({
    stdout: '',
    stderr: expect.stringMatching(/^The configuration has faults:\n {2}STRIPE_SECRET_KEY: .*\n$/),
    exitCode: 78,
  });
});

test('a port in use ends it with 1 and what to do', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  closeAfterTests(() => void server.close());
  const { port } = server.address() as AddressInfo;
  expect(await startCli(['demo'], { PORT: String(port) }).result).toEqual({
    stdout: '',
    stderr: `Port ${port} is in use. Stop what listens there, or set PORT.\n`,
    exitCode: 1,
  });
});

test('a session that cannot be opened ends it, and nothing of it stays', async () => {
  // Without settings of a portal, Stripe refuses sessions.
  const { emulator } = await startEmulator();
  const TMPDIR = createTemporaryFolder();
  const env = { TMPDIR, PORT: '0', STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_API_URL: emulator.url };
  const { exitCode } = await startCli(['demo'], env).result;
  const left = readdirSync(TMPDIR).filter((name) => name.startsWith('billing-portal-demo-'));
  expect({ exitCode, left }).toEqual({ exitCode: 1, left: [] });
});
