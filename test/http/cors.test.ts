import { beforeAll, describe, expect, test } from '@jest/globals';
import { type TestApp, createTestApp } from '../helpers/test-app.ts';

const CORS_ORIGINS = 'https://app.example.com,https://*.preview.example.com';
let app: TestApp;

beforeAll(async () => {
  app = await createTestApp({ CORS_ORIGINS });
});

function preflight(origin: string, at = app): Promise<Response> {
  const headers = { origin, 'access-control-request-method': 'POST' };
  return at.fetch('/graphql', { method: 'OPTIONS', headers });
}

describe('the origins of CORS_ORIGINS', () => {
  test.each(['https://app.example.com', 'https://pr-7.preview.example.com'])(
    'let %s call',
    async (origin) => {
      for (const response of [
        await preflight(origin),
        await app.fetch('/healthz', { headers: { origin } }),
      ]) {
        expect(response.headers.get('access-control-allow-origin')).toBe(origin);
        expect(response.headers.get('access-control-allow-credentials')).toBeNull();
        expect(response.headers.get('vary')).toContain('Origin');
      }
    },
  );

  test.each([
    'https://preview.example.com',
    'https://a.b.preview.example.com',
    'https://*.preview.example.com',
    'http://pr-7.preview.example.com',
    'https://pr-7.preview.example.com:8443',
    'https://pr-7.preview.example.com.evil.example',
    'https://evil.example/.preview.example.com',
    'null',
  ])('do not let %s call', async (origin) => {
    const response = await preflight(origin);

    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('may send cookies where CORS_CREDENTIALS is true', async () => {
    const open = await createTestApp({ CORS_ORIGINS, CORS_CREDENTIALS: 'true' });

    const { headers } = await preflight('https://pr-7.preview.example.com', open);
    expect(headers.get('access-control-allow-credentials')).toBe('true');
    const refused = await preflight('https://evil.example', open);
    expect(refused.headers.get('access-control-allow-origin')).toBeNull();
  });
});

test.each(['https://*.vercel.app', 'https://*.com', '*', 'https://*'])(
  'CORS_ORIGINS refuses %s',
  async (origin) => {
    await expect(createTestApp({ CORS_ORIGINS: origin })).rejects.toThrow(/CORS_ORIGINS: /);
  },
);
