import { checkWildcard, isLoopback, parseUrl } from '../shared/urls.ts';

/** One entry of the allowlist that return URLs are held against. */
export interface AllowedReturnUrl {
  /** `https://*.preview.example.com` stands for any one label. */
  readonly origin: string;
  /** What the URL's path must be or lie under; null: every path. */
  readonly path: string | null;
}

const wanted =
  'write an origin (https://app.example.com) or an origin with a path (https://app.example.com/account)';

/**
 * Reads one entry of the allowlist.
 * @throws Error with the fault
 */
export function parseAllowedReturnUrl(entry: string): AllowedReturnUrl {
  const url = parseEntry(entry);
  if (url.protocol === 'http:' && !isLoopback(url)) {
    throw new Error(`"${entry}" is http, which only localhost, 127.0.0.1 and [::1] may be; use https`);
  }
  const path = url.pathname.replace(/\/$/, '');
  // Spelt any other way, the entry and the URLs it is compared with could be read differently.
  if (entry !== url.href && entry !== url.origin + path) {
    throw new Error(`"${entry}" must be written in its normal form: ${url.origin}${path}`);
  }
  if (isAmbiguousPath(path)) {
    throw new Error(
      `"${entry}" has an encoded slash, backslash, dot, percent sign, semicolon or control character in its path, or a dot segment before a semicolon`,
    );
  }
  return { origin: url.origin, path: path === '' ? null : path };
}

/** Syntax that is encoded, control characters, and what begins an overlong form of ASCII in UTF-8. */
const encodedSyntax = /%(2f|5c|2e|25|3b|[01][\da-f]|7f|c[01]|e0%[89]|f0%8)/i;
/** Servers that drop path parameters read `..;x` as `..`. */
const dotsBeforeParameters = /(^|\/)\.{1,2};/;

/** Whether a server could parse the path differently from the URL standard, and so escape the allowed path. */
export function isAmbiguousPath(path: string): boolean {
  return encodedSyntax.test(path) || dotsBeforeParameters.test(path);
}

function parseEntry(entry: string): URL {
  checkWildcard(entry);
  if (!/^https?:\/\/[^/]/i.test(entry) || parseUrl(entry) === null)
    throw new Error(`"${entry}" is not a URL; ${wanted}`);
  if (/[?#]/.test(entry)) throw new Error(`"${entry}" has a query or fragment; ${wanted}`);
  if (/^[^/]*\/\/[^/]*@/.test(entry)) throw new Error(`"${entry}" has a user or password; ${wanted}`);
  return new URL(entry);
}
