import { AuditAction } from '../audit/audit-action.ts';
import { type AuditTrail, stripeItself } from '../audit/audit-trail.service.ts';
import {
  type CustomerDirectory,
  type CustomerLink,
  customerLinkSchema,
} from '../customers/customer-directory.ts';
import { CustomerAlreadyLinkedError, UserAlreadyLinkedError } from '../customers/customer.errors.ts';
import type { Logger } from '../logger.ts';
import type { Leases } from '../records/leases.ts';
import type { WebhookEvent } from './webhook-event.ts';

/** Links users to customers as Stripe's objects name them. A link that is there is never changed. */
export class EventLinks {
  constructor(
    private readonly directory: CustomerDirectory,
    private readonly audit: AuditTrail,
    private readonly leases: Leases,
    private readonly logger: Logger,
  ) {}

  /** @param userId what the product's server wrote at Stripe; what is no user's id names nobody */
  async link(userId: string | undefined, stripeCustomerId: string, event: WebhookEvent): Promise<void> {
    const { success, data: link } = customerLinkSchema.safeParse({ userId, stripeCustomerId });
    if (!success) return;
    // Several events name the same user at once, and one link is one entry on the record.
    await this.leases.runExclusive(`customer:${stripeCustomerId}`, async () => {
      const ofUser = await this.directory.findByUserId(link.userId);
      if (ofUser?.stripeCustomerId === stripeCustomerId) return;
      const ofCustomer = await this.directory.findByStripeCustomerId(stripeCustomerId);
      if (ofUser === null && ofCustomer === null) await this.linkOnRecord(link, event);
      else this.warn(event, stripeCustomerId);
    });
  }

  private async linkOnRecord(link: CustomerLink, event: WebhookEvent): Promise<void> {
    const { userId, stripeCustomerId: target } = link;
    const intent = {
      actor: stripeItself,
      action: AuditAction.LINK_CUSTOMER_BY_EVENT,
      userId,
      target,
      details: { eventId: event.id },
    } as const;
    try {
      await this.audit.record(intent, () => this.directory.link(link));
    } catch (error) {
      // Somebody else was linked at the same time.
      if (!(error instanceof UserAlreadyLinkedError || error instanceof CustomerAlreadyLinkedError))
        throw error;
      this.warn(event, target);
    }
  }

  private warn({ id, type }: WebhookEvent, stripeCustomerId: string): void {
    this.logger.warn(
      { eventId: id, eventType: type, stripeCustomerId },
      'Stripe names a user for a customer, and one of them is linked elsewhere: the link stays as it is',
    );
  }
}
