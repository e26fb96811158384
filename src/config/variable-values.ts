import { isIP } from 'node:net';
import * as z from 'zod';
import { parseAllowedReturnUrl } from '../return-urls/return-urls.ts';
import { isQuoted } from '../shared/texts.ts';
import { checkWildcard, isLoopback, parseUrl } from '../shared/urls.ts';

export const matching = (pattern: RegExp, expected: string): z.ZodString =>
  z.string().regex(pattern, expected);

/** Converts text; what `parse` throws is the fault. */
function parsedBy<T>(parse: (text: string) => T) {
  return z.string().transform((text, context): T => {
    try {
      return parse(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'not valid' });
      return z.NEVER;
    }
  });
}

/** A comma-separated list. Every part that `parse` throws for is a fault of its own. */
function listOf<T>(parse: (part: string) => T) {
  return z
    .string()
    .transform(splitList)
    .pipe(z.array(parsedBy(parse)));
}

export function splitList(text: string): string[] {
  const parts = text.split(',').map((part) => part.trim());
  return parts.filter((part) => part !== '');
}

export const flag = z.enum(['true', 'false']).transform((value) => value === 'true');

/** Some tools pass the quotes of an env file as part of the value. */
export const name = z.string().refine((value) => !isQuoted(value), 'the value is in quotes; remove them');

export const shortName = matching(/^[a-z0-9][a-z0-9_-]{0,39}$/, 'expected up to 40 of a-z, 0-9, - and _');

const portFault = 'expected a port number from 0 to 65535';
export const port = matching(/^\d{1,5}$/, portFault)
  .transform(Number)
  .refine((value) => value <= 65_535, portFault);

const urlOf = (isAccepted: (url: URL) => boolean, fault: string) =>
  parsedBy((text) => {
    const url = parseUrl(text);
    if (url === null || !isAccepted(url)) throw new Error(fault);
    return url;
  });

const isHttp = ({ protocol }: URL): boolean => /^https?:$/.test(protocol);
export const httpUrl = urlOf(isHttp, 'expected an http(s) URL');

/** Clients decode the user and the password, so a percent sign in one of them must be encoded. */
function isDecodable(text: string | URL): boolean {
  const { username = '', password = '' } = parseUrl(String(text)) ?? {};
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

const percentFault = 'a percent sign in the user or the password must be written %25';

/** Like other tools, also accepts a host and a port without a scheme. */
export const proxyUrl = z
  .string()
  .transform((value) => (value.includes('://') ? value : `http://${value}`))
  .pipe(urlOf(isHttp, 'expected the URL of an HTTP proxy, such as http://proxy.internal:3128'))
  .refine(isDecodable, percentFault);

function isPage(url: URL): boolean {
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));
  return isSafe && url.username === '' && url.password === '';
}

/** The base of e-mail links, with an optional path for a proxy. */
export const publicUrl = urlOf(
  (url) => isPage(url) && url.search === '' && url.hash === '',
  'expected https, or http on localhost, with an optional path: https://billing.example.com',
);

export const signUpUrl = urlOf(
  isPage,
  'expected https, or http on localhost: https://www.example.com/pricing',
);

export const redisUrl = z
  .string()
  .refine(
    (value) => /^rediss?:\/\/.+/.test(value) && /^\/?\d*$/.test(parseUrl(value)?.pathname ?? 'none'),
    'expected redis://… or rediss://…, with an optional database number: redis://localhost:6379/1',
  )
  .refine(isDecodable, percentFault);

export const origins = listOf((origin) => {
  if (parseUrl(origin)?.origin !== origin)
    throw new Error(`expected origins such as https://app.example.com, not "${origin}"`);
  checkWildcard(origin);
  return origin;
});

export const returnUrls = listOf(parseAllowedReturnUrl).refine(
  (entries) => entries.length > 0,
  'expected at least one origin, such as https://app.example.com',
);

export const claimValues = name.pipe(parsedBy(readClaims));

function readClaims(text: string): ReadonlyMap<string, string> {
  const fault = 'expected claims with their values, each claim once: token_use=access';
  const claims = new Map<string, string>();
  for (const part of splitList(text)) {
    const [, claim, value] = /^([^=]+?) *=(.+)$/.exec(part) ?? [];
    if (claim === undefined || value === undefined || claims.has(claim)) throw new Error(fault);
    claims.set(claim, value.trim());
  }
  if (claims.size === 0) throw new Error(fault);
  return claims;
}

const secondsByUnit: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };
/** A week. The in-memory limiter's timers work for up to 24 days. */
const longestSeconds = 7 * 86_400;

export const rateLimit = parsedBy((value) => {
  if (value === 'off') return null;
  const [, requests, count, unit = ''] = /^([1-9]\d{0,6})\/([1-9]\d{0,3})([smh])$/.exec(value) ?? [];
  if (requests === undefined) throw new Error('expected a limit such as 60/1m, or off');
  const perSeconds = Number(count) * (secondsByUnit[unit] ?? 1);
  if (perSeconds > longestSeconds) throw new Error('expected a time of at most 168h');
  return { requests: Number(requests), perSeconds };
});

export type RateLimit = NonNullable<z.output<typeof rateLimit>>;

/** Fastify's `trustProxy`: off, a number of hops, or the proxies' addresses. */
export const trustProxy = parsedBy((value): false | number | string[] => {
  if (value === 'off') return false;
  if (/^[1-9]\d?$/.test(value)) return Number(value);
  const addresses = splitList(value);
  if (addresses.length > 0 && addresses.every(isSubnet)) return addresses;
  throw new Error('expected off, a number of proxies, or their addresses (10.0.0.0/8, 192.168.1.7)');
});

function isSubnet(text: string): boolean {
  const [, address = '', bits = '1'] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address);
  return version !== 0 && Number(bits) >= 1 && Number(bits) <= (version === 4 ? 32 : 128);
}
