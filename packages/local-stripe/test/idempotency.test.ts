import { beforeAll, expect, test } from '@jest/globals';
import { type LocalStripeClient, refusalOf, startLocalStripe } from './local-stripe-client.ts';

let client: LocalStripeClient;
beforeAll(async () => {
  client = await startLocalStripe();
});

function create(key: string, form = 'name=Ada', headers: Readonly<Record<string, string>> = {}) {
  return client.call('POST', '/v1/customers', { form, headers: { 'idempotency-key': key, ...headers } });
}

test('a repeated key returns the same answer and does nothing twice', async () => {
  const first = await create('same');
  const second = await create('same');
  expect(second.body).toEqual(first.body);
  expect(first.headers.get('idempotent-replayed')).toBeNull();
  expect(second.headers.get('idempotent-replayed')).toBe('true');
  expect(second.headers.get('original-request')).toBe(first.headers.get('request-id'));
  expect(second.headers.get('request-id')).not.toBe(first.headers.get('request-id'));
});

test('the order of parameters does not matter', async () => {
  const first = await create('order', 'name=Ada&phone=1');
  const second = await create('order', 'phone=1&name=Ada');
  expect(second.body).toEqual(first.body);
});

test.each([
  ['other parameters', () => create('other', 'name=Eve'), 'the same parameters'],
  [
    'another endpoint',
    () => client.call('POST', '/v1/products', { form: 'name=Ada', headers: { 'idempotency-key': 'other' } }),
    'the same endpoint',
  ],
])('a key with %s is refused', async (_what, call, message) => {
  await create('other');
  const { status, body } = await call();
  expect(status).toBe(400);
  expect(body).toMatchObject({
    error: { type: 'idempotency_error', message: expect.stringContaining(message) },
  });
});

test('each account has its own keys', async () => {
  const [first, second] = [
    await create('account'),
    await create('account', 'name=Ada', { 'stripe-account': 'acct_1' }),
  ];
  expect(second.headers.get('idempotent-replayed')).toBeNull();
  expect(second.body).not.toEqual(first.body);
});

test('a stored error is replayed, including a 500', async () => {
  await client.control('POST', 'faults', { path: '/v1/customers', status: '500' });
  expect((await create('failed')).status).toBe(500);
  const again = await create('failed');
  expect(again.status).toBe(500);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect((await create('unfailed')).status).toBe(200);
});

test('an endpoint’s error is replayed, even if the request would succeed by now', async () => {
  const pay = () =>
    client.call('POST', '/v1/billing_portal/sessions', {
      form: 'customer=cus_none',
      headers: { 'idempotency-key': 'refusal' },
    });
  expect((await pay()).status).toBe(400);
  expect((await pay()).headers.get('idempotent-replayed')).toBe('true');
});

test('a request that fails validation leaves its key free', async () => {
  expect((await create('invalid', 'nickname=Ada')).status).toBe(400);
  expect((await create('invalid')).status).toBe(200);
});

test('a rate limit leaves its key free', async () => {
  await client.control('POST', 'faults', { path: '/v1/customers', status: '429' });
  const limited = await create('limited');
  expect(limited.body).toMatchObject({ error: { code: 'rate_limit' } });
  expect((await create('limited')).status).toBe(200);
});

test('a lost answer is replayed to the next attempt', async () => {
  await client.control('POST', 'faults', { path: '/v1/customers', hang_up: 'true' });
  const email = 'lost@example.com';
  await refusalOf(client.stripe.customers.create({ email }, { idempotencyKey: 'lost' }));
  const customer = await client.stripe.customers.create({ email }, { idempotencyKey: 'lost' });
  const { data } = await client.stripe.customers.list({ email });
  expect(data.map(({ id }) => id)).toEqual([customer.id]);
});

test('a key in use is answered with 409', async () => {
  await client.control('POST', 'faults', { path: '/v1/customers', delay_ms: '300' });
  const slow = create('busy');
  await new Promise((resolve) => setTimeout(resolve, 50));
  const { status, body } = await create('busy');
  expect(status).toBe(409);
  expect(body).toMatchObject({ error: { code: 'idempotency_key_in_use' } });
  expect((await slow).status).toBe(200);
});

test('the SDK’s own retries do nothing twice', async () => {
  await client.control('POST', 'faults', { path: '/v1/customers', hang_up: 'true' });
  const email = 'retried@example.com';
  await client.stripe.customers.create({ email }, { maxNetworkRetries: 2 });
  expect((await client.stripe.customers.list({ email })).data).toHaveLength(1);
});

test.each([0, 20])(
  'a hundred at once with one key make one customer, with answers after %i ms',
  async (latencyMs) => {
    const { call, stripe } = await startLocalStripe({ latencyMs });
    const headers = { 'idempotency-key': 'crowd' };
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => call('POST', '/v1/customers', { form: 'name=Ada', headers })),
    );
    const made = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status === 409);
    expect(made.length).toBeGreaterThan(0);
    expect(made.length + refused.length).toBe(100);
    expect(new Set(made.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    for (const { body } of refused) expect(body).toMatchObject({ error: { code: 'idempotency_key_in_use' } });
    expect((await stripe.customers.list()).data).toHaveLength(1);
  },
);
