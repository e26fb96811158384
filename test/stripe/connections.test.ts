import { describe, expect, test } from '@jest/globals';
import { loadConfig } from '../../src/config/config.ts';
import type { Environment } from '../../src/config/environment.ts';
import { describeError } from '../../src/logging/logger.ts';
import { StripeClient } from '../../src/stripe/stripe-client.ts';
import { StripeConnectionFailure } from '../../src/stripe/stripe.errors.ts';
import { runCli } from '../cli/run-cli.ts';
import { required } from '../config/config-kit.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { resetConnection, startFaultyStripe } from '../helpers/faulty-stripe.ts';
import { findFreePort } from '../helpers/server-process.ts';
import { startProxy, startTlsStripe } from '../helpers/tls-stripe.ts';

const tlsPort = await startTlsStripe();
const refusingProxy = await startProxy({ status: 407 });
const resetting = await startFaultyStripe();
resetting.answerBy(resetConnection);

/** Asks Stripe as the service of this environment does, and returns the failure. */
async function fail(env: Environment): Promise<unknown> {
  const client = new StripeClient(loadConfig({ ...required, ...env }).stripe);
  closeAfterTests(() => client.close());
  return client
    .read((sdk, options) => sdk.customers.list({ limit: 1 }, options))
    .then(
      () => null,
      (error: unknown) => error,
    );
}

const distrust = 'its certificate is not trusted; where a proxy inspects TLS, set NODE_EXTRA_CA_CERTS';

/** Retries take most of the time, so these tests run at the same time. */
const cases: readonly (readonly [what: string, env: Record<string, string>, reason: RegExp])[] = [
  [
    'a port where nothing listens',
    { STRIPE_API_URL: `http://127.0.0.1:${await findFreePort()}` },
    /: the connection was refused \(ECONNREFUSED\)$/,
  ],
  [
    'a host name that does not exist',
    { STRIPE_API_URL: 'https://stripe.invalid' },
    /: DNS does not (know its host name|answer) \((ENOTFOUND|EAI_AGAIN)\)$/,
  ],
  [
    'a certificate that is not trusted',
    { STRIPE_API_URL: `https://localhost:${tlsPort}` },
    /: its certificate is not trusted; .*NODE_EXTRA_CA_CERTS \(DEPTH_ZERO_SELF_SIGNED_CERT\)$/,
  ],
  [
    'a connection that is reset',
    { STRIPE_API_URL: resetting.url },
    /: the connection was closed \(ECONNRESET\)$/,
  ],
  [
    'a proxy that refuses',
    { STRIPE_API_URL: 'https://stripe.test', HTTPS_PROXY: refusingProxy.url },
    /: the proxy \(HTTPS_PROXY\) answered with status 407$/,
  ],
  [
    'a proxy that is not there',
    { STRIPE_API_URL: 'https://stripe.test', HTTPS_PROXY: `http://127.0.0.1:${await findFreePort()}` },
    /: the connection was refused \(ECONNREFUSED\)$/,
  ],
];

test.concurrent.each(cases)('the log says why Stripe cannot be reached: %s', async (_what, env, reason) => {
  const error = await fail(env);

  expect(error).toMatchObject({ code: 'STRIPE_UNAVAILABLE' });
  const { cause } = describeError(error);
  expect(cause?.message).toMatch(reason);
  expect(JSON.stringify(describeError(error))).not.toMatch(/127\.0\.0\.1|stripe\.(test|invalid)/);
});

test.concurrent.each(cases)('doctor says why Stripe cannot be reached: %s', async (_what, env, reason) => {
  const { stdout } = await runCli(['doctor'], {
    env: { ...required, DATABASE_URL: 'sqlite::memory:', ...env },
  });

  const line = stdout.split('\n').find((each) => each.includes('Stripe does not answer at'));
  expect(line).toMatch(reason);
});

test.each([
  ['ENOTFOUND', 'DNS does not know its host name'],
  ['EAI_AGAIN', 'DNS does not answer'],
  ['EPIPE', 'the connection was closed'],
  ['UND_ERR_SOCKET', 'the connection was closed'],
  ['EHOSTUNREACH', 'no route leads to it'],
  ['ENETUNREACH', 'no route leads to it'],
  ['UND_ERR_CONNECT_TIMEOUT', 'the connection timed out'],
  ['UND_ERR_RES_EXCEEDED_MAX_SIZE', 'the answer is too large'],
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another host'],
  ['UND_ERR_PRX_TLS', "the proxy's certificate is for another host"],
  ['CERT_NOT_YET_VALID', distrust],
  ['SELF_SIGNED_CERT_IN_CHAIN', distrust],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', distrust],
  ['INVALID_CA', distrust],
  ['EPROTO', 'the connection failed'],
])('the code %s is told as: %s', (code, reason) => {
  expect(new StripeConnectionFailure(Object.assign(new Error('at 10.1.2.3'), { code }))).toMatchObject({
    reason: `${reason} (${code})`,
    message: `Stripe is unreachable: ${reason} (${code})`,
  });
});

test('a failure without a code is told without its message, which may name a host', () => {
  expect(new StripeConnectionFailure(new Error('at 10.1.2.3')).message).toBe(
    'Stripe is unreachable: the connection failed',
  );
});

test.concurrent('a command says why Stripe cannot be reached', async () => {
  const [, env, reason] = cases[0] ?? [];
  const { stderr } = await runCli(['link', 'ada', 'cus_1'], {
    env: { ...required, DATABASE_URL: 'sqlite::memory:', ...env },
  });

  expect(stderr.split('\n')[0]).toMatch(reason ?? '');
});

describe('requests to Stripe', () => {
  test.concurrent.each(['HTTPS_PROXY', 'https_proxy'])(
    'go through %s, with its credentials',
    async (name) => {
      const proxy = await startProxy();

      const error = await fail({
        // Only a proxy knows where this host is.
        STRIPE_API_URL: `https://stripe.test:${tlsPort}`,
        [name]: proxy.url.replace('//', '//ada:secret@'),
      });

      expect(error).toMatchObject({
        cause: { reason: expect.stringMatching(/^its certificate is not trusted/) },
      });
      const credentials = Buffer.from('ada:secret').toString('base64');
      expect(new Set(proxy.tunnels)).toEqual(new Set([`stripe.test:${tlsPort} Basic ${credentials}`]));
    },
  );

  test.concurrent.each(['stripe.test', '.test', '*', 'other.example,stripe.test'])(
    'connect directly where NO_PROXY is %s',
    async (NO_PROXY) => {
      const proxy = await startProxy();

      const error = await fail({ STRIPE_API_URL: 'https://stripe.test', HTTPS_PROXY: proxy.url, NO_PROXY });

      expect(error).toMatchObject({ cause: { reason: expect.stringMatching(/^DNS does not/) } });
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
