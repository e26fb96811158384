import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { seedDemoData } from '../../packages/local-stripe/src/demo-data.ts';
import {
  parseAllowedReturnUrl,
  ReturnUrlNotAllowedError,
  ReturnUrls,
} from '../../src/return-urls/return-urls.ts';
import { anyCharacter } from '../helpers/any-character.ts';
import { createSessionMutation } from '../helpers/operations.ts';
import { createTestApp } from '../helpers/test-app.ts';

interface CaseList {
  readonly allowlist: readonly string[];
  readonly cases: readonly { readonly url: string; readonly allowed: boolean; readonly why: string }[];
}

const { lists } = JSON.parse(readFileSync(new URL('../cases/return-urls.json', import.meta.url), 'utf8')) as {
  lists: readonly CaseList[];
};

function createReturnUrls(allowlist: readonly string[]): ReturnUrls {
  return new ReturnUrls(allowlist.map(parseAllowedReturnUrl));
}

/** The href that goes to Stripe, or the code of the refusal; anything else thrown fails the test. */
function check(returnUrls: ReturnUrls, url: string): string {
  try {
    return returnUrls.getAllowed(url);
  } catch (error) {
    if (error instanceof ReturnUrlNotAllowedError) return error.code;
    throw error;
  }
}

const refused = 'RETURN_URL_NOT_ALLOWED';

describe.each(lists)('with $allowlist allowed', ({ allowlist, cases }) => {
  const returnUrls = createReturnUrls(allowlist);

  test.each(cases.map((entry) => ({ ...entry, shown: JSON.stringify(entry.url) })))(
    '$shown: $allowed, $why',
    ({ url, allowed }) => {
      expect(check(returnUrls, url)).toBe(allowed ? new URL(url).href : refused);
    },
  );
});

