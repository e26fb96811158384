import { beforeAll, describe, expect, test } from '@jest/globals';
import { type DemoData, seedDemoData } from '../../packages/local-stripe/src/demo-data.ts';
import { createSessionMutation } from '../helpers/operations.ts';
import { type TestApp, createTestApp, returnUrl } from '../helpers/test-app.ts';

let app: TestApp;
let demo: DemoData;
let token: string;

beforeAll(async () => {
  app = await createTestApp();
  demo = await seedDemoData(app.sdk);
  await app.link('ada', demo.customerId);
  token = await app.createToken({ userId: 'ada' });
});

/** The session requests that Stripe got so far. */
function countSessionRequests(): number {
  return app.stripe.requests.filter(({ path }) => path === '/v1/billing_portal/sessions').length;
}

describe('createBillingPortalSession', () => {
  test("answers with a session of the caller's own customer that can be visited", async () => {
    const answer = await app.execute({ document: createSessionMutation, variables: { returnUrl }, token });

    const session = answer.expectData().createBillingPortalSession;
    expect(session).toMatchObject({
      returnUrl,
      configurationId: demo.configurationId,
      livemode: false,
      locale: null,
    });
    expect(app.stripe.requests.at(-1)?.params).toMatchObject({
      customer: demo.customerId,
      return_url: returnUrl,
    });
    expect((await fetch(session.url)).status).toBe(200);
  });

  test('sends Stripe the parsed form of the return URL', async () => {
    const answer = await app.execute({
      document: createSessionMutation,
      variables: { returnUrl: 'HTTPS://APP.example.com/a/../b?q=ü' },
      token,
    });

    expect(answer.expectData().createBillingPortalSession.returnUrl).toBe(
      'https://app.example.com/b?q=%C3%BC',
    );
  });

  test.each([
    ['de', 'de'],
    ['de-AT', 'de'],
    ['pt-br', 'pt-BR'],
    ['zh-Hant-HK', 'zh-HK'],
    ['auto', null],
    ['tlh', null],
    ['not a tag', null],
  ])(
    'answers a session in the language %s with %s, which is null when Stripe decides',
    async (locale, asked) => {
      const answer = await app.execute({
        document: createSessionMutation,
        variables: { returnUrl, locale },
        token,
      });

      expect(answer.expectData().createBillingPortalSession.locale).toBe(asked);
    },
  );

  test('refuses a return URL outside of the allowlist, before Stripe is asked', async () => {
    const before = countSessionRequests();

    const answer = await app.execute({
      document: createSessionMutation,
      variables: { returnUrl: 'https://evil.example/' },
      token,
    });

    answer.expectError('RETURN_URL_NOT_ALLOWED');
    expect(countSessionRequests()).toBe(before);
  });

  test('opens a new session for every call', async () => {
    const open = () => app.execute({ document: createSessionMutation, variables: { returnUrl }, token });

    const [first, second] = await Promise.all([open(), open()]);

    expect(first.expectData().createBillingPortalSession.id).not.toBe(
      second.expectData().createBillingPortalSession.id,
    );
  });
});

const RETURN_URLS = 'https://app.example.com/account,https://*.preview.example.com';

async function readRefusal(NODE_ENV: string): Promise<string> {
  const app = await createTestApp({ NODE_ENV, HOST: '127.0.0.1', RETURN_URLS });
  const answer = await app.execute({
    document: createSessionMutation,
    variables: { returnUrl: 'https://app.example.com/' },
    token: await app.createToken({ userId: 'ada' }),
  });
  return answer.expectError('RETURN_URL_NOT_ALLOWED').message;
}

test('in development the refusal of a return URL names the URL and the allowed ones', async () => {
  expect(await readRefusal('development')).toContain(
    'It was "https://app.example.com/"; allowed are https://app.example.com/account, https://*.preview.example.com.',
  );
});

test('in production the refusal of a return URL names neither', async () => {
  expect(await readRefusal('production')).not.toContain('://');
});
