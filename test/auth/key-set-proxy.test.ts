import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createAuthenticator } from '../../src/auth/authenticator.ts';
import { loadConfig } from '../../src/config/config.ts';
import type { Environment } from '../../src/config/environment.ts';
import { startCli } from '../cli/cli-process.ts';
import { required } from '../config/config-kit.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { certificate, startProxy, startTlsStripe } from '../helpers/tls-stripe.ts';
import { toJwk } from './key-set-server.ts';
import { claims, createRsaToken, rsa } from './token-kit.ts';

const folder = createTemporaryFolder();
const caFile = join(folder, 'ca.pem');
writeFileSync(caFile, certificate);
const port = await startTlsStripe({ keys: [toJwk(rsa.publicKey, { kid: 'rsa' })] });

/** Only a proxy knows where this host is. */
const withKeySet = { ...required, JWT_SECRET: '', JWT_JWKS_URL: `https://stripe.test:${port}/jwks.json` };

/** Asks the service's own verification for the keys, in a process without the certificate. */
async function fetchKeys(env: Environment): Promise<void> {
  const { auth } = loadConfig({ ...withKeySet, ...env });
  const authenticator = createAuthenticator(auth);
  const token = createRsaToken(claims, { kid: 'rsa' });
  await expect(authenticator.authenticate(`Bearer ${token}`)).rejects.toMatchObject({
    code: 'AUTH_UNAVAILABLE',
  });
}

test('the key set is fetched through HTTPS_PROXY, with its credentials', async () => {
  const proxy = await startProxy();

  const { stdout } = await startCli(['doctor'], {
    ...withKeySet,
    NODE_ENV: 'test',
    DATABASE_URL: `sqlite:${folder}/billing.db`,
    NODE_EXTRA_CA_CERTS: caFile,
    HTTPS_PROXY: proxy.url.replace('//', '//ada:secret@'),
    NO_PROXY: 'api.stripe.com',
    STRIPE_API_URL: 'http://127.0.0.1:1',
  }).result;

  expect(stdout).toContain('1 of 1 keys can be used');
  const credentials = Buffer.from('ada:secret').toString('base64');
  expect(proxy.tunnels).toEqual([`stripe.test:${port} Basic ${credentials}`]);
}, 30_000);

test.each([
  ['goes through the proxy', {}, 1],
  ['connects directly where NO_PROXY names the host', { NO_PROXY: 'stripe.test' }, 0],
])('a token that needs keys %s', async (_what, env, tunnels) => {
  const proxy = await startProxy();

  await fetchKeys({ HTTPS_PROXY: proxy.url, ...env });

  expect(proxy.tunnels).toHaveLength(tunnels);
});