describe('what public lists of redirect tricks hold beside', () => {
  const returnUrls = createReturnUrls([
    'https://kiosk.example.com',
    'https://shop.example.com/account',
    'https://shop.example.com:8443',
    'http://127.0.0.1:3000',
    'http://[::1]:3000',
  ]);

  test.each([
    ['no characters', ''],
    ['one more than 2048 characters', `https://kiosk.example.com/${'a'.repeat(2023)}`],
    ['more than 5,000 characters once encoded', `https://kiosk.example.com/${'\u2713'.repeat(553)}`],
    ["dots in IIS's encoding in a limited path", 'https://shop.example.com/account/%u002E%u002e/admin'],
    ['a megabyte', `https://kiosk.example.com/${'a'.repeat(1_000_000)}`],
    ['a megabyte of slashes', `https:${'/'.repeat(1_000_000)}kiosk.example.com`],
    ['Kelvin sign for k, which lower-cases to k', 'https://\u212aiosk.example.com/'],
    ['long s in the scheme', 'http\u017f://kiosk.example.com/'],
    ['one dot leader for a dot', 'https://kiosk\u2024example\u2024com/'],
    ['fullwidth colon before the port', 'https://shop.example.com\uff1a8443/'],
    ['fullwidth solidus behind the host', 'https://kiosk.example.com\uff0f.evil.example/'],
    ['care of sign, which maps to c/o', 'https://kiosk.example.\u2105m/'],
    ['account of sign, which maps to a/c', 'https://evil.example\u2100.kiosk.example.com/'],
    ['Cyrillic letters in the host', 'https://kiosk.ex\u0430mple.com/'],
    ['right-to-left override in the host', 'https://kiosk.example.com\u202e.evil.example/'],
    ['zero width space in the host', 'https://kiosk\u200b.example.com/'],
    ['zero width joiner in the host', 'https://kio\u200dsk.example.com/'],
    ['word joiner in the host', 'https://kiosk.example.com\u2060/'],
    ['variation selector in the host', 'https://kiosk.example.com\ufe0f/'],
    ['half a surrogate pair in the host', 'https://kiosk.example.com\ud800/'],
    ['tag characters in the host', 'https://kiosk.example.com\u{e0041}/'],
    ['tab inside of the scheme', 'ht\ttps://kiosk.example.com/'],
    ['newline inside of the host', 'https://kiosk.exa\nmple.com/'],
    ['tab between the slashes', 'https:/\t/kiosk.example.com/'],
    ['carriage return at the end', 'https://kiosk.example.com/\r'],
    ['next line, a C1 control', 'https://kiosk.example.com/\u0085'],
    ['NUL at the end', 'https://kiosk.example.com\u0000.evil.example/'],
    ['percent-encoded NUL in the host', 'https://kiosk.example.com%00.evil.example/'],
    ['percent-encoded newline in the host', 'https://kiosk.example.com%0a.evil.example/'],
    ['percent-encoded at sign', 'https://kiosk.example.com%40evil.example/'],
    ['percent-encoded dots in the host', 'https://kiosk%2eexample%2ecom/'],
    ['percent-encoded port', 'https://shop.example.com:%38443/'],
    ['decimal address', 'http://2130706433:3000/'],
    ['octal address', 'http://0177.0.0.1:3000/'],
    ['hexadecimal address', 'http://0x7f.0.0.1:3000/'],
    ['short address', 'http://127.1:3000/'],
    ['address with a trailing dot', 'http://127.0.0.1.:3000/'],
    ['another loopback address', 'http://127.0.0.2:3000/'],
    ['IPv4 in IPv6', 'http://[::ffff:127.0.0.1]:3000/'],
    ['IPv6 written out', 'http://[0:0:0:0:0:0:0:1]:3000/'],
    ['IPv6 with a zone', 'http://[::1%25lo]:3000/'],
    ['an address of the metadata service', 'http://169.254.169.254/latest/meta-data/'],
    ['a host that resolves to the loopback', 'http://127.0.0.1.nip.io:3000/'],
    ['trailing dot', 'https://kiosk.example.com./'],
    ['port zero', 'https://kiosk.example.com:0/'],
    ['port out of range', 'https://shop.example.com:73979/'],
    ['port with a plus', 'https://shop.example.com:+8443/'],
    ['the allowed port on a host allowed with another', 'https://kiosk.example.com:8443/'],
    ['the http port on https', 'https://kiosk.example.com:80/'],
    ['user info that looks like the host', 'https://kiosk.example.com@evil.example/'],
    ['user info behind a fragment sign', 'https://evil.example#@kiosk.example.com/'],
    ['two at signs', 'https://a@b@kiosk.example.com/'],
    ['empty user info', 'https://@kiosk.example.com/'],
    ['empty user and password', 'https://:@kiosk.example.com/'],
    ['backslash for a slash', 'https:\\\\kiosk.example.com/'],
    ['backslash before user info', 'https://evil.example\\@kiosk.example.com/'],
    ['backslash in the query', 'https://kiosk.example.com/?a=\\'],
    ['three slashes', 'https:///kiosk.example.com/'],
    ['one slash', 'https:/kiosk.example.com/'],
    ['no slash', 'https:kiosk.example.com'],
    ['no scheme', '//kiosk.example.com/'],
    ['a path alone', '/account'],
    ['data URL', 'data:text/html,<script>alert(1)</script>'],
    ['javascript with a comment that looks like the host', 'javascript://kiosk.example.com/%0aalert(1)'],
    ['view-source', 'view-source:https://kiosk.example.com/'],
    ['URL: prefix', 'URL:https://kiosk.example.com/'],
    ['wildcard host', 'https://*.example.com/'],
    ['suffix of the allowed host', 'https://evil-kiosk.example.com/'],
    ['allowed host as a label', 'https://kiosk.example.com.evil.example/'],
    ['semicolon behind the host', 'https://kiosk.example.com;.evil.example/'],
    ['encoded slash in a limited path', 'https://shop.example.com/account%2F..%2F..'],
    ['twice encoded dots in a limited path', 'https://shop.example.com/account/%25252e%25252e/'],
    ['encoded dot in a limited path', 'https://shop.example.com/account/%2e/x'],
    ['encoded dots that come back to a limited path', 'https://shop.example.com/x/%2E%2E/account'],
    ['capitals in a limited path', 'https://shop.example.com/Account'],
    ['dots with a parameter at the end of a limited path', 'https://shop.example.com/account/..;'],
    ['dots with a parameter after others', 'https://shop.example.com/account/a;b/..;c=d;e/x'],
    ['an encoded newline in a limited path', 'https://shop.example.com/account/%0D%0A'],
    ['an encoded DEL in a limited path', 'https://shop.example.com/account/%7F'],
    [
      'overlong dots of three bytes in a limited path',
      'https://shop.example.com/account/%E0%80%AE%e0%80%ae/',
    ],
    ['overlong dots of four bytes in a limited path', 'https://shop.example.com/account/%f0%80%80%ae/'],
    ['an overlong slash in a limited path', 'https://shop.example.com/account/..%C0%AFadmin'],
    ['two slashes before a limited path', 'https://shop.example.com//account'],
    ['a limited path in the query', 'https://shop.example.com/?/account'],
  ])('%s is refused', (_, url) => {
    expect(check(returnUrls, url)).toBe(refused);
  });

  test.each([
    ['https://kiosk.example.com', 'https://kiosk.example.com/'],
    [`https://kiosk.example.com/${'a'.repeat(2022)}`, `https://kiosk.example.com/${'a'.repeat(2022)}`],
    [
      `https://kiosk.example.com/${'\u2713'.repeat(552)}`,
      `https://kiosk.example.com/${'%E2%9C%93'.repeat(552)}`,
    ],
    ['https://shop.example.com:8443/x', 'https://shop.example.com:8443/x'],
    ['https://shop.example.com:443/account', 'https://shop.example.com/account'],
    ['https://shop.example.com/account?next=%2F%2e%2e', 'https://shop.example.com/account?next=%2F%2e%2e'],
    ['http://127.0.0.1:3000/#done', 'http://127.0.0.1:3000/#done'],
    ['https://shop.example.com/account/a..;b', 'https://shop.example.com/account/a..;b'],
    ['https://shop.example.com/account/%e2%82%ac', 'https://shop.example.com/account/%e2%82%ac'],
    ['https://shop.example.com/account?a=..;%00', 'https://shop.example.com/account?a=..;%00'],
    ['http://[::1]:3000/', 'http://[::1]:3000/'],
    ['https://kiosk.example.com/\u202etxt', 'https://kiosk.example.com/%E2%80%AEtxt'],
    ['https://kiosk.example.com/a@b', 'https://kiosk.example.com/a@b'],
  ])('%s is allowed and sent as %s', (url, href) => {
    expect(check(returnUrls, url)).toBe(href);
  });
});

