import { describe, expect, test } from '@jest/globals';
import { type TestApp, createTestApp } from '../helpers/test-app.ts';

const origins = ['https://studio.apollographql.com', 'https://sandbox.embed.apollographql.com'];
/** What Apollo Sandbox sends of its own, and what its user adds. */
const headers = 'apollo-require-preflight,authorization,content-type';

async function ask(app: TestApp, origin: string, method: 'POST' | 'OPTIONS'): Promise<Response> {
  const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': headers };
  const post = { 'content-type': 'application/json', 'apollo-require-preflight': 'true' };
  return app.fetch('/graphql', {
    method,
    headers: { origin, ...(method === 'POST' ? post : preflight) },
    ...(method === 'POST' ? { body: '{"query":"{ __schema { queryType { name } } }"}' } : {}),
  });
}

describe('Apollo Sandbox', () => {
  test.each(origins)('may connect in development, beside the origins that are listed: %s', async (origin) => {
    const app = await createTestApp({ NODE_ENV: 'development', CORS_ORIGINS: 'https://app.example.com' });

    const preflight = await ask(app, origin, 'OPTIONS');
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe(origin);
    expect(preflight.headers.get('access-control-allow-methods')).toContain('POST');
    expect(preflight.headers.get('access-control-allow-headers')).toBe(headers);

    const answer = await ask(app, origin, 'POST');
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
    expect(answer.headers.get('access-control-expose-headers')).toContain('x-request-id');
    expect(await answer.json()).toEqual({ data: { __schema: { queryType: { name: 'Query' } } } });

    const listed = await ask(app, 'https://app.example.com', 'OPTIONS');
    expect(listed.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
  });

  test('may not in production, unless it is listed', async () => {
    const production = { NODE_ENV: 'production', HOST: '127.0.0.1' };
    const closed = await createTestApp(production);
    const open = await createTestApp({ ...production, CORS_ORIGINS: origins.join() });

    for (const origin of origins) {
      for (const method of ['OPTIONS', 'POST'] as const) {
        expect((await ask(closed, origin, method)).headers.get('access-control-allow-origin')).toBeNull();
        expect((await ask(open, origin, method)).headers.get('access-control-allow-origin')).toBe(origin);
      }
    }
  });
});
