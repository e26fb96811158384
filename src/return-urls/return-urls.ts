import { BillingError } from '../shared/errors.ts';
import { checkWildcard, isLoopback, matchesOrigin, parseUrl } from '../shared/urls.ts';

export interface AllowedReturnUrl {
  /** `https://*.preview.example.com` stands for any one label. */
  readonly origin: string;
  /** What the URL's path must be or lie under; null: every path. */
  readonly path: string | null;
}

const unlisted =
  "The return URL must begin with one of the application's allowed return URLs. " +
  'Ask the operator of this service to add it to RETURN_URLS.';
const malformed =
  'The return URL must be an absolute http or https URL of at most 2048 characters, with its host in normal form, ' +
  'and with no user, space, backslash or control character.';

/** Stripe may not send the user back to the URL. The default message repeats neither the URL nor the list. */
export class ReturnUrlNotAllowedError extends BillingError {
  constructor(message: string = unlisted) {
    super('RETURN_URL_NOT_ALLOWED', message);
  }
}

const wanted =
  'write an origin (https://app.example.com) or an origin with a path (https://app.example.com/account)';

export function parseAllowedReturnUrl(entry: string): AllowedReturnUrl {
  checkWildcard(entry);
  const url = /^https?:\/\/[^/]/i.test(entry) ? parseUrl(entry) : null;
  if (url === null) throw new Error(`"${entry}" is not a URL; ${wanted}`);
  if (/[?#]/.test(entry)) throw new Error(`"${entry}" has a query or fragment; ${wanted}`);
  if (/^[^/]*\/\/[^/]*@/.test(entry)) throw new Error(`"${entry}" has a user or password; ${wanted}`);
  if (url.protocol === 'http:' && !isLoopback(url))
    throw new Error(`"${entry}" is http, which only localhost, 127.0.0.1 and [::1] may be; use https`);
  const path = url.pathname.replace(/\/$/, '');
  // Spelt any other way, the entry and the URLs it is compared with could be read differently.
  if (entry !== url.href && entry !== url.origin + path)
    throw new Error(`"${entry}" must be written in its normal form: ${url.origin}${path}`);
  if (isAmbiguousPath(path))
    throw new Error(
      `"${entry}" has an encoded slash, backslash, dot, percent sign, semicolon or control character in its path, or a dot segment before a semicolon`,
    );
  return { origin: url.origin, path: path === '' ? null : path };
}

/** Syntax that is encoded, control characters, and what begins an overlong form of ASCII in UTF-8 or IIS's form `%u002e`. */
const encodedSyntax = /%(2f|5c|2e|25|3b|[01][\da-f]|7f|c[01]|e0%[89]|f0%8|u)/i;
/** Servers that drop path parameters read `..;x` as `..`. */
const dotsBeforeParameters = /(^|\/)\.{1,2};/;

/** Whether a server could parse the path differently from the URL standard, and so escape the allowed path. */
function isAmbiguousPath(path: string): boolean {
  return encodedSyntax.test(path) || dotsBeforeParameters.test(path);
}

const maxLength = 2048;
/** Stripe's own limit. An encoded letter takes up to nine characters. */
const maxEncodedLength = 5000;
/** Parsers drop, trim or convert these characters, so the checked URL would differ from the used one. */
const hiddenCharacters = /[\u0000-\u001f\u007f-\u009f\s\\]/;
const absoluteUrl = /^https?:\/\/([^/?#]+)([^?#]*)/i;
const asciiOnly = /^[\u0021-\u007e]+$/;
const defaultPorts: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** Stricter than the URL standard: a URL must read the same to every parser, since browsers need not agree with the one here. */
export class ReturnUrls {
  constructor(
    private readonly allowlist: readonly AllowedReturnUrl[],
    /** Whether a refusal names the URL and the allowlist: in development only. */
    private readonly explains = false,
  ) {}

  /** Returns the parsed URL, which goes to Stripe instead of the given text. @throws ReturnUrlNotAllowedError */
  getAllowed(text: string): string {
    const [, authority, path] = absoluteUrl.exec(text) ?? [];
    const url = text.length <= maxLength && !hiddenCharacters.test(text) ? parseUrl(text) : null;
    if (authority === undefined || path === undefined || url === null) throw this.refuse(text, malformed);
    if (!isLiteralHost(authority, url) || url.href.length > maxEncodedLength)
      throw this.refuse(text, malformed);
    if (!this.allowlist.some((entry) => isCovered(url, path, entry))) throw this.refuse(text, unlisted);
    return url.href;
  }

  private refuse(text: string, message: string): ReturnUrlNotAllowedError {
    if (!this.explains) return new ReturnUrlNotAllowedError(message);
    const entries = this.allowlist.map(({ origin, path }) => `${origin}${path ?? ''}`).join(', ');
    return new ReturnUrlNotAllowedError(
      `${message} It was ${JSON.stringify(text.slice(0, 200))}; allowed are ${entries}.`,
    );
  }
}

/** Refuses user info, and every other spelling of a host or port that parsers would have to translate. */
function isLiteralHost(authority: string, url: URL): boolean {
  const port = url.port === '' ? defaultPorts[url.protocol] : url.port;
  const written = authority.toLowerCase();
  return asciiOnly.test(authority) && (written === url.host || written === `${url.hostname}:${port}`);
}

function isCovered(url: URL, path: string, entry: AllowedReturnUrl): boolean {
  if (!matchesOrigin(url.origin, entry.origin)) return false;
  if (entry.path === null) return true;
  if (isAmbiguousPath(path)) return false;
  return url.pathname === entry.path || url.pathname.startsWith(`${entry.path}/`);
}
