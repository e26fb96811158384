import { expect, test } from '@jest/globals';
import { parseAllowedReturnUrl } from '../../src/config/allowed-return-url.ts';

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
  ['https://app.example.com/caf%C3%A9', { origin: 'https://app.example.com', path: '/caf%C3%A9' }],
])('%s is read', (entry, expected) => {
  expect(parseAllowedReturnUrl(entry)).toEqual(expected);
});

test.each([
  ['https://*.example.com', 'wildcard'],
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
