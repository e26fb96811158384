import type { AuditIntent } from '../audit/audit-trail.service.ts';
import type { Platform } from '../platform.ts';
import { type Erasure, type UserToErase, countOf } from '../shared/erasure.ts';
import { BadUserInputError } from '../shared/errors.ts';
import type { Page, PageRequest } from '../shared/page.ts';
import type { CreationAttempts } from './creation-attempts.ts';
import type { CustomerConflict, CustomerConflicts } from './customer-conflicts.ts';
import {
  type Attribute,
  type CustomerDirectory,
  type CustomerMapping,
  type MappingIds,
  checkMappingIds,
  readAttributes,
} from './customer-directory.ts';
import type { CustomerConflict as OpenConflict } from './customer-mapping.types.ts';
import { CustomerNotFoundError } from './customer.errors.ts';
import { findStripeCustomer } from './stripe-customer.ts';
import type { UserMappings } from './user-mappings.ts';

type Actor = AuditIntent['actor'];

/** `keep_current` keeps the mappings; `take_other` links the user to the customer of the conflict. */
export type ConflictResolution = 'keep_current' | 'take_other';

export interface CustomerAdminParts extends Pick<Platform, 'stripe' | 'audit' | 'leases'> {
  readonly directory: CustomerDirectory;
  readonly mappings: UserMappings;
  readonly attempts: CreationAttempts;
  readonly conflicts: CustomerConflicts;
}

/** Reads and changes the mappings of all users and their conflicts, for administrators. The audit trail has every change. */
export class CustomerAdmin {
  constructor(private readonly parts: CustomerAdminParts) {}

  list(page: PageRequest): Promise<Page<CustomerMapping>> {
    return this.parts.directory.list(page);
  }

  /** Finds a mapping by exactly one of the two ids. @throws BadUserInputError */
  find(userId: string | null, stripeCustomerId: string | null): Promise<CustomerMapping | null> {
    const { directory } = this.parts;
    if (userId !== null && stripeCustomerId === null) return directory.findByUserId(userId);
    if (userId === null && stripeCustomerId !== null)
      return directory.findByStripeCustomerId(stripeCustomerId);
    throw new BadUserInputError('Pass either `userId` or `stripeCustomerId`.');
  }

  /** @param verify whether to ask Stripe first whether the customer exists. @throws CustomerNotFoundError, and the directory's errors */
  link(actor: Actor, link: MappingIds, verify: boolean): ReturnType<CustomerDirectory['link']> {
    const { directory, conflicts, audit } = this.parts;
    const { userId, stripeCustomerId: target } = link;
    return audit.record({ actor, action: 'link_customer', userId, target }, async () => {
      checkMappingIds(link);
      if (verify) await this.requireAtStripe(target);
      const linked = await directory.link(link);
      await conflicts.remove(link);
      return linked;
    });
  }

  /** Removes a mapping and returns it. Only `link` can restore it. @throws CustomerNotFoundError, BadUserInputError */
  unlink(actor: Actor, userId: string): Promise<CustomerMapping> {
    return this.change({ actor, action: 'unlink_customer', userId }, () =>
      this.parts.mappings.unlink(userId),
    );
  }

  /** Changes the given fields of a mapping; null removes the contract. @throws CustomerNotFoundError, BadUserInputError */
  update(
    actor: Actor,
    userId: string,
    contractEndsAt: CustomerMapping['contractEndsAt'] | undefined,
    attributes: readonly Attribute[] | undefined,
  ): Promise<CustomerMapping> {
    const details = {
      contractEndsAt: contractEndsAt === null ? 'none' : contractEndsAt?.toISOString(),
      attributes: attributes && `${attributes.length} set`,
    };
    return this.change({ actor, action: 'update_customer_mapping', userId, details }, async () =>
      this.parts.directory.update(userId, {
        contractEndsAt,
        attributes: attributes && readAttributes(attributes),
      }),
    );
  }

  /** A page may be shorter than requested, because conflicts that were resolved by linking are left out. */
  async listConflicts(page: PageRequest): Promise<Page<OpenConflict>> {
    const { items, hasNextPage } = await this.parts.conflicts.list(page);
    const conflicts = await Promise.all(items.map((conflict) => this.addMappings(conflict)));
    const isOpen = (conflict: OpenConflict): boolean =>
      conflict.linkedCustomerId !== conflict.stripeCustomerId;
    return { items: conflicts.filter(isOpen), hasNextPage, end: conflicts.at(-1) };
  }

