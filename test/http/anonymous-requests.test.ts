import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import type { Environment } from '../../src/config/environment.ts';
import { type TestApp, createTestApp } from '../helpers/test-app.ts';

const production: Environment = { NODE_ENV: 'production', HOST: '127.0.0.1' };
const json = { 'content-type': 'application/json' };

function post(app: TestApp, path: string, body: string): Promise<Response> {
  return app.fetch(path, { method: 'POST', headers: json, body });
}

describe('in production, a request without a token is answered 401', () => {
  test.each([
    ['/graphql', 'malformed JSON', '{'],
    ['/graphql', 'a malformed operation', '{"query":"{"}'],
    ['/graphql', 'introspection', '{"query":"{ __schema { queryType { name } } }"}'],
    ['/api/billing-portal', 'malformed JSON', '{'],
    ['/api/billing-portal', 'an unknown field', '{"a":1}'],
  ])('before anything parses it: POST %s with %s', async (path, _what, body) => {
    const app = await createTestApp(production);

    const response = await post(app, path, body);

    expect(response.status).toBe(401);
    expect(await response.text()).toContain('UNAUTHENTICATED');
    expect(response.headers.get('www-authenticate')).toContain('Bearer');
  });

  test.each(['/graphql?query={', '/graphql', '/billing-portal?a=1'])('GET %s', async (path) => {
    const app = await createTestApp(production);
    const headers = { accept: 'text/html', 'apollo-require-preflight': '1' };

    expect((await app.fetch(path, { headers })).status).toBe(401);
  });

  test('before its body has arrived', async () => {
    const app = await createTestApp(production);
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
    socket.write(
      'POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 60000\r\n\r\n{',
    );

    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 401 /);
  });
});

describe('where a landing page is on, a request without a token gets', () => {
  const env = { ...production, LANDING_PAGE: 'sandbox' };

  test('the page', async () => {
    const app = await createTestApp(env);

    const response = await app.fetch('/graphql', { headers: { accept: 'text/html' } });

    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/html');
  });

  test('introspection', async () => {
    const app = await createTestApp(env);

    const response = await post(app, '/graphql', '{"query":"{ __schema { queryType { name } } }"}');

    expect(response.status).toBe(200);
  });
});
