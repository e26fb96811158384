import { beforeAll, describe, expect, test } from '@jest/globals';
import { type TestApp, createTestApp, returnUrl } from '../helpers/test-app.ts';

let app: TestApp;

beforeAll(async () => {
  app = await createTestApp();
});

const routes = {
  'POST /graphql': (authorization?: string) => post('/graphql', '{ billingCustomer { id } }', authorization),
  'POST /api/billing-portal': (authorization?: string) => post('/api/billing-portal', '', authorization),
  'GET /billing-portal': (authorization?: string) =>
    app.fetch(`/billing-portal?returnUrl=${returnUrl}`, { headers: toHeaders(authorization) }),
};

function post(path: string, query: string, authorization?: string): Promise<Response> {
  const headers = { 'content-type': 'application/json', ...toHeaders(authorization) };
  return app.fetch(path, { method: 'POST', headers, body: JSON.stringify({ query }) });
}

function toHeaders(authorization?: string): Record<string, string> {
  return authorization === undefined ? {} : { authorization };
}

describe.each(Object.entries(routes))('a 401 of %s', (_title, send) => {
  test.each([
    ['no token', undefined],
    ['a scheme without tokens', 'Basic dTpw'],
    ['a scheme alone', 'Bearer'],
  ])('says what it wants to who sends %s, and names no error', async (_what, authorization) => {
    const response = await send(authorization);

    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="billing-portal"');
  });

  test.each(['Bearer nonsense', 'bearer a.b.c'])(
    'says that the token is at fault: %s',
    async (authorization) => {
      const response = await send(authorization);

      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe(
        'Bearer realm="billing-portal", error="invalid_token"',
      );
    },
  );
});

test('no other answer has a challenge', async () => {
  const token = await app.createToken({ userId: 'nobody' });
  const response = await routes['POST /graphql'](`Bearer ${token}`);

  expect(response.status).toBe(200);
  expect(response.headers.has('www-authenticate')).toBe(false);
});
