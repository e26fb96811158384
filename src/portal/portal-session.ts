import { z } from 'zod';
import { isLoopback, parseUrl } from '../shared/urls.ts';
import { StripeUnavailableError } from '../stripe/stripe.errors.ts';

/** A visit to the portal that was opened for one customer. Its URL is a credential: never log or keep it. */
export interface PortalSession {
  readonly id: string;
  readonly url: string;
  readonly returnUrl: string;
  readonly configurationId: string;
  readonly locale: string | null;
  readonly livemode: boolean;
  readonly createdAt: Date;
}

/** What Stripe was asked for, as far as its answer repeats it. */
export interface AskedSession {
  readonly customer: string;
  /** Left out where Stripe takes the account's default. */
  readonly configuration?: string;
}

const sessionSchema = z.object({
  id: z.string(),
  customer: z.string(),
  url: z.string(),
  return_url: z.string(),
  configuration: z.string(),
  locale: z.string().nullable(),
  livemode: z.boolean(),
  created: z.number(),
});

/**
 * The SDK returns any body that comes with a 200. This is the last place to notice that Stripe answered with
 * something else, or with another customer's session.
 * @throws StripeUnavailableError
 */
export function readSession(answer: unknown, asked: AskedSession, livemode: boolean): PortalSession {
  const { success, data: session } = sessionSchema.safeParse(answer);
  if (!success) throw refuse('with something other than a portal session');
  const difference = findDifference(session, asked, livemode);
  if (difference !== null) throw refuse(`with a portal session of another ${difference}`);
  if (!isPortalUrl(session.url)) throw refuse('with a portal session that has an unsafe URL');
  return {
    id: session.id,
    url: session.url,
    returnUrl: session.return_url,
    configurationId: session.configuration,
    locale: session.locale,
    livemode: session.livemode,
    createdAt: new Date(session.created * 1000),
  };
}

/** Does not compare the return URL: Stripe may normalize it. */
function findDifference(
  session: z.infer<typeof sessionSchema>,
  asked: AskedSession,
  livemode: boolean,
): string | null {
  if (session.customer !== asked.customer) return 'customer';
  if (session.livemode !== livemode) return 'mode';
  if (asked.configuration !== undefined && session.configuration !== asked.configuration)
    return 'configuration';
  return null;
}

const plainHttps = /^https:\/\/[\w.-]+(:\d+)?\/[^\s\\]*$/;

/** Accepts any host: an account can have a custom domain for the portal. */
function isPortalUrl(text: string): boolean {
  return plainHttps.test(text) || isLocalUrl(text);
}

/** A URL of the local Stripe, for the demo and tests. */
function isLocalUrl(text: string): boolean {
  const url = parseUrl(text);
  return url !== null && url.protocol === 'http:' && url.username + url.password === '' && isLoopback(url);
}

function refuse(what: string): StripeUnavailableError {
  return new StripeUnavailableError(new Error(`Stripe answered ${what}`));
}
