import { beforeAll, describe, expect, test } from '@jest/globals';
import { dropCustomers } from '../helpers/broken-store.ts';
import { type TestApp, createTestApp, returnUrl } from '../helpers/test-app.ts';

const production = { NODE_ENV: 'production', HOST: '127.0.0.1' };

describe('in production, what is thrown is not said', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createTestApp(production);
    dropCustomers(app.config);
  });

  test.each([
    ['/graphql', 200, JSON.stringify({ query: '{ billingCustomer { id } }' })],
    ['/api/billing-portal', 500, JSON.stringify({ returnUrl })],
  ])('POST %s', async (path, status, body) => {
    const token = await app.createToken({ userId: 'ada' });

    const response = await app.fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      token,
    });

    expect(response.status).toBe(status);
    const text = await response.text();
    expect(text).toContain('INTERNAL_SERVER_ERROR');
    expect(text).toContain('Something went wrong on our side.');
    expect(text).not.toMatch(/customers|sql|table|stack|node_modules/i);
  });
});

describe('behind a proxy', () => {
  test.each([
    ['a host that is none', { 'x-forwarded-host': 'a b' }, 400],
    ['a scheme that is none', { 'x-forwarded-proto': 'a b' }, 400],
    ['a host', { 'x-forwarded-host': 'billing.example.com', 'x-forwarded-proto': 'https' }, 200],
  ])('%s is read as such', async (_what, headers, status) => {
    const app = await createTestApp({ ...production, TRUST_PROXY: '1' });

    const response = await app.fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: '{"query":"{ __typename }"}',
      token: await app.createToken({ userId: 'ada' }),
    });

    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  });
});
