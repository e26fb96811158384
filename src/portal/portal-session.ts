import { ID } from 'type-graphql';
import * as z from 'zod';
import { createObjectType, field, nullable } from '../graphql/types.ts';
import { seconds } from '../stripe/stripe-answer.ts';
import { StripeUnavailableError } from '../stripe/stripe.errors.ts';

export type PortalSession = InstanceType<typeof PortalSession>;
export const PortalSession = createObjectType(
  'BillingPortalSession',
  "A visit to Stripe's hosted Billing Portal.",
  {
    id: field(ID, "Stripe's id of the session, `bps_…`."),
    url: field(
      String,
      'Send the browser here at once. The URL is a short-lived credential: do not store, log or share it.',
    ),
    returnUrl: field(String, "Where the portal's return link leads."),
    configurationId: field(ID, 'The portal configuration that the session uses, `bpc_…`.'),
    locale: nullable(String, "The portal's language; null when Stripe decides."),
    livemode: field(Boolean, 'False in test mode, where no money moves.'),
    createdAt: field(Date, 'When the session was opened.'),
  },
);

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
  created: seconds,
});

/** The SDK returns any body of a 200, so this refuses all but the session that was asked for. @throws StripeUnavailableError */
export function readSession(answer: unknown, asked: AskedSession, livemode: boolean): PortalSession {
  const { success, data } = sessionSchema.safeParse(answer);
  if (!success) throw refuse('something other than a portal session');
  const { customer, configuration, return_url: returnUrl, created, ...session } = data;
  // The return URL is not compared: Stripe may normalize it.
  if (customer !== asked.customer) throw refuse('a portal session of another customer');
  if (session.livemode !== livemode) throw refuse('a portal session of another mode');
  if (asked.configuration !== undefined && configuration !== asked.configuration)
    throw refuse('a portal session of another configuration');
  if (!portalUrl.test(session.url)) throw refuse('a portal session that has an unsafe URL');
  return { ...session, returnUrl, configurationId: configuration, createdAt: new Date(created * 1000) };
}

function refuse(what: string): StripeUnavailableError {
  return new StripeUnavailableError(new Error(`Stripe answered with ${what}`));
}

/** With any host, since an account can have a domain of its own for the portal; the local Stripe speaks http. */
const portalUrl = /^(https:\/\/[\w.-]+|http:\/\/(localhost|\[::1\]|127(\.\d+){3}))(:\d+)?\/[!-[\]-~]*$/;
