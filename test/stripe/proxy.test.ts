import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Environment } from '../../src/config/environment.ts';
import { loadConfig } from '../../src/config/config.ts';
import { StripeClient } from '../../src/stripe/stripe-client.ts';
import { startCli } from '../cli/cli-process.ts';
import { required } from '../config/config-kit.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { certificate, startProxy, startTlsStripe } from '../helpers/tls-stripe.ts';

const port = await startTlsStripe();
const folder = createTemporaryFolder();
const caFile = join(folder, 'ca.pem');
writeFileSync(caFile, certificate);

/** What doctor says of the key: it passes where Stripe was reached. */
async function examineKey(env: Environment): Promise<string | undefined> {
  const { stdout } = await startCli(['doctor'], {
    ...required,
    NODE_ENV: 'test',
    // Only a proxy knows where this host is.
    STRIPE_API_URL: `https://stripe.test:${port}`,
    DATABASE_URL: `sqlite:${folder}/billing.db`,
    NODE_EXTRA_CA_CERTS: caFile,
    ...env,
  }).result;
  return stdout.split('\n').find((line) => line.includes('stripe-key'));
}

describe('requests to Stripe', () => {
  test.each(['HTTPS_PROXY', 'https_proxy'])(
    'go through %s, with its credentials',
    async (name) => {
      const proxy = await startProxy();

      const line = await examineKey({ [name]: proxy.url.replace('//', '//ada:secret@') });

      expect(line).toMatch(/Stripe accepts the secret key/);
      const credentials = Buffer.from('ada:secret').toString('base64');
      expect(new Set(proxy.tunnels)).toEqual(new Set([`stripe.test:${port} Basic ${credentials}`]));
    },
    30_000,
  );

  test.each(['stripe.test', '.test', '*', 'other.example,stripe.test'])(
    'connect directly where NO_PROXY is %s',
    async (NO_PROXY) => {
      const proxy = await startProxy();
      const env = { STRIPE_API_URL: 'https://stripe.test', HTTPS_PROXY: proxy.url, NO_PROXY };
      const client = new StripeClient(loadConfig({ ...required, ...env }).stripe);
      closeAfterTests(() => client.close());

      const asking = client.read((sdk, options) => sdk.customers.list({}, options));

      await expect(asking).rejects.toMatchObject({
        cause: { reason: expect.stringMatching(/^DNS does not/) },
      });
      expect(proxy.tunnels).toEqual([]);
    },
  );
});

test('a proxy without a scheme speaks HTTP', () => {
  const { stripe } = loadConfig({ ...required, HTTPS_PROXY: 'proxy.internal:3128' });

  expect(stripe.proxy.url?.href).toBe('http://proxy.internal:3128/');
});

test.each(['socks5://proxy.internal', 'http://', '://'])('%s is no proxy', (HTTPS_PROXY) => {
  expect(() => loadConfig({ ...required, HTTPS_PROXY })).toThrow(
    /HTTPS_PROXY: expected the URL of an HTTP proxy/,
  );
});