test('nothing is allowed when nothing is listed', () => {
  expect(check(createReturnUrls([]), 'https://app.example.com/')).toBe(refused);
});

test('what was decided once is decided the same way again, however much was asked in between', () => {
  const returnUrls = createReturnUrls(['https://app.example.com']);
  const ask = () =>
    ['https://app.example.com/a', 'https://APP.example.com/a', 'https://evil.example/a'].map((url) =>
      check(returnUrls, url),
    );
  const first = ask();
  for (let page = 0; page < 1_200; page += 1) check(returnUrls, `https://app.example.com/${page}`);

  expect(first).toEqual(['https://app.example.com/a', 'https://app.example.com/a', refused]);
  expect([ask(), ask()]).toEqual([first, first]);
});

test('the refusal says what to do, and shows neither the URL nor the list', () => {
  const { message } = new ReturnUrlNotAllowedError();
  expect(message).toContain('RETURN_URLS');
  expect(message).not.toContain('://');
});

test.each([
  ['has a space', 'https://app.example.com/?q=a b'],
  ['has a backslash', 'https://app.example.com/\\account'],
  ['has a user', 'https://user@app.example.com/'],
  ['has letters in its host that are not ASCII', 'https://münchen.example/'],
  ['has a percent sign in its host', 'https://app%2eexample.com/'],
  ['is too long', `https://app.example.com/${'a'.repeat(2048)}`],
  ["is an app's own", 'myapp://return'],
  ['is relative', '/account'],
])('the refusal of a URL that %s says what is wrong, since RETURN_URLS cannot allow it', (_what, url) => {
  expect(() => createReturnUrls(['https://app.example.com']).getAllowed(url)).toThrow(
    expect.objectContaining({
      code: refused,
      message: expect.stringMatching(/must be an absolute http or https URL of .* no user, space,/),
    }),
  );
});

