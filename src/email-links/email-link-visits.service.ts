import { setTimeout as wait } from 'node:timers/promises';
import type { CustomerDirectory, CustomerMapping } from '../customers/customer-directory.ts';
import { CustomerGoneError, CustomerNotFoundError } from '../customers/customer.errors.ts';
import { findStripeCustomer } from '../customers/stripe-customer.ts';
import type { Platform } from '../platform.ts';
import type { PortalSession } from '../portal/portal-session.ts';
import type { PortalSessions } from '../portal/portal-sessions.service.ts';
import { type EmailLink, type EmailLinkRegister, toLinkId } from './email-link-register.ts';

export interface EmailLinkParts extends Pick<Platform, 'leases' | 'stripe' | 'now' | 'audit'> {
  readonly links: EmailLinkRegister;
  readonly customers: CustomerDirectory;
  readonly sessions: PortalSessions;
  /** The public base URL of this service; without it, links cannot be created. */
  readonly publicUrl: URL | null;
}

/** A link is refused for reasons of its own. A person in a browser sees a page for it; API clients never get this error. */
export class EmailLinkRefusedError extends Error {
  /** @param page `try_again` when the browser disconnected: the link can be used later */
  constructor(readonly page: 'unknown' | 'expired' | 'used' | 'try_again') {
    super(`The link was refused: ${page}`);
  }
}

/** A page must not wait for long while Stripe is down. The button then reports what Stripe says. */
const stripePatienceMs = 2_000;

export class EmailLinkVisits {
  constructor(private readonly parts: EmailLinkParts) {}

  /** Checks a link without using it up. It passes when Stripe does not answer soon. @throws as `open` */
  async check(token: string): Promise<void> {
    const link = await this.getUsable(token);
    await this.getMapping(link);
    this.parts.sessions.check(link);
    const customer = findStripeCustomer(this.parts.stripe, link.stripeCustomerId).catch(() => undefined);
    const found = await Promise.race([customer, wait(stripePatienceMs, undefined, { ref: false })]);
    if (found === null) throw new CustomerGoneError();
  }

  /** A failure never uses up a single-use link. @param isAwaited whether the client still waits. @throws EmailLinkRefusedError */
  async open(token: string, isAwaited: () => boolean): Promise<PortalSession> {
    const link = await this.getUsable(token);
    if (!link.singleUse) return this.openSession(link, token);
    // One request at a time opens a session. The others are refused when it succeeds, and try in turn when it fails.
    return this.parts.leases.runExclusive(`portal-link:${link.id}`, () => this.useUp(token, isAwaited), {
      recheck: () => this.getUsable(token),
    });
  }

  private async useUp(token: string, isAwaited: () => boolean): Promise<PortalSession> {
    const link = await this.getUsable(token);
    const session = await this.openSession(link, token);
    // A second press of the button cancels the first request, so the browser ignores this response.
    if (!isAwaited()) throw new EmailLinkRefusedError('try_again');
    // This insert and not the lease decides which request gets the session: work can outlast a lease.
    if (!(await this.parts.links.use(link, this.parts.now()))) throw new EmailLinkRefusedError('used');
    return session;
  }

  private async openSession(link: EmailLink, token: string): Promise<PortalSession> {
    const { returnUrl, flow } = link;
    const session = await this.parts.sessions.createFor(await this.getMapping(link), { returnUrl, flow });
    // While Stripe answered, the link may have been revoked or the user unlinked.
    await this.getMapping(await this.getUsable(token));
    return session;
  }

  private async getUsable(token: string): Promise<EmailLink> {
    const link = await this.parts.links.find(toLinkId(token));
    if (link === null) throw new EmailLinkRefusedError('unknown');
    if (link.usedAt !== null) throw new EmailLinkRefusedError('used');
    if (link.expiresAt <= this.parts.now()) throw new EmailLinkRefusedError('expired');
    return link;
  }

  /** Returns the user's mapping, if the user still has the customer for which the link was created. */
  private async getMapping({ userId, stripeCustomerId }: EmailLink): Promise<CustomerMapping> {
    const mapping = await this.parts.customers.findByUserId(userId);
    if (mapping?.stripeCustomerId !== stripeCustomerId) throw new CustomerNotFoundError();
    return mapping;
  }
}
