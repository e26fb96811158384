import { AuditAction } from '../audit/audit-action.ts';
import type { AuditIntent, AuditTrail } from '../audit/audit-trail.service.ts';
import { BadUserInputError } from '../shared/errors.ts';
import type { Page, PageRequest } from '../graphql/connection.ts';
import type { StripeClient } from '../stripe/stripe-client.ts';
import { type Attribute, readAttributes } from './customer-attributes.ts';
import type { CustomerConflicts } from './customer-conflicts.ts';
import {
  type CustomerDirectory,
  type MappingIds,
  type CustomerMapping,
  checkMappingIds,
} from './customer-directory.ts';
import { CustomerNotFoundError } from './customer.errors.ts';
import { findStripeCustomer } from './stripe-customer.ts';
import type { UserUnlinking } from './user-unlinking.service.ts';

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
   * Links a user to a customer that exists at Stripe.
   * @throws CustomerNotFoundError, UserAlreadyLinkedError, CustomerAlreadyLinkedError, BadUserInputError
   */
  async link(actor: Actor, link: MappingIds): Promise<CustomerMapping> {
    const { mapping } = await this.linkOnRecord(actor, link, async () => {
      if ((await findStripeCustomer(this.parts.stripe, link.stripeCustomerId)) === null)
        throw new CustomerNotFoundError('Stripe has no such customer in this mode of the account.');
    });
    return mapping;
  }

  /**
   * Links a user to a customer without asking Stripe whether it has the customer.
   * @throws UserAlreadyLinkedError, CustomerAlreadyLinkedError, BadUserInputError
   */
  linkUnverified(actor: Actor, link: MappingIds): ReturnType<CustomerDirectory['link']> {
    return this.linkOnRecord(actor, link, () => Promise.resolve());
  }

  private linkOnRecord(
    actor: Actor,
    link: MappingIds,
    verify: () => Promise<void>,
  ): ReturnType<CustomerDirectory['link']> {
    const { userId, stripeCustomerId: target } = link;
    const intent = { actor, action: AuditAction.LINK_CUSTOMER, userId, target };
    return this.parts.audit.record(intent, async () => {
      checkMappingIds(link);
      await verify();
      const linked = await this.parts.directory.link(link);
      await this.parts.conflicts.remove(link);
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