  /** Returns the user's mapping afterwards. @throws BadUserInputError, CustomerNotFoundError, LeaseTakenError */
  async resolveConflict(
    actor: Actor,
    id: string,
    resolution: ConflictResolution,
  ): Promise<CustomerMapping | null> {
    const { directory, mappings, conflicts, audit, leases } = this.parts;
    const found = await this.getConflict(id);
    const { userId, stripeCustomerId: target, linkedCustomerId } = await this.addMappings(found);
    const details = { resolution, linkedBefore: linkedCustomerId ?? 'none' };
    const intent = { actor, action: 'resolve_customer_conflict', userId, target, details } as const;
    return audit.record(intent, () =>
      // Events link users under the same lease.
      leases.runExclusive(`customer:${target}`, async () => {
        // Another administrator may have resolved it meanwhile.
        await this.getConflict(id);
        if (resolution === 'keep_current') await mappings.forbid(found);
        else await this.take(actor, found);
        await conflicts.remove(found);
        return directory.findByUserId(userId);
      }),
    );
  }

  async erase({ userId }: UserToErase): Promise<Erasure> {
    const { mappings, attempts, conflicts } = this.parts;
    const attemptCount = await attempts.removeOf(userId);
    const others = await conflicts.listOf(userId);
    const mapping = await mappings.unlink(userId);
    for (const conflict of others) {
      // Without the user's mapping, an event could now link the user to this customer.
      await mappings.forbid(conflict);
      await conflicts.remove(conflict);
    }
    const removed = [
      mapping && `the link to ${mapping.stripeCustomerId}, with its contract end and attributes`,
      others.length > 0 && `${countOf(others.length, 'conflict', 'conflicts')} about other customers`,
      attemptCount > 0 && 'the parameters of a customer creation in the last two days',
    ].filter((description) => typeof description === 'string');
    const remaining = mapping === null ? others : [mapping, ...others];
    return { removed, stripeCustomerIds: remaining.map(({ stripeCustomerId }) => stripeCustomerId) };
  }

  private change(
    intent: AuditIntent,
    effect: () => Promise<CustomerMapping | null>,
  ): Promise<CustomerMapping> {
    return this.parts.audit.record(intent, async (operation) => {
      const mapping = await effect();
      if (mapping === null) throw new CustomerNotFoundError('This user is not linked to a customer.');
      operation.aimAt(mapping.stripeCustomerId);
      return mapping;
    });
  }

  private async requireAtStripe(stripeCustomerId: string): Promise<void> {
    if ((await findStripeCustomer(this.parts.stripe, stripeCustomerId)) === null)
      throw new CustomerNotFoundError('Stripe has no such customer in this mode of the account.');
  }

  private async getConflict(id: string): Promise<CustomerConflict> {
    const found = await this.parts.conflicts.find(id);
    if (found === null) throw new BadUserInputError('No conflict has this id. It may already be resolved.');
    return found;
  }

  /** After a crash halfway, the conflict still exists, and resolving it again continues. */
  private async take(actor: Actor, { userId, stripeCustomerId }: CustomerConflict): Promise<void> {
    const { directory, mappings } = this.parts;
    await this.requireAtStripe(stripeCustomerId);
    const ofCustomer = await directory.findByStripeCustomerId(stripeCustomerId);
    if (ofCustomer?.userId === userId) return;
    if (ofCustomer !== null) await this.unlink(actor, ofCustomer.userId);
    if ((await mappings.move(userId, stripeCustomerId)) === null)
      await directory.link({ userId, stripeCustomerId });
  }

  private async addMappings(conflict: CustomerConflict): Promise<OpenConflict> {
    const { directory } = this.parts;
    const [ofUser, ofCustomer] = await Promise.all([
      directory.findByUserId(conflict.userId),
      directory.findByStripeCustomerId(conflict.stripeCustomerId),
    ]);
    const linkedCustomerId = ofUser?.stripeCustomerId ?? null;
    return { ...conflict, linkedCustomerId, linkedUserId: ofCustomer?.userId ?? null };
  }
}
