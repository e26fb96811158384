import { beforeAll, describe, expect, test } from '@jest/globals';
import { linkPath } from '../../src/email-links/email-link-register.ts';
import { corruptStore } from '../helpers/broken-store.ts';
import { type LinkKit, createLinkKit } from './email-link-kit.ts';
import { arrangeFresh, flow, sessionsPath, states } from './email-link-states.ts';

let kit: LinkKit;

beforeAll(async () => {
  kit = await createLinkKit();
});

describe.each(states)('a link that is $name', ({ arrange, get, post, asked, postAgain = post }) => {
  test(`answers GET and HEAD by ${get}, changes nothing by them, and answers POST by ${post}`, async () => {
    const { user, link, app = kit.app } = await arrange(kit);
    const before = await kit.list(user.userId);
    const countWrites = (): number =>
      kit.localStripe.requests.filter(({ method }) => method !== 'GET').length;
    const writes = countWrites();
    const asksBefore = countAsks();

    // What scanners, previews and prefetching browsers do with a link, and what nobody should.
    for (const method of ['HEAD', 'GET', 'GET']) {
      const visit = await kit.visit(method, link, app);
      expect([method, visit.status]).toEqual([method, get]);
      expect(visit.text === '').toBe(method === 'HEAD');
    }
    for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const { status, headers } = await kit.visit(method, link, app);
      expect([method, status, headers.get('allow')]).toEqual([method, 405, expect.any(String)]);
      expect(headers.get('allow')?.split(', ').toSorted()).toEqual(['GET', 'HEAD', 'POST']);
    }
    expect(countWrites()).toBe(writes);
    expect(await kit.list(user.userId)).toEqual(before);

    const first = await kit.visit('POST', link, app);
    expect([first.status, countAsks() - asksBefore]).toEqual([post, asked]);
    expect(first.headers.get('location') === null).toBe(post !== 303);
    const again = await kit.visit('POST', link, app);
    expect(again.status).toBe(postAgain);
  });
});

/** How often Stripe was asked for a session, for whomever. */
function countAsks(): number {
  return kit.localStripe.requests.filter(({ path }) => path === sessionsPath).length;
}

test('what is revoked and what never was are told apart by nothing', async () => {
  const stage = await states.find(({ name }) => name === 'revoked')?.arrange(kit);
  const unknown = { url: `${linkPath}/${'b'.repeat(43)}` };
  for (const method of ['GET', 'POST']) {
    const [one, other] = [await kit.visit(method, stage?.link ?? unknown), await kit.visit(method, unknown)];
    expect(one.text).toBe(other.text);
    expect(toComparable(one.headers)).toEqual(toComparable(other.headers));
  }
});

function toComparable(headers: Headers): [string, string][] {
  return [...headers].filter(([name]) => !['x-request-id', 'date'].includes(name));
}

test('the session is opened as the link was made, under the policy in force', async () => {
  const { user, link } = await arrangeFresh(kit, {
    flow,
    returnUrl: 'https://app.example.com/billing?from=mail',
  });
  const { headers } = await kit.visit('POST', link);

  const location = headers.get('location') ?? '';
  expect((await fetch(location)).status).toBe(200);
  expect(kit.localStripe.requests.findLast(({ path }) => path === sessionsPath)?.params).toMatchObject({
    customer: user.customerId,
    return_url: 'https://app.example.com/billing?from=mail',
    flow_data: { type: 'payment_method_update' },
    configuration: expect.stringMatching(/^bpc_/),
  });
  expect(headers.get('cache-control')).toBe('no-store');
});

describe('every page', () => {
  const shown = states.map(({ name, arrange }) => [name, arrange] as const);

  test.each(shown)(
    'for a link that is %s says nothing about whose it is, and is kept by nobody',
    async (_name, arrange) => {
      const { user, link, app = kit.app } = await arrange(kit);
      for (const method of ['GET', 'POST']) {
        const { status, headers, text } = await kit.visit(method, link, app);
        if (status === 303) continue;
        expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
        expect(headers.get('cache-control')).toBe('no-store');
        expect(headers.get('referrer-policy')).toBe('no-referrer');
        expect(headers.get('x-robots-tag')).toBe('noindex, nofollow');
        const policy = headers.get('content-security-policy') ?? '';
        expect(policy).toContain("default-src 'none'");
        expect(policy).toContain("frame-ancestors 'none'");
        expect(policy).toContain(`form-action 'self' https: ${kit.localStripe.url}`);
        for (const secret of [user.userId, user.customerId, toToken(link), 'app.example.com'])
          expect(text).not.toContain(secret);
        expect(text).not.toContain('<script');
        // A button where pressing it may help, and a time to wait where it has to be waited.
        expect(text.includes('<button>')).toBe(status === 200 || status >= 500);
        expect(headers.get('retry-after') !== null).toBe(status >= 500);
      }
    },
  );
});

function toToken({ url }: { readonly url: string }): string {
  return url.slice(url.lastIndexOf('/') + 1);
}

test('a form with something in it, or a body of any other kind, is not read', async () => {
  for (const type of ['application/x-www-form-urlencoded', 'application/json', 'text/plain', 'a/b']) {
    const { link } = await arrangeFresh(kit);
    const post = { method: 'POST', headers: { 'content-type': type } };
    const path = `${linkPath}/${toToken(link)}`;
    expect((await kit.app.fetch(path, { ...post, body: 'x'.repeat(2_000) })).status).toBe(413);
    expect((await kit.app.fetch(`${path}?utm_source=mail`, { ...post, body: 'x=1' })).status).toBe(303);
  }
});

test('a store that does not answer is told by a page with the button, and the link can be used later', async () => {
  const own = await createLinkKit();
  const { link } = await arrangeFresh(own);
  corruptStore(own.app.config);
  for (const method of ['GET', 'POST']) {
    const { status, headers, text } = await own.visit(method, link);
    expect([method, status, headers.get('retry-after')]).toEqual([method, 503, '5']);
    expect(text).toContain('<button>');
  }
});

test('RATE_LIMIT holds here too, by address, and is told by a page', async () => {
  const own = await createLinkKit({ RATE_LIMIT: '1/1h' });
  const unknown = { url: `${linkPath}/${'c'.repeat(43)}` };
  const visits = [];
  for (let count = 0; count < 30 && visits.at(-1)?.status !== 429; count += 1)
    visits.push(await own.visit('GET', unknown));
  const last = visits.at(-1);
  expect([last?.status, last?.headers.get('content-type')]).toEqual([429, 'text/html; charset=utf-8']);
  expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(60);
});

test('no script of another site may read what a link answers, not even of those that may call the API', async () => {
  const origin = 'https://app.example.com';
  const own = await createLinkKit({ CORS_ORIGINS: origin });
  const { link } = await arrangeFresh(own, { singleUse: false });
  for (const method of ['GET', 'POST']) {
    const { headers } = await own.app.fetch(`${linkPath}/${toToken(link)}`, { method, headers: { origin } });
    expect([method, headers.get('access-control-allow-origin')]).toEqual([method, null]);
  }
  const { headers } = await own.app.fetch('/healthz', { headers: { origin } });
  expect(headers.get('access-control-allow-origin')).toBe(origin);
});
