import { beforeEach, describe, expect, test } from '@jest/globals';
import Stripe from 'stripe';
import {
  type LocalStripeClient,
  startLocalStripe,
} from '../../packages/local-stripe/test/local-stripe-client.ts';
import type { Environment } from '../../src/config/environment.ts';
import { handledEventTypes } from '../../src/webhooks/webhook-event.ts';
import { runCli } from './run-cli.ts';

const url = 'https://billing.example.com/webhooks/stripe';

let client: LocalStripeClient;
let env: Environment;

beforeEach(async () => {
  client = await startLocalStripe();
  env = { STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_API_URL: client.localStripe.url };
});

const create = (...args: string[]) => runCli(['webhooks', 'create', ...args], { env });
const check = (...args: string[]) => runCli(['webhooks', 'check', ...args], { env });
const base = ['--url', 'https://billing.example.com/'];

describe('webhooks create', () => {
  test('creates an endpoint with exactly the handled events, and prints its secret once', async () => {
    const { stdout, stderr, exitCode } = await create(...base);

    const { data } = await client.stripe.webhookEndpoints.list();
    expect(data).toMatchObject([
      {
        url,
        enabled_events: handledEventTypes,
        api_version: Stripe.API_VERSION,
        status: 'enabled',
        application: null,
      },
    ]);
    expect(exitCode).toBe(0);
    // The last line of a .env file may have no end.
    expect(stdout).toMatch(/^\nSTRIPE_WEBHOOK_SECRETS=whsec_\w+\n$/);
    expect(stderr).toContain(url);
    expect(stderr).not.toContain('whsec_');
    expect((await check(...base)).stdout).not.toContain('whsec_');
  });

  test('takes the address from PUBLIC_URL, or a whole URL', async () => {
    env = { ...env, PUBLIC_URL: 'https://shop.example.com/billing' };
    await create();
    await create('--url', 'https://other.example.com/webhooks/stripe');

    const { data } = await client.stripe.webhookEndpoints.list();
    expect(data.map((endpoint) => endpoint.url).sort()).toEqual([
      'https://other.example.com/webhooks/stripe',
      'https://shop.example.com/billing/webhooks/stripe',
    ]);
  });

  test("creates a Connect endpoint of the key's own account, if STRIPE_ACCOUNT is set", async () => {
    env = { ...env, STRIPE_ACCOUNT: 'acct_1' };
    await create(...base);

    const sent = client.localStripe.requests.find(({ method }) => method === 'POST');
    expect(sent?.stripeAccount).toBeNull();
    expect((await check(...base)).exitCode).toBe(0);
  });

  test('creates no second endpoint for the same URL', async () => {
    await create(...base);
    const { stdout, stderr, exitCode } = await create(...base);

    expect(exitCode).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^Stripe has we_\w+ for https:\/\/billing\.example\.com\/webhooks\/stripe\./);
    expect((await client.stripe.webhookEndpoints.list()).data).toHaveLength(1);
  });

  test.each([
    [['--url', 'billing.example.com'], '--url: expected https'],
    [['--url', 'http://billing.example.com'], '--url: expected https'],
    [[], 'PUBLIC_URL: set it, or give --url'],
    [['--url', ''], 'PUBLIC_URL: set it, or give --url'],
    [['--url', ' '], 'PUBLIC_URL: set it, or give --url'],
  ])('%j is refused', async (args, message) => {
    const { stderr, exitCode } = await create(...args);

    expect(exitCode).toBe(78);
    expect(stderr).toContain(message);
    expect(client.localStripe.requests).toEqual([]);
  });
});

describe('webhooks check', () => {
  test('passes what create created', async () => {
    await create(...base);

    expect(await check(...base)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^we_\w+ is as the service needs it\n$/),
    });
  });

  test.each<[string, Stripe.WebhookEndpointUpdateParams, RegExp]>([
    ['is disabled', { disabled: true }, /is disabled$/],
    ['lacks an event', { enabled_events: handledEventTypes.slice(1) }, /does not send customer\.created$/],
    [
      'sends more',
      { enabled_events: [...handledEventTypes, 'invoice.sent'] },
      /also sends invoice\.sent, which the service ignores$/,
    ],
  ])('reports an endpoint that %s', async (_what, changes, difference) => {
    await create(...base);
    const [endpoint] = (await client.stripe.webhookEndpoints.list()).data;
    await client.stripe.webhookEndpoints.update(endpoint?.id ?? '', changes);

    const { stdout, exitCode } = await check(...base);
    expect(exitCode).toBe(1);
    expect(stdout.trim()).toMatch(difference);
  });

  test.each<[string, object, RegExp]>([
    ['another API version', { api_version: '2020-08-27' }, /has API version 2020-08-27, not 20\d\d-/],
    ["the account's API version", {}, /has API version of the account, not 20\d\d-/],
    ['events of connected accounts', { connect: true }, /connected accounts only, which are ignored/],
  ])('reports an endpoint with %s', async (_what, parameters, difference) => {
    await client.stripe.webhookEndpoints.create({
      url,
      enabled_events: [...handledEventTypes],
      ...parameters,
    });

    const { stdout, exitCode } = await check(...base);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(difference);
  });

  test('fails without an endpoint for the URL', async () => {
    expect(await check(...base)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining(`Stripe has no endpoint for ${url}.`),
    });
  });
});