describe('whatever is sent', () => {
  const allowlist = ['https://app.example.com', 'http://localhost:3000/billing'].map(parseAllowedReturnUrl);
  const returnUrls = new ReturnUrls(allowlist);

  const pieces = fc.constantFrom(
    ...[
      'https:',
      'http:',
      'HTTPS:',
      'javascript:',
      '/',
      '//',
      '\\',
      '@',
      ':',
      ':443',
      ':3000',
      '?',
      '#',
      '.',
      '..',
    ],
    ...[
      'app.example.com',
      'localhost',
      'evil.example',
      'billing',
      '%2e',
      '%2f',
      '%00',
      '%',
      '\t',
      '\n',
      '\u0000',
    ],
    ...['\u3002', '\u212a', '\u200b', '\u202e', '\ufeff', '\ud800', '[::1]', '127.0.0.1', ';', '*'],
  );
  const assembled = fc.array(pieces, { maxLength: 10 }).map((parts) => parts.join(''));
  /** An allowed URL with something put into it, anywhere. */
  const mutated = fc
    .tuple(
      fc.constantFrom('https://app.example.com/account?x=1#y', 'http://localhost:3000/billing/x'),
      fc.nat(40),
      fc.oneof(pieces, fc.string({ unit: anyCharacter, maxLength: 3 })),
      fc.nat(3),
    )
    .map(([url, at, piece, removed]) => url.slice(0, at) + piece + url.slice(at + removed));
  const anything = fc.oneof(
    fc.string({ unit: anyCharacter }),
    fc.webUrl({ withQueryParameters: true, withFragments: true }),
    assembled,
    mutated,
  );

  test('it is allowed only if it parses to an allowed place, with no user info, and stays the same', () => {
    let accepted = 0;
    fc.assert(
      fc.property(anything, (text) => {
        const href = check(returnUrls, text);
        if (href === refused) return;
        accepted += 1;
        const url = new URL(href);
        const entry = allowlist.find(({ origin }) => origin === url.origin);
        expect(entry).toBeDefined();
        expect(`${url.pathname}/`.startsWith(`${entry?.path ?? ''}/`)).toBe(true);
        expect([url.username, url.password, url.href]).toEqual(['', '', href]);
        expect(check(returnUrls, href)).toBe(href);
      }),
      { numRuns: 2000 },
    );
    expect(accepted).toBeGreaterThan(50);
  });
});

