import { describe, expect, test } from '@jest/globals';
import { ReturnUrls, parseAllowedReturnUrl } from '../../src/return-urls/return-urls.ts';

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
