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