describe('an entry of the allowlist', () => {
  test.each([
    ['https://app.example.com', { origin: 'https://app.example.com', path: null }],
    ['https://app.example.com/', { origin: 'https://app.example.com', path: null }],
    ['https://app.example.com:8443', { origin: 'https://app.example.com:8443', path: null }],
    ['https://app.example.com/account', { origin: 'https://app.example.com', path: '/account' }],
    ['https://app.example.com/account/', { origin: 'https://app.example.com', path: '/account' }],
    ['http://localhost:3000/billing', { origin: 'http://localhost:3000', path: '/billing' }],
    ['http://127.0.0.1:3000', { origin: 'http://127.0.0.1:3000', path: null }],
    ['http://[::1]:3000', { origin: 'http://[::1]:3000', path: null }],
    ['https://xn--mnchen-3ya.example', { origin: 'https://xn--mnchen-3ya.example', path: null }],
    ['https://*.example.com', { origin: 'https://*.example.com', path: null }],
    ['https://*.preview.example.com:8443', { origin: 'https://*.preview.example.com:8443', path: null }],
    ['https://*.team.vercel.app/account', { origin: 'https://*.team.vercel.app', path: '/account' }],
    ['https://app.example.com/caf%C3%A9', { origin: 'https://app.example.com', path: '/caf%C3%A9' }],
  ])('%s is read', (entry, expected) => {
    expect(parseAllowedReturnUrl(entry)).toEqual(expected);
  });

  test.each([
    ['https://*', 'wildcard'],
    ['https://*.*.example.com', 'wildcard'],
    ['https://app.*.example.com', 'wildcard'],
    ['https://app-*.example.com', 'wildcard'],
    ['https://*app.example.com', 'wildcard'],
    ['http://*.example.com', 'wildcard'],
    ['http://*.localhost:3000', 'wildcard'],
    ['https://*.example.com/*', 'wildcard'],
    ['https://*.com', 'public suffix'],
    ['https://*.co.uk', 'public suffix'],
    ['https://*.vercel.app', 'public suffix'],
    ['https://*.netlify.app/account', 'public suffix'],
    ['https://*.github.io', 'public suffix'],
    ['https://*.internal', 'public suffix'],
    ['https://*.localhost', 'public suffix'],
    ['https://*.127.0.0.1', 'not a domain name'],
    ['https://*.[::1]', 'not a domain name'],
    ['https://*.user@example.com', 'user or password'],
    ['https://*.Example.com', 'normal form'],
    ['https://*.example.com:443', 'normal form'],
    ['*', 'wildcard'],
    ['https://app.example.com/*', 'wildcard'],
    ['', 'is not a URL'],
    ['app.example.com', 'is not a URL'],
    ['//app.example.com', 'is not a URL'],
    ['https:app.example.com', 'is not a URL'],
    ['https:///app.example.com', 'is not a URL'],
    ['https://', 'is not a URL'],
    ['https://app.example.com:99999', 'is not a URL'],
    ['ftp://app.example.com', 'is not a URL'],
    ['javascript:alert(1)', 'is not a URL'],
    ['myapp://return', 'is not a URL'],
    ['null', 'is not a URL'],
    ['https://app.example.com?x=1', 'query or fragment'],
    ['https://app.example.com/?', 'query or fragment'],
    ['https://app.example.com/#top', 'query or fragment'],
    ['https://user@app.example.com', 'user or password'],
    ['https://user:pass@app.example.com/account', 'user or password'],
    ['https://@app.example.com', 'user or password'],
    ['http://app.example.com', 'use https'],
    ['http://192.168.0.1:3000', 'use https'],
    ['http://localhost.evil.example', 'use https'],
    ['https://App.Example.com', 'normal form: https://app.example.com'],
    ['https://app.example.com:443', 'normal form: https://app.example.com'],
    ['https://münchen.example', 'normal form: https://xn--mnchen-3ya.example'],
    ['https://app.example.com/a/../b', 'normal form: https://app.example.com/b'],
    ['https://app.example.com/a b', 'normal form: https://app.example.com/a%20b'],
    ['https://app.example.com\\account', 'normal form'],
    ['https://app.example.com\t', 'normal form'],
    ['http://0x7f.1', 'normal form: http://127.0.0.1'],
    ['https://app.example.com/a%2fb', 'encoded slash'],
    ['https://app.example.com/a%252fb', 'encoded slash'],
    ['https://app.example.com/a/..;/b', 'dot segment before a semicolon'],
    ['https://app.example.com/a%3bb', 'semicolon'],
    ['https://app.example.com/a%00', 'control character'],
  ])('%j is refused: %s', (entry, message) => {
    expect(() => parseAllowedReturnUrl(entry)).toThrow(message);
  });
});

describe('with a wildcard', () => {
  const returnUrls = new ReturnUrls(
    ['https://*.preview.example.com', 'https://*.tenant.example.com/account'].map(parseAllowedReturnUrl),
  );

  test.each([
    'https://pr-7.preview.example.com/',
    'https://xn--mnchen-3ya.preview.example.com/x?y#z',
    'https://acme.tenant.example.com/account/billing',
  ])('%s is allowed', (url) => {
    expect(returnUrls.getAllowed(url)).toBe(url);
  });

  test.each([
    'https://preview.example.com/',
    'https://.preview.example.com/',
    'https://*.preview.example.com/',
    'https://a.b.preview.example.com/',
    'https://evilpreview.example.com/',
    'https://a.preview.example.com.evil.example/',
    'https://evil.example/a.preview.example.com',
    'https://a.preview.example.com@evil.example/',
    'https://a.preview.example.com:8443/',
    'http://a.preview.example.com/',
    'https://a_b.preview.example.com/',
    'https://a%2eb.preview.example.com/',
    'https://a\u3002b.preview.example.com/',
    'https://\u00fc.preview.example.com/',
    'https://a.preview.example.com./',
    'https://acme.tenant.example.com/',
    'https://acme.tenant.example.com/account/..;/admin',
  ])('%j is refused', (url) => {
    expect(() => returnUrls.getAllowed(url)).toThrow(
      expect.objectContaining({ code: 'RETURN_URL_NOT_ALLOWED' }),
    );
  });
});

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
  fc.string({ unit: anyCharacter, maxLength: 3 }),
);
const rests = fc
  .tuple(fc.constantFrom('', '?', '#', '?a='), fc.string({ unit: anyCharacter, maxLength: 8 }))
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
    { numRuns: 1500 },
  );
  expect(accepted).toBeGreaterThan(50);
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
    { numRuns: 40 },
  );
  expect(listSent().length).toBeGreaterThan(0);
});
