import { describe, expect, test } from '@jest/globals';
import { type TestApp, createTestApp } from '../helpers/test-app.ts';

interface Request {
  readonly userId?: string;
  readonly forwardedFor?: string;
}

/** The statuses of requests that are sent one after the other. */
async function sendAll(app: TestApp, requests: readonly Request[]): Promise<number[]> {
  const statuses: number[] = [];
  for (const { userId, forwardedFor } of requests) {
    const token = userId === undefined ? undefined : await app.createToken({ userId });
    const headers: Record<string, string> =
      forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor };
    const response = await app.fetch('/billing-portal', { token, headers });
    statuses.push(response.status);
  }
  return statuses;
}

describe('RATE_LIMIT', () => {
  test('counts each caller for themselves, whatever token they send', async () => {
    const app = await createTestApp({ RATE_LIMIT: '2/1h' });

    const [ada, bob] = [{ userId: 'ada' }, { userId: 'bob' }];

    expect(await sendAll(app, [ada, ada, bob, ada, bob, bob])).toEqual([400, 400, 400, 429, 400, 429]);
  });

  test('counts who has no token by their address', async () => {
    const app = await createTestApp({ RATE_LIMIT: '2/1h' });

    expect(await sendAll(app, [{}, {}, {}, { userId: 'ada' }])).toEqual([401, 401, 429, 400]);
  });

  test('believes no X-Forwarded-For by default', async () => {
    const app = await createTestApp({ RATE_LIMIT: '1/1h' });

    const spoofed = [{ forwardedFor: '192.0.2.1' }, { forwardedFor: '192.0.2.2' }];

    expect(await sendAll(app, spoofed)).toEqual([401, 429]);
  });

  test.each(['1', '127.0.0.0/8'])(
    'believes what the proxies of TRUST_PROXY=%s add, and no more',
    async (trusted) => {
      const app = await createTestApp({ RATE_LIMIT: '1/1h', TRUST_PROXY: trusted });

      const sent = ['192.0.2.1', '192.0.2.2', '192.0.2.9, 192.0.2.1'].map((forwardedFor) => ({
        forwardedFor,
      }));

      expect(await sendAll(app, sent)).toEqual([401, 401, 429]);
    },
  );

  test('begins anew when its time is over', async () => {
    const app = await createTestApp({ RATE_LIMIT: '1/1s' });

    const [first, second] = [await sendAll(app, [{}]), await sendAll(app, [{}])];
    await new Promise((resolve) => setTimeout(resolve, 1_100));

    expect([first, second, await sendAll(app, [{}])]).toEqual([[401], [429], [401]]);
  });
});
