import { expect, test } from '@jest/globals';
import { loadConfig } from '../../src/config/config.ts';
import { describeError } from '../../src/logging/logger.ts';
import { StripeClient } from '../../src/stripe/stripe-client.ts';
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

test.each(cases)('the log says why Stripe cannot be reached: %s', async (_what, env, reason) => {
  const { stripe } = loadConfig({ ...required, ...env });
  const client = new StripeClient(stripe);
  closeAfterTests(() => client.close());

  const error: unknown = await client
    .read((sdk, options) => sdk.customers.list({ limit: 1 }, options))
    .catch((thrown: unknown) => thrown);

  expect(error).toMatchObject({ code: 'STRIPE_UNAVAILABLE' });
  const { cause } = describeError(error);
  expect(cause?.message).toMatch(reason);
  expect(JSON.stringify(describeError(error))).not.toMatch(/127\.0\.0\.1|stripe\.(test|invalid)/);
});

test.each(cases)('doctor says why Stripe cannot be reached: %s', async (_what, env, reason) => {
  const { stdout } = await runCli(['doctor'], {
    env: { ...required, DATABASE_URL: 'sqlite::memory:', ...env },
  });

  const line = stdout.split('\n').find((each) => each.includes('Stripe does not answer at'));
  expect(line).toMatch(reason);
});

test('a command says why Stripe cannot be reached', async () => {
  const [, env, reason] = cases[0] ?? [];
  const { stderr } = await runCli(['link', 'ada', 'cus_1'], {
    env: { ...required, DATABASE_URL: 'sqlite::memory:', ...env },
  });

  expect(stderr.split('\n')[0]).toMatch(reason ?? '');
});
