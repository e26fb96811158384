import { AuditAction } from '../audit/audit-log.ts';
import { type AuditTrail, stripeItself } from '../audit/audit-trail.service.ts';
import type { AutomaticMappings } from '../customers/removed-mappings.ts';
import type { CustomerConflicts } from '../customers/customer-conflicts.ts';
import {
  type CustomerDirectory,
  type MappingIds,
  mappingIdsSchema,
} from '../customers/customer-directory.ts';
import {
  CustomerAlreadyLinkedError,
  MappingRemovedError,
  UserAlreadyLinkedError,
} from '../customers/customer.errors.ts';
import type { Logger } from '../logging/logger.ts';
import type { Leases } from '../records/leases.ts';
import type { WebhookEvent } from './webhook-event.ts';

interface EventMappingsParts {
  readonly directory: CustomerDirectory;
  readonly links: AutomaticMappings;
  readonly conflicts: CustomerConflicts;
  readonly audit: AuditTrail;
  readonly leases: Leases;
  readonly logger: Logger;
}

/** Links users to customers when Stripe's objects name both. A mapping is never replaced, and a removed one is never restored. */
export class EventMappings {
  constructor(private readonly parts: EventMappingsParts) {}

  /** @param userId the id that the product's server wrote at Stripe; an invalid id names no user */
  async link(userId: string | undefined, stripeCustomerId: string, event: WebhookEvent): Promise<void> {
    const { success, data: link } = mappingIdsSchema.safeParse({ userId, stripeCustomerId });
    if (!success) return;
    // Several events may name the same user at once, but the trail needs one entry for one new mapping.
    await this.parts.leases.runExclusive(`customer:${stripeCustomerId}`, () => this.linkAlone(link, event));
  }

  private async linkAlone(link: MappingIds, event: WebhookEvent): Promise<void> {
    const { directory, links } = this.parts;
    const { userId, stripeCustomerId } = link;
    const ofUser = await directory.findByUserId(userId);
    if (ofUser?.stripeCustomerId === stripeCustomerId) return;
    if (!(await links.isAllowed(link))) {
      this.logRemoved(link, event);
      return;
    }
    const ofCustomer = await directory.findByStripeCustomerId(stripeCustomerId);
    if (ofUser !== null || ofCustomer !== null) await this.reportConflict(link, event);
    else await this.linkUnlessTaken(link, event);
  }

  private async linkUnlessTaken(link: MappingIds, event: WebhookEvent): Promise<void> {
    try {
      await this.linkOnRecord(link, event);
    } catch (error) {
      // Another mapping was created meanwhile, or this one removed.
      if (error instanceof MappingRemovedError) this.logRemoved(link, event);
      else if (error instanceof UserAlreadyLinkedError || error instanceof CustomerAlreadyLinkedError)
        await this.reportConflict(link, event);
      else throw error;
    }
  }

  private async linkOnRecord(link: MappingIds, event: WebhookEvent): Promise<void> {
    const { userId, stripeCustomerId: target } = link;
    const intent = {
      actor: stripeItself,
      action: AuditAction.LINK_CUSTOMER_BY_EVENT,
      userId,
      target,
      details: { eventId: event.id },
    } as const;
    await this.parts.audit.record(intent, () => this.parts.links.link(link));
  }

  /** The line does not contain the user's id: the user may have been erased. */
  private logRemoved({ stripeCustomerId }: MappingIds, { id, type }: WebhookEvent): void {
    this.parts.logger.info(
      { eventId: id, eventType: type, stripeCustomerId },
      'mapping not restored by an event: it was removed',
    );
  }

  private async reportConflict(link: MappingIds, { id, type, createdAt }: WebhookEvent): Promise<void> {
    const { stripeCustomerId } = link;
    this.parts.logger.warn(
      { eventId: id, eventType: type, stripeCustomerId },
      'customer conflict: a customer at Stripe names a user, but one of them is linked elsewhere; an administrator has to resolve it',
    );
    await this.parts.conflicts.report(link, { actor: stripeItself, eventId: id, at: createdAt });
  }
}
