import { type AllowedReturnUrl, isAmbiguousPath } from './allowed-return-url.ts';
import { matchesOrigin, parseUrl } from '../shared/urls.ts';
import { BillingError } from '../shared/errors.ts';

/** Stripe may not send the user back to the URL. Without `detail` the message repeats neither the URL nor the list. */
export class ReturnUrlNotAllowedError extends BillingError {
  constructor(detail = '') {
    super(
      'RETURN_URL_NOT_ALLOWED',
      "The return URL must begin with one of the application's allowed return URLs. " +
        `Ask the operator of this service to add it to RETURN_URLS.${detail}`,
    );
  }
}

const maxLength = 2048;
/** Parsers drop, trim or convert these characters, so the checked URL would differ from the used one. */
const hiddenCharacters = /[\u0000-\u001f\u007f-\u009f\s\\]/;
const absoluteUrl = /^https?:\/\/([^/?#]+)([^?#]*)/i;
const asciiOnly = /^[\u0021-\u007e]+$/;

/**
 * Decides where Stripe may send users back to. The rule is stricter than the URL standard: a URL must read
 * the same to every parser, since the browser that follows it need not agree with the one here.
 */
export class ReturnUrls {
  constructor(
    private readonly allowlist: readonly AllowedReturnUrl[],
    /** Whether a refusal names the URL and the allowlist: in development only. */
    private readonly explains = false,
  ) {}

  /**
   * @returns the parsed URL, which goes to Stripe instead of the given text
   * @throws ReturnUrlNotAllowedError
   */
  getAllowed(text: string): string {
    const [, authority, path] = absoluteUrl.exec(text) ?? [];
    const url = isPlain(text) ? parseUrl(text) : null;
    if (authority === undefined || path === undefined || url === null) throw this.refuse(text);
    const isAllowed = this.allowlist.some((entry) => isCovered(url, path, entry));
    if (!isAllowed || !isLiteralHost(authority, url)) throw this.refuse(text);
    return url.href;
  }

  private refuse(text: string): ReturnUrlNotAllowedError {
    if (!this.explains) return new ReturnUrlNotAllowedError();
    const entries = this.allowlist.map(({ origin, path }) => `${origin}${path ?? ''}`).join(', ');
    return new ReturnUrlNotAllowedError(
      ` It was ${JSON.stringify(text.slice(0, 200))}; allowed are ${entries}.`,
    );
  }
}

function isPlain(text: string): boolean {
  return text.length <= maxLength && !hiddenCharacters.test(text);
}

/** Refuses user info, and every other spelling of a host or port that parsers would have to translate. */
function isLiteralHost(authority: string, url: URL): boolean {
  const port = url.port === '' ? defaultPorts[url.protocol] : url.port;
  const written = authority.toLowerCase();
  return asciiOnly.test(authority) && (written === url.host || written === `${url.hostname}:${port}`);
}

const defaultPorts: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

function isCovered(url: URL, path: string, entry: AllowedReturnUrl): boolean {
  if (!matchesOrigin(url.origin, entry.origin)) return false;
  if (entry.path === null) return true;
  if (isAmbiguousPath(path)) return false;
  return url.pathname === entry.path || url.pathname.startsWith(`${entry.path}/`);
}
