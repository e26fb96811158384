import { isIP } from 'node:net';
import { z } from 'zod';
import { checkWildcard, isLoopback, parseUrl } from '../shared/urls.ts';
import { parseAllowedReturnUrl } from '../return-urls/allowed-return-url.ts';

/** Schemas of single variables: each converts text into a typed value, or says what it expects. */

function commaSeparated(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

export const nodeEnvironment = z.enum(['production', 'development', 'test']).default('production');

export const port = z
  .string()
  .regex(/^\d{1,5}$/, 'expected a port number from 0 to 65535')
  .transform(Number)
  .refine((value) => value <= 65_535, 'expected a port number from 0 to 65535');

export const databaseUrl = z
  .string()
  .regex(/^(mongodb(\+srv)?:\/\/|sqlite:).+/, 'expected mongodb://…, mongodb+srv://… or sqlite:PATH')
  // Without a name, MongoDB uses the database "test", which other services may share.
  .regex(
    /^(?!mongodb)|^mongodb(\+srv)?:\/\/[^/?]+\/[^/?]+(\?|$)/,
    'expected the name of a database after the host, such as mongodb://db.example.com/billing',
  );

export const stripeSecretKey = z
  .string()
  .regex(
    /^(sk|rk)_(test|live)_\w+$/,
    'expected a Stripe secret or restricted key: sk_test_…, rk_test_…, sk_live_… or rk_live_…',
  );

/** A scope, or a namespace of configurations. */
export const shortName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, 'expected up to 40 of a-z, 0-9, - and _');

/** During a rotation there are several secrets, and an event may be signed with any of them. */
export const webhookSecrets = z
  .string()
  .transform(commaSeparated)
  .refine(
    (secrets) => secrets.every((secret) => /^whsec_[\w+/=-]{8,}$/.test(secret)),
    'expected signing secrets of webhook endpoints, whsec_…, separated by commas',
  );

export const customerCreation = z.enum(['never', 'on_demand']);

/** Requests per second for each of Stripe's endpoints; null for no limit. */
export const stripeRateLimit = z
  .string()
  .regex(/^(off|[1-9]\d{0,4})$/, 'expected a number of requests per second, such as 20, or off')
  .transform((value) => (value === 'off' ? null : Number(value)));

export const flag = z.enum(['true', 'false']).transform((value) => value === 'true');

/** Stripe allows 40 characters. These characters need no escaping in its search queries. */
export const metadataKey = z
  .string()
  .regex(/^[A-Za-z0-9_.-]{1,40}$/, 'expected up to 40 letters, digits, dots, dashes and underscores')
  .refine(
    (key) => !key.startsWith('billing_portal_'),
    'expected another key: the service itself writes keys that begin with billing_portal_',
  );

export const stripeAccount = z.string().regex(/^acct_\w+$/, 'expected a connected account, acct_…');

function urlOf(isAccepted: (url: URL) => boolean, expected: string) {
  return z.string().transform((text, context): URL => {
    const url = parseUrl(text);
    if (url !== null && isAccepted(url)) return url;
    context.addIssue({ code: 'custom', message: expected });
    return z.NEVER;
  });
}

function isHttp({ protocol }: URL): boolean {
  return /^https?:$/.test(protocol);
}

export const httpUrl = urlOf(isHttp, 'expected an http(s) URL');

/** Like other tools, also accepts a host and a port without a scheme. */
export const proxyUrl = z
  .string()
  .transform((value) => (value.includes('://') ? value : `http://${value}`))
  .pipe(urlOf(isHttp, 'expected the URL of an HTTP proxy, such as http://proxy.internal:3128'));

/** The base of e-mail links, with an optional path for a proxy. */
export const publicUrl = urlOf(
  (url) => isPage(url) && url.search === '' && url.hash === '',
  'expected https, or http on localhost, with an optional path: https://billing.example.com',
);

function isPage(url: URL): boolean {
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));
  return isSafe && url.username === '' && url.password === '';
}

/** A page of the product. */
export const signUpUrl = urlOf(
  isPage,
  'expected https, or http on localhost: https://www.example.com/pricing',
);

