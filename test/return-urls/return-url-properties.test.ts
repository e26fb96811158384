import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  ReturnUrlNotAllowedError,
  ReturnUrls,
  parseAllowedReturnUrl,
} from '../../src/return-urls/return-urls.ts';
import { seedDemoData } from '../../packages/local-stripe/src/demo-data.ts';
import { createSessionMutation } from '../helpers/operations.ts';
import { createTestApp } from '../helpers/test-app.ts';

const hosts = fc.constantFrom(
  'app.example.com',
  'example.com',
  'app.example.com:8443',
  'sub.app.example.com',
);
const segments = fc.constantFrom(
  'account',
  'billing',
  'a',
  'accounts',
  'Account',
  '%61ccount',
  '..',
  '.',
  '',
);
const paths = fc.array(segments, { maxLength: 3 }).map((parts) => parts.map((part) => `/${part}`).join(''));
const allowedPaths = fc.array(fc.constantFrom('account', 'billing', 'a'), { maxLength: 2 });
const entries = fc
  .tuple(hosts, allowedPaths)
  .map(([host, parts]) => `https://${host}${parts.map((part) => `/${part}`).join('')}`);

const tricks = fc.oneof(
  fc.constantFrom(
    '@',
    ':',
    '\\',
    '\t',
    '\u0000',
    '%2e%2e',
    '%2f',
    '%5c',
    '//',
    '/../',
    '?',
    '#',
    ';',
    ' ',
    '\u3002',
    '%',
  ),
  fc.string({ unit: 'binary', maxLength: 3 }),
);
const rests = fc
  .tuple(fc.constantFrom('', '?', '#', '?a='), fc.string({ unit: 'binary', maxLength: 8 }))
  .map((parts) => parts.join(''));

/** URLs that are mostly in one of the places below, and now and then have a trick in them. */
const urls = fc
  .tuple(hosts, paths, rests, fc.option(fc.tuple(fc.nat(50), tricks), { freq: 2 }))
  .map(([host, path, rest, trick]) => {
    const url = `https://${host}${path}${rest}`;
    return trick === null ? url : url.slice(0, trick[0]) + trick[1] + url.slice(trick[0]);
  });

/** Null for a refusal; anything else thrown fails the test. */
function findAllowed(allowlist: readonly string[], url: string): string | null {
  try {
    return new ReturnUrls(allowlist.map(parseAllowedReturnUrl)).getAllowed(url);
  } catch (error) {
    if (error instanceof ReturnUrlNotAllowedError) return null;
    throw error;
  }
}

/** Whether the parser of the URL standard finds it in a place of the list. */
function isWithin(allowlist: readonly string[], text: string): boolean {
  const url = new URL(text);
  return allowlist
    .map((entry) => new URL(entry))
    .some((entry) => {
      const path = entry.pathname.replace(/\/$/, '');
      return url.origin === entry.origin && (url.pathname === path || url.pathname.startsWith(`${path}/`));
    });
}

test('whatever the list, what is accepted lies within it as the URL standard reads it, with no user info', () => {
  let accepted = 0;
  fc.assert(
    fc.property(fc.array(entries, { maxLength: 3 }), urls, (allowlist, text) => {
      const href = findAllowed(allowlist, text);
      if (href === null) return;
      accepted += 1;
      const { username, password, href: parsed } = new URL(text);
      expect({ username, password, href }).toEqual({ username: '', password: '', href: parsed });
      expect(isWithin(allowlist, href)).toBe(true);
    }),
    { numRuns: 3000 },
  );
  expect(accepted).toBeGreaterThan(100);
});

test('what is accepted stays accepted on a longer list, and what is refused stays refused on a shorter one', () => {
  fc.assert(
    fc.property(fc.array(entries, { minLength: 1, maxLength: 3 }), urls, (allowlist, text) => {
      const [shorter, longer] = [allowlist.slice(1), allowlist].map((list) => findAllowed(list, text));
      if (shorter !== null) expect(longer).toBe(shorter);
    }),
  );
});

test('what is accepted is what Stripe gets, by GraphQL and by REST, and what is refused is not sent', async () => {
  const allowlist = ['https://app.example.com', 'https://example.com/account'];
  const app = await createTestApp({ RETURN_URLS: allowlist.join() });
  const { customerId } = await seedDemoData(app.sdk);
  await app.link('ada', customerId);
  const token = await app.createToken({ userId: 'ada' });
  const listSent = (): unknown[] =>
    app.stripe.requests
      .filter(({ path }) => path === '/v1/billing_portal/sessions')
      .map(({ params }) => (params as { return_url?: unknown }).return_url);

  await fc.assert(
    fc.asyncProperty(urls, async (url) => {
      const before = listSent().length;
      const href = findAllowed(allowlist, url);

      const answer = await app.execute({
        document: createSessionMutation,
        variables: { returnUrl: url },
        token,
      });
      const body = JSON.stringify({ returnUrl: url });
      const headers = { 'content-type': 'application/json' };
      const { status } = await app.fetch('/api/billing-portal', { method: 'POST', headers, body, token });

      expect(status).toBe(href === null ? 400 : 200);
      if (href === null) answer.expectError('RETURN_URL_NOT_ALLOWED');
      else expect(answer.expectData().createBillingPortalSession.returnUrl).toBe(href);
      expect(listSent().slice(before)).toEqual(href === null ? [] : [href, href]);
    }),
    { numRuns: 100 },
  );
  expect(listSent().length).toBeGreaterThan(0);
});
