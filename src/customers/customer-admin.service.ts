import { AuditAction } from '../audit/audit-log.ts';
import type { AuditIntent, AuditTrail } from '../audit/audit-trail.service.ts';
import type { Caller } from '../auth/claims.ts';
import type { Page, PageRequest } from '../graphql/connection.ts';
import type { Leases } from '../records/leases.ts';
import { BadUserInputError } from '../shared/errors.ts';
import type { StripeClient } from '../stripe/stripe-client.ts';
import { type Attribute, readAttributes } from './customer-attributes.ts';
import type { CustomerConflict, CustomerConflicts } from './customer-conflicts.ts';
import {
  type CustomerDirectory,
  type CustomerMapping,
  type MappingIds,
  checkMappingIds,
} from './customer-directory.ts';
import { CustomerNotFoundError } from './customer.errors.ts';
import type { RemovedMappings, UserUnlinking } from './removed-mappings.ts';
import { findStripeCustomer } from './stripe-customer.ts';

/** Omitted fields stay unchanged. */
export interface RequestedChanges {
  /** Null removes the contract. */
  readonly contractEndsAt?: Date | null | undefined;
  readonly attributes?: readonly Attribute[] | undefined;
}

type Actor = AuditIntent['actor'];

export interface CustomerAdminParts {
  readonly directory: CustomerDirectory;
  readonly conflicts: CustomerConflicts;
  readonly unlinking: UserUnlinking;
  readonly stripe: StripeClient;
  readonly audit: AuditTrail;
}

/** Reads and changes the mappings of all users, for administrators. The audit trail has every change. */
export class CustomerAdmin {
  constructor(private readonly parts: CustomerAdminParts) {}

  async list(page: PageRequest): Promise<Page<CustomerMapping>> {
    const { mappings, hasNextPage } = await this.parts.directory.list(page);
    return { items: mappings, hasNextPage };
  }

  /** Finds a mapping by exactly one of the two ids. @throws BadUserInputError */
  find({ userId, stripeCustomerId }: Partial<MappingIds>): Promise<CustomerMapping | null> {
    if (userId !== undefined && stripeCustomerId === undefined)
      return this.parts.directory.findByUserId(userId);
    if (userId === undefined && stripeCustomerId !== undefined)
      return this.parts.directory.findByStripeCustomerId(stripeCustomerId);
    throw new BadUserInputError('Pass either `userId` or `stripeCustomerId`.');
  }

  /**
   * Links a user to a customer.
   * @param verify whether to ask Stripe first whether the customer exists
   * @throws CustomerNotFoundError, UserAlreadyLinkedError, CustomerAlreadyLinkedError, BadUserInputError
   */
  link(actor: Actor, link: MappingIds, verify: boolean): ReturnType<CustomerDirectory['link']> {
    const { directory, conflicts, stripe, audit } = this.parts;
    const { userId, stripeCustomerId: target } = link;
    const intent = { actor, action: AuditAction.LINK_CUSTOMER, userId, target };
    return audit.record(intent, async () => {
      checkMappingIds(link);
      if (verify && (await findStripeCustomer(stripe, target)) === null)
        throw new CustomerNotFoundError('Stripe has no such customer in this mode of the account.');
      const linked = await directory.link(link);
      await conflicts.remove(link);
      return linked;
    });
  }

  /** Removes a mapping and returns it. Only `link` can restore it. @throws CustomerNotFoundError, BadUserInputError */
  unlink(actor: Actor, userId: string): Promise<CustomerMapping> {
    const intent = { actor, action: AuditAction.UNLINK_CUSTOMER, userId };
    return this.parts.audit.record(intent, async (operation) => {
      const mapping = requireMapping(await this.parts.unlinking.unlink(userId));
      operation.aimAt(mapping.stripeCustomerId);
      return mapping;
    });
  }

  /** Changes the given fields of a mapping. @throws CustomerNotFoundError, BadUserInputError */
  update(actor: Actor, userId: string, changes: RequestedChanges): Promise<CustomerMapping> {
    const { contractEndsAt, attributes } = changes;
    const details = {
      contractEndsAt: contractEndsAt === null ? 'none' : contractEndsAt?.toISOString(),
      attributes: attributes && `${attributes.length} set`,
    };
    const intent = { actor, action: AuditAction.UPDATE_CUSTOMER_MAPPING, userId, details };
    return this.parts.audit.record(intent, async (operation) => {
      const mapping = requireMapping(
        await this.parts.directory.update(userId, {
          contractEndsAt,
          attributes: attributes && readAttributes(attributes),
        }),
      );
      operation.aimAt(mapping.stripeCustomerId);
      return mapping;
    });
  }
}

