import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { startCli } from '../cli/cli-process.ts';
import { required } from '../config/config-kit.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { certificate, startProxy, startTlsStripe } from '../helpers/tls-stripe.ts';

/** Node reads NODE_EXTRA_CA_CERTS when a process starts. */
test('requests trust the certificate in NODE_EXTRA_CA_CERTS, also through a proxy', async () => {
  const port = await startTlsStripe();
  const proxy = await startProxy();
  const folder = createTemporaryFolder();
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, certificate);

  const { stdout } = await startCli(['doctor'], {
    ...required,
    NODE_ENV: 'test',
    STRIPE_API_URL: `https://stripe.test:${port}`,
    DATABASE_URL: `sqlite:${folder}/billing.db`,
    NODE_EXTRA_CA_CERTS: caFile,
    HTTPS_PROXY: proxy.url,
  }).result;

  expect(stdout).toMatch(/stripe-key .*Stripe accepts the secret key/);
  expect(new Set(proxy.tunnels)).toEqual(new Set([`stripe.test:${port}`]));
}, 30_000);
