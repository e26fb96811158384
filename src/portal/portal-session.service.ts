import type Stripe from 'stripe';
import { z } from 'zod';
import type { Caller } from '../auth/caller.ts';
import type { CustomerDirectory } from '../customers/customer-directory.ts';
import { CustomerNotFoundError } from '../customers/customer.errors.ts';
import type { StripeClient } from '../stripe/stripe-client.ts';
import { StripeRequestRefusedError, StripeUnavailableError, isMissing } from '../stripe/stripe.errors.ts';
import { getPortalLocale } from './portal-locale.ts';
import { PortalNotConfiguredError } from './portal.errors.ts';
import type { ReturnUrls } from './return-url.ts';

export interface PortalSessionRequest {
  readonly returnUrl: string;
  /** An IETF tag; Stripe decides by the customer and the browser when left out. */
  readonly locale?: string | undefined;
}

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

/** Opens portal sessions. */
export class PortalSessions {
  constructor(
    private readonly customers: CustomerDirectory,
    private readonly returnUrls: ReturnUrls,
    private readonly stripe: StripeClient,
  ) {}

  /**
   * Opens a session for the caller's own customer.
   * @throws ReturnUrlNotAllowedError, CustomerNotFoundError, PortalNotConfiguredError, and the errors of Stripe and the store
   */
  async create(caller: Caller, request: PortalSessionRequest): Promise<PortalSession> {
    const returnUrl = this.returnUrls.getAllowed(request.returnUrl);
    const locale = request.locale === undefined ? undefined : getPortalLocale(request.locale);
    const mapping = await this.customers.findByUserId(caller.userId);
    if (mapping === null) throw new CustomerNotFoundError();
    return this.open({
      customer: mapping.stripeCustomerId,
      return_url: returnUrl,
      ...(locale === undefined ? {} : { locale }),
    });
  }

  private async open(params: Stripe.BillingPortal.SessionCreateParams): Promise<PortalSession> {
    try {
      return readSession(
        await this.stripe.write((sdk, options) => sdk.billingPortal.sessions.create(params, options)),
      );
    } catch (error) {
      if (isMissing(error, 'customer')) throw new CustomerNotFoundError();
      if (isWithoutConfiguration(error)) throw new PortalNotConfiguredError();
      throw error;
    }
  }
}

/** Stripe gives this refusal no code of its own. */
function isWithoutConfiguration(error: unknown): boolean {
  return error instanceof StripeRequestRefusedError && error.reason.startsWith('No configuration provided');
}

const sessionSchema = z
  .object({
    id: z.string(),
    url: z.url({ protocol: /^https?$/ }),
    return_url: z.string(),
    configuration: z.string(),
    locale: z.string().nullable(),
    livemode: z.boolean(),
    created: z.number(),
  })
  .transform((session): PortalSession => ({
    id: session.id,
    url: session.url,
    returnUrl: session.return_url,
    configurationId: session.configuration,
    locale: session.locale,
    livemode: session.livemode,
    createdAt: new Date(session.created * 1000),
  }));

/** The SDK passes on whatever came with a 200: a session without a URL is a failure, not a session. */
function readSession(answer: unknown): PortalSession {
  const session = sessionSchema.safeParse(answer);
  if (!session.success)
    throw new StripeUnavailableError(new Error('Stripe answered what is no portal session'));
  return session.data;
}