function requireMapping(mapping: CustomerMapping | null): CustomerMapping {
  if (mapping === null) throw new CustomerNotFoundError('This user is not linked to a customer.');
  return mapping;
}

/** `keep_current` keeps the mappings; `take_other` links the user to the customer of the conflict. */
export type ConflictResolution = 'keep_current' | 'take_other';

/** A conflict with the current mappings of its user and its customer. */
export interface OpenConflict extends CustomerConflict {
  /** The customer that the user is linked to; null when the user is not linked. */
  readonly linkedCustomerId: string | null;
  /** The user that the customer is linked to; null when the customer is not linked. */
  readonly linkedUserId: string | null;
}

export interface ConflictAdminParts extends CustomerAdminParts {
  readonly removedMappings: RemovedMappings;
  readonly leases: Leases;
}

/** Lists and resolves conflicts for administrators. Every resolution is recorded in the audit trail. */
export class ConflictAdmin {
  constructor(private readonly parts: ConflictAdminParts) {}

  /** A page may be shorter than requested, because conflicts that were resolved by linking are left out. */
  async list(page: PageRequest): Promise<Page<OpenConflict>> {
    const { items, hasNextPage } = await this.parts.conflicts.list(page);
    const conflicts = await Promise.all(items.map((conflict) => this.addMappings(conflict)));
    return { items: conflicts.filter((conflict) => !isOver(conflict)), hasNextPage };
  }

  /**
   * Resolves a conflict, and returns the user's mapping afterwards.
   * @throws BadUserInputError, CustomerNotFoundError, LeaseTakenError, and the errors of Stripe and the store
   */
  async resolve(caller: Caller, id: string, resolution: ConflictResolution): Promise<CustomerMapping | null> {
    const found = await this.parts.conflicts.find(id);
    if (found === null) throw new BadUserInputError('No conflict has this id. It may already be resolved.');
    const { userId, stripeCustomerId: target, linkedCustomerId } = await this.addMappings(found);
    const details = { resolution, linkedBefore: linkedCustomerId ?? 'none' };
    const intent = { actor: caller, action: AuditAction.RESOLVE_CUSTOMER_CONFLICT, userId, target, details };
    return this.parts.audit.record(intent, () =>
      // Events link users under the same lease.
      this.parts.leases.runExclusive(`customer:${target}`, async () => {
        if (resolution === 'keep_current') await this.parts.removedMappings.add(found);
        else await this.take(found);
        await this.parts.conflicts.remove(found);
        return this.parts.directory.findByUserId(userId);
      }),
    );
  }

  /** After a crash halfway, the conflict still exists, and resolving it again continues. */
  private async take({ userId, stripeCustomerId }: CustomerConflict): Promise<void> {
    const { directory, unlinking, stripe } = this.parts;
    if ((await findStripeCustomer(stripe, stripeCustomerId)) === null)
      throw new CustomerNotFoundError('Stripe has no such customer in this mode of the account.');
    const ofCustomer = await directory.findByStripeCustomerId(stripeCustomerId);
    if (ofCustomer?.userId === userId) return;
    if (ofCustomer !== null) await unlinking.unlink(ofCustomer.userId);
    const before = await unlinking.unlink(userId);
    await directory.link({ userId, stripeCustomerId });
    if (before !== null) {
      const { contractEndsAt, attributes } = before;
      await directory.update(userId, { contractEndsAt, attributes });
    }
  }

  private async addMappings(conflict: CustomerConflict): Promise<OpenConflict> {
    const { directory } = this.parts;
    const [ofUser, ofCustomer] = await Promise.all([
      directory.findByUserId(conflict.userId),
      directory.findByStripeCustomerId(conflict.stripeCustomerId),
    ]);
    return {
      ...conflict,
      linkedCustomerId: ofUser?.stripeCustomerId ?? null,
      linkedUserId: ofCustomer?.userId ?? null,
    };
  }
}

/** Whether an administrator already linked the two. */
function isOver({ stripeCustomerId, linkedCustomerId }: OpenConflict): boolean {
  return linkedCustomerId === stripeCustomerId;
}
