import { describe, expect, test } from '@jest/globals';
import { examine } from '../../../src/cli/doctor/examination.ts';
import type { Environment } from '../../../src/config/environment.ts';
import { handledEventTypes } from '../../../src/webhooks/webhook-event.ts';
import { createHealthyDeployment, examineFor } from './doctor-kit.ts';

const deployment = await createHealthyDeployment();
const { env, localStripe, stripe } = deployment;
const secret = 'whsec_c2VjcmV0IG9mIGRvY3Rvcg';

describe('the webhook secret', () => {
  test.each([
    ['one', secret, 'pass: a webhook secret is set'],
    ['two', `${secret},${secret}2`, 'pass: a webhook secret is set: 2, as in a rotation'],
    [
      'none',
      '',
      'warn: no webhook secret is set: the service sees a cancellation in the portal only when the app asks',
    ],
    ['a faulty one', 'planted', 'skip: STRIPE_WEBHOOK_SECRETS cannot be read'],
  ])('%s', async (_what, STRIPE_WEBHOOK_SECRETS, line) => {
    expect(await examineFor('webhook-secret', { ...env, STRIPE_WEBHOOK_SECRETS })).toEqual([line]);
  });

  test('is never told', async () => {
    expect(JSON.stringify(await examine(env))).not.toContain(secret);
  });
});

describe('the endpoint at Stripe', () => {
  const createEndpoint = (path: string, enabledEvents: readonly string[], connect = false): string =>
    localStripe.addWebhookEndpoint({ url: `http://127.0.0.1:4000${path}`, enabledEvents, connect });
  const at = (path: string, variables: Environment = {}) =>
    examineFor('webhook-endpoint', { ...env, PUBLIC_URL: `http://127.0.0.1:4000${path}`, ...variables });

  test('that sends all that is handled passes', async () => {
    expect(await at('/billing')).toEqual([
      'pass: Stripe sends every event that the service handles to http://127.0.0.1:4000/billing/webhooks/stripe',
    ]);
  });

  test('that sends everything passes, below an address that ends in a slash too', async () => {
    createEndpoint('/all/webhooks/stripe', ['*']);

    expect(await at('/all/')).toEqual([expect.stringMatching(/^pass/)]);
  });

  test('that lacks events is warned of, by their names', async () => {
    createEndpoint('/few/webhooks/stripe', handledEventTypes.slice(2));

    expect(await at('/few')).toEqual([
      'warn: the endpoint at http://127.0.0.1:4000/few/webhooks/stripe does not send customer.created, customer.updated',
    ]);
  });

  test('that is missing, or disabled, is warned of', async () => {
    const id = createEndpoint('/disabled/webhooks/stripe', ['*']);
    await stripe.webhookEndpoints.update(id, { disabled: true });

    const url = 'http://127.0.0.1:4000/disabled/webhooks/stripe';
    expect(await at('/disabled')).toEqual([`warn: the endpoint at ${url} is disabled`]);
    expect(await at('/missing')).toEqual([
      'warn: no endpoint at Stripe points to http://127.0.0.1:4000/missing/webhooks/stripe',
    ]);
  });

  describe('of Connect', () => {
    const STRIPE_ACCOUNT = 'acct_1';

    test('passes where an account is configured, though it is the platform that has it', async () => {
      createEndpoint('/connect/webhooks/stripe', handledEventTypes, true);

      expect(await at('/connect', { STRIPE_ACCOUNT })).toEqual([
        'pass: Stripe sends every event that the service handles to http://127.0.0.1:4000/connect/webhooks/stripe',
      ]);
      const listed = localStripe.requests.filter(({ path }) => path.startsWith('/v1/webhook_endpoints'));
      expect(listed.at(-1)?.stripeAccount).toBeNull();
    });

    test('that lacks events is warned of', async () => {
      createEndpoint('/few-connect/webhooks/stripe', handledEventTypes.slice(1), true);

      expect(await at('/few-connect', { STRIPE_ACCOUNT })).toEqual([
        expect.stringMatching(/^warn: .* does not send customer.created$/),
      ]);
    });

    test.each<[name: string, connect: boolean, variables: Environment, line: RegExp]>([
      ['where no account is configured', true, {}, /^warn: .* connected accounts only, which are ignored$/],
      ['is missing where one is', false, { STRIPE_ACCOUNT }, /^warn: .* receives no events of acct_1/],
    ])('%s is warned of', async (_name, connect, variables, line) => {
      const path = `/only-${String(connect)}`;
      createEndpoint(`${path}/webhooks/stripe`, ['*'], connect);

      expect(await at(path, variables)).toEqual([expect.stringMatching(line)]);
    });
  });

  test('is not looked for where there is no public address', async () => {
    expect(await examineFor('webhook-endpoint', { ...env, PUBLIC_URL: '' })).toEqual([
      expect.stringMatching(/^skip: PUBLIC_URL/),
    ]);
  });

  test('is not looked for where no events are received', async () => {
    expect(await examineFor('webhook-endpoint', { ...env, STRIPE_WEBHOOK_SECRETS: '' })).toEqual([]);
  });

  test('is skipped where the key may not list endpoints', async () => {
    await deployment.control('POST', 'faults', { path: '/v1/webhook_endpoints', status: '403' });

    expect(await at('/billing')).toEqual(['skip: the key may not read this at Stripe']);
  });
});
