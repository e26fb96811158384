import type { AuditIntent } from '../audit/audit-trail.service.ts';
import { checkUserId } from '../customers/customer-directory.ts';
import { CustomerNotFoundError } from '../customers/customer.errors.ts';
import { findStripeCustomer } from '../customers/stripe-customer.ts';
import { BadUserInputError } from '../shared/errors.ts';
import { type EmailLink, createLinkToken, isLinkId, linkPath, toLinkId } from './email-link-register.ts';
import type { EmailLinkParts } from './email-link-visits.service.ts';

type Actor = AuditIntent['actor'];

interface LinkRequest extends Pick<EmailLink, 'userId' | 'returnUrl' | 'flow' | 'singleUse'> {
  /** In seconds. */
  readonly expiresIn: number;
}

const minuteSeconds = 60;
const daySeconds = 24 * 60 * minuteSeconds;
export const defaultLifeSeconds = 7 * daySeconds;
const longestLifeDays = 30;
const notLinked = 'This user is not linked to a customer.';

/** Administrators' operations on e-mail links. Every change is recorded in the audit trail; a link's URL never is. */
export class EmailLinks {
  constructor(private readonly parts: EmailLinkParts) {}

  /** Returns the only copy of the link's URL. @throws CustomerNotFoundError, ReturnUrlNotAllowedError, BadUserInputError */
  create(actor: Actor, request: LinkRequest): Promise<EmailLink & { readonly url: string }> {
    const { userId, flow, expiresIn, singleUse } = request;
    const token = createLinkToken();
    const id = toLinkId(token);
    const use = singleUse ? 'once' : 'repeated';
    const details = { link: id, flow: flow?.type, expiresIn: `${expiresIn} s`, use };
    const intent = { actor, action: 'create_portal_link', userId, details } as const;
    return this.parts.audit.record(intent, async (operation) => {
      const url = this.toUrl(token);
      const returnUrl = this.check(request);
      const mapping = await this.parts.customers.findByUserId(userId);
      if (mapping === null) throw new CustomerNotFoundError(notLinked);
      const { stripeCustomerId } = mapping;
      operation.aimAt(stripeCustomerId);
      if ((await findStripeCustomer(this.parts.stripe, stripeCustomerId)) === null)
        throw new CustomerNotFoundError('Stripe no longer has the customer who is linked to this user.');
      const createdAt = this.parts.now();
      const expiresAt = new Date(createdAt.getTime() + expiresIn * 1000);
      const link = { id, userId, stripeCustomerId, returnUrl, flow, singleUse, createdAt, expiresAt };
      await this.parts.links.add(link);
      // An erasure removes the mapping before the links: one that came in between is seen now, or removes this link itself.
      if ((await this.parts.customers.findByUserId(userId)) !== null) return { ...link, usedAt: null, url };
      await this.parts.links.remove(link);
      throw new CustomerNotFoundError(notLinked);
    });
  }

  /** Lists a user's links, newest first, until 30 days after their expiry. @throws BadUserInputError, StoreUnavailableError */
  async list(userId: string): Promise<readonly EmailLink[]> {
    checkUserId(userId);
    const links = await this.parts.links.listOf(userId);
    return links.toSorted((one, other) => other.createdAt.getTime() - one.createdAt.getTime());
  }

  async revoke(actor: Actor, id: string): Promise<boolean> {
    // A URL or a token that is passed by mistake must not be recorded in the audit trail.
    if (!isLinkId(id)) throw new BadUserInputError('Not a link id: link ids have 64 hexadecimal digits.');
    const link = await this.parts.links.find(id);
    const about = { userId: link?.userId, target: link?.stripeCustomerId, details: { link: id } };
    const intent = { actor, action: 'revoke_portal_link', ...about } as const;
    return this.parts.audit.record(intent, () => this.remove(link));
  }

  revokeAllOf(actor: Actor, userId: string): Promise<number> {
    const intent = { actor, action: 'revoke_portal_link', userId, details: { links: 'all' } } as const;
    return this.parts.audit.record(intent, async () => {
      let count = 0;
      for (const link of await this.list(userId)) if (await this.remove(link)) count += 1;
      return count;
    });
  }

  /** Checks a request without calling Stripe, and returns the return URL in the form for Stripe. */
  private check({ returnUrl, expiresIn, flow }: LinkRequest): string {
    if (expiresIn < minuteSeconds || expiresIn > longestLifeDays * daySeconds)
      throw new BadUserInputError(
        `\`expiresIn\` must be a whole number of seconds from ${minuteSeconds} (a minute) to ` +
          `${longestLifeDays * daySeconds} (${longestLifeDays} days).`,
      );
    return this.parts.sessions.check({ returnUrl, flow }).return_url;
  }

  private toUrl(token: string): string {
    const { publicUrl } = this.parts;
    if (publicUrl === null)
      throw new BadUserInputError(
        'Links cannot be created: PUBLIC_URL, the public address of this service, is not set.',
      );
    return `${publicUrl.href.replace(/\/$/, '')}${linkPath}/${token}`;
  }

  private async remove(link: EmailLink | null): Promise<boolean> {
    const works = link?.usedAt === null && link.expiresAt > this.parts.now();
    return works && this.parts.links.remove(link);
  }
}
