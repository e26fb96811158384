import { beforeAll, describe, expect, test } from '@jest/globals';
import { type LocalStripeClient, refusalOf, startLocalStripe } from './local-stripe-client.ts';
import { createCustomer } from './fixtures.ts';

let client: LocalStripeClient;
beforeAll(async () => {
  client = await startLocalStripe();
});

describe('keys', () => {
  test.each([
    ['none', {}, 'You did not provide an API key'],
    ['of no known kind', { authorization: 'Bearer hello' }, 'Invalid API Key provided: *****'],
    ['of another scheme', { authorization: 'Digest sk_test_1' }, 'You did not provide an API key'],
    ['publishable', { authorization: 'Bearer pk_test_1' }, 'publishable API key'],
    ['live', { authorization: 'Bearer sk_live_1234567890' }, 'LIVE key'],
    ['live and restricted', { authorization: 'Bearer rk_live_1234567890' }, 'LIVE key'],
  ])('a key that is %s is answered 401', async (_kind, headers, message) => {
    const response = await fetch(`${client.localStripe.url}/v1/customers`, { headers });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({
      error: { type: 'invalid_request_error', message: expect.stringContaining(message) },
    });
  });

  test.each(['Bearer sk_test_1', 'Bearer rk_test_1', `Basic ${btoa('sk_test_1:')}`])(
    '%s is let in',
    async (authorization) => {
      const response = await fetch(`${client.localStripe.url}/v1/customers`, { headers: { authorization } });
      expect(response.status).toBe(200);
    },
  );

  test('a refused key is neither echoed nor recorded', async () => {
    const before = client.localStripe.requests.length;
    const answer = await client.call('GET', '/v1/customers', {
      headers: { authorization: 'Bearer sk_live_secret12345' },
    });
    expect(JSON.stringify(answer.body)).not.toContain('secret12345');
    expect(client.localStripe.requests).toHaveLength(before);
  });
});

describe('refusals', () => {
  test.each([
    [
      'an unknown parameter',
      'features[a]=1',
      'parameter_unknown',
      'features',
      'Received unknown parameter: features',
    ],
    [
      'an unknown nested parameter',
      'address[planet]=1',
      'parameter_unknown',
      'address[planet]',
      'Received unknown parameter: address[planet]',
    ],
    ['two unknown parameters', 'a=1&b=2', 'parameter_unknown', 'a', 'Received unknown parameters: a, b'],
    [
      'an empty value that cannot be unset',
      'payment_method=',
      'parameter_invalid_empty',
      'payment_method',
      'You passed an empty string',
    ],
    ['a bad address', 'email=nobody', 'email_invalid', 'email', 'Invalid email address: nobody'],
    [
      'a bad enum',
      'tax_exempt=maybe',
      undefined,
      'tax_exempt',
      'Invalid tax_exempt: must be one of exempt, none, or reverse',
    ],
    ['text where an object belongs', 'address=here', undefined, 'address', 'Invalid object'],
    ['an object where text belongs', 'name[first]=Ada', undefined, 'name', 'Invalid string'],
    [
      'an unknown payment method',
      'payment_method=pm_1',
      'resource_missing',
      'payment_method',
      "No such PaymentMethod: 'pm_1'",
    ],
  ])('%s is answered 400', async (_what, form, code, param, message) => {
    const { status, body } = await client.call('POST', '/v1/customers', { form });
    expect(status).toBe(400);
    expect(body).toMatchObject({
      error: {
        type: 'invalid_request_error',
        param,
        message: expect.stringContaining(message),
        ...(code ? { code } : {}),
      },
    });
    expect(body).toHaveProperty('error.request_log_url');
    if (code)
      expect(body).toHaveProperty(
        'error.doc_url',
        `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}`,
      );
  });

  test('a refused request changes nothing', async () => {
    const email = 'half@example.com';
    await refusalOf(client.stripe.customers.create({ email, payment_method: 'pm_unknown' }));
    expect((await client.stripe.customers.list({ email })).data).toEqual([]);
    const events = await client.stripe.events.list({ limit: 100 });
    expect(events.data.some((event) => JSON.stringify(event).includes(email))).toBe(false);
  });

  test('an unknown id in the path is answered with 404', async () => {
    const refusal = await refusalOf(client.stripe.customers.retrieve('cus_unknown'));
    expect(refusal).toMatchObject({ statusCode: 404, code: 'resource_missing', param: 'id' });
    expect(refusal.message).toBe("No such customer: 'cus_unknown'");
  });

  test('an unknown route is answered as at Stripe', async () => {
    const { status, body } = await client.call('GET', '/v1/charges');
    expect(status).toBe(404);
    expect(body).toMatchObject({
      error: { message: expect.stringContaining('Unrecognized request URL (GET: /v1/charges)') },
    });
  });

  test('the request_log_url of an error returns the request', async () => {
    const { body } = await client.call('POST', '/v1/customers', { form: 'nickname=x' });
    const { error } = body as { readonly error: { readonly request_log_url: string } };
    const log = await fetch(error.request_log_url);
    expect(await log.json()).toMatchObject({
      method: 'POST',
      path: '/v1/customers',
      params: { nickname: 'x' },
    });
  });
});

test('every answer has a request id and the requested version', async () => {
  await client.stripe.customers.list();
  const answer = client.answers.at(-1);
  expect(answer?.headers.get('request-id')).toMatch(/^req_\w{14}$/);
  expect(answer?.headers.get('stripe-version')).toMatch(/^2026-10-28/);
});

test('requests are recorded with their decoded parameters', async () => {
  await client.stripe.customers.create(
    { name: 'Zoë & co', metadata: { plan: 'a=b' }, preferred_locales: ['de', 'en'] },
    { idempotencyKey: 'record-1', stripeAccount: 'acct_1' },
  );
  expect(client.localStripe.requests.at(-1)).toMatchObject({
    method: 'POST',
    path: '/v1/customers',
    params: { name: 'Zoë & co', metadata: { plan: 'a=b' }, preferred_locales: ['de', 'en'] },
    idempotencyKey: 'record-1',
    stripeAccount: 'acct_1',
  });
});

test('both notations of a list are decoded', async () => {
  const form = 'preferred_locales[]=de&preferred_locales[]=en';
  const { body } = await client.call('POST', '/v1/customers', { form });
  expect(body).toMatchObject({ preferred_locales: ['de', 'en'] });
});

describe('events', () => {
  test('every change is recorded with its previous values', async () => {
    const customer = await client.stripe.customers.create({ name: 'Before' });
    await client.stripe.customers.update(customer.id, { name: 'After' });
    const { data } = await client.stripe.events.list({ limit: 2 });
    expect(data.map(({ type }) => type)).toEqual(['customer.updated', 'customer.created']);
    expect(data[0]?.data).toMatchObject({
      object: { name: 'After' },
      previous_attributes: { name: 'Before' },
    });
  });

  test('reading changes nothing', async () => {
    const before = await client.stripe.events.list({ limit: 1 });
    await createCustomer(client.stripe).then(({ id }) => client.stripe.customers.retrieve(id));
    const events = await client.stripe.events.list({ limit: 100, ending_before: before.data[0]?.id ?? '' });
    expect(events.data.map(({ type }) => type)).toEqual([
      'customer.updated',
      'payment_method.attached',
      'customer.created',
    ]);
  });
});

test('a local Stripe has no URL before its start', async () => {
  const { createLocalStripe } = await import('../src/local-stripe.ts');
  expect(() => createLocalStripe().url).toThrow('call start()');
});