export const redisUrl = z
  .string()
  .refine(
    (value) => /^rediss?:\/\/.+/.test(value) && /^\/?\d*$/.test(parseUrl(value)?.pathname ?? 'none'),
    'expected redis://… or rediss://…, with an optional database number: redis://localhost:6379/1',
  );

/** Some tools pass the quotes of an env file as part of the value. */
export const name = z
  .string()
  .trim()
  .refine((value) => !/^(["'`]).*\1$/s.test(value), 'the value is in quotes; remove them');

/** Several clients of one product, such as a website and an app, may have an audience each. */
export const audiences = name.transform(commaSeparated).refine((values) => values.length > 0, 'is required');

export const files = name.transform(commaSeparated);

export const claimValues = name.transform((text, context): ReadonlyMap<string, string> => {
  const pairs = commaSeparated(text).map((pair) => /^([^=]+)=(.+)$/.exec(pair)?.slice(1) ?? []);
  if (pairs.some(({ length }) => length !== 2))
    context.addIssue({ code: 'custom', message: 'expected claims with their values: token_use=access' });
  return new Map(pairs.map(([claim = '', value = '']) => [claim.trim(), value.trim()]));
});

export interface RateLimit {
  readonly requests: number;
  readonly perSeconds: number;
}

const secondsByUnit = { s: 1, m: 60, h: 3600 } as const;
/** A week. The in-memory limiter's timers work for up to 24 days. */
const longestSeconds = 7 * 86_400;

export const rateLimit = z
  .string()
  .regex(/^(off|[1-9]\d{0,6}\/[1-9]\d{0,3}[smh])$/, 'expected a limit such as 60/1m, or off')
  .transform((value): RateLimit | null => {
    const [, requests, count, unit] = /^(\d+)\/(\d+)([smh])$/.exec(value) ?? [];
    if (requests === undefined) return null;
    return {
      requests: Number(requests),
      perSeconds: Number(count) * secondsByUnit[unit as keyof typeof secondsByUnit],
    };
  })
  .refine((limit) => (limit?.perSeconds ?? 0) <= longestSeconds, 'expected a time of at most 168h');

export const days = z
  .string()
  .regex(/^[1-9]\d{0,3}$/, 'expected a number of days from 1 to 9999')
  .transform(Number);

/** Fastify's `trustProxy`: off, a number of hops, or the proxies' addresses. */
export const trustProxy = z.string().transform((value, context): false | number | string[] => {
  if (value === 'off') return false;
  if (/^[1-9]\d?$/.test(value)) return Number(value);
  const addresses = commaSeparated(value);
  if (addresses.length === 0 || !addresses.every(isSubnet)) {
    context.addIssue({
      code: 'custom',
      message: 'expected off, a number of proxies, or their addresses (10.0.0.0/8, 192.168.1.7)',
    });
  }
  return addresses;
});

function isSubnet(text: string): boolean {
  const [, address = '', bits = '1'] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address);
  return version !== 0 && Number(bits) >= 1 && Number(bits) <= (version === 4 ? 32 : 128);
}

export const origins = z.string().transform((text, context) =>
  commaSeparated(text).map((origin) => {
    const fault = findOriginFault(origin);
    if (fault !== null) context.addIssue({ code: 'custom', message: fault });
    return origin;
  }),
);

function findOriginFault(origin: string): string | null {
  if (parseUrl(origin)?.origin !== origin)
    return `expected origins such as https://app.example.com, not "${origin}"`;
  try {
    checkWildcard(origin);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : 'not an origin';
  }
}

export const logLevel = z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']);

export const landingPage = z.enum(['sandbox', 'graphiql', 'none']);

export const returnUrls = z
  .string()
  .transform((text, context) =>
    commaSeparated(text).flatMap((entry) => {
      try {
        return [parseAllowedReturnUrl(entry)];
      } catch (error) {
        context.addIssue({
          code: 'custom',
          message: error instanceof Error ? error.message : 'not a return URL',
        });
        return [];
      }
    }),
  )
  .refine((entries) => entries.length > 0, 'expected at least one origin, such as https://app.example.com');
