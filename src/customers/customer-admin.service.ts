import { AuditAction } from '../audit/audit-action.ts';
import type { AuditTrail } from '../audit/audit-trail.service.ts';
import type { Caller } from '../auth/caller.ts';
import { BadUserInputError } from '../shared/errors.ts';
import type { Page, PageRequest } from '../graphql/connection.ts';
import type { RecordStore } from '../records/record-store.ts';
import type { StripeClient } from '../stripe/stripe-client.ts';
import { type Attribute, readAttributes } from './customer-attributes.ts';
import { removeConflict } from './customer-conflicts.ts';
import {
  type CustomerDirectory,
  type CustomerLink,
  type CustomerMapping,
  checkCustomerLink,
} from './customer-directory.ts';
import { CustomerNotFoundError } from './customer.errors.ts';
import { SnapshotRegister } from '../account/snapshot-register.ts';
import { findStripeCustomer } from './stripe-customer.ts';
import { unlinkUser } from './unlink-user.ts';

/** What is left out stays as it is. */
export interface RequestedChanges {
  /** Null for no contract. */
  readonly contractEndsAt?: Date | null | undefined;
  readonly attributes?: readonly Attribute[] | undefined;
}

/** What administrators do with everybody's mappings. Every change is on the record. */
export class CustomerAdmin {
  constructor(
    private readonly directory: CustomerDirectory,
    private readonly records: RecordStore,
    private readonly stripe: StripeClient,
    private readonly audit: AuditTrail,
  ) {}

  async list(page: PageRequest): Promise<Page<CustomerMapping>> {
    const { mappings, hasNextPage } = await this.directory.list(page);
    return { items: mappings, hasNextPage };
  }

  /** By one of the two ids. @throws BadUserInputError */
  find({ userId, stripeCustomerId }: Partial<CustomerLink>): Promise<CustomerMapping | null> {
    if (userId !== undefined && stripeCustomerId === undefined) return this.directory.findByUserId(userId);
    if (userId === undefined && stripeCustomerId !== undefined)
      return this.directory.findByStripeCustomerId(stripeCustomerId);
    throw new BadUserInputError('Give either userId or stripeCustomerId.');
  }

  /** Null when Stripe has the customer, as far as is known. */
  async findGoneSince(link: CustomerLink): Promise<Date | null> {
    return (await new SnapshotRegister(this.records).find(link))?.goneSince ?? null;
  }

  /**
   * Links a user to a customer that Stripe has.
   * @throws CustomerNotFoundError, UserAlreadyLinkedError, CustomerAlreadyLinkedError, BadUserInputError
   */
  link(caller: Caller, link: CustomerLink): Promise<CustomerMapping> {
    const { userId, stripeCustomerId: target } = link;
    const intent = { actor: caller, action: AuditAction.LINK_CUSTOMER, userId, target };
    return this.audit.record(intent, async () => {
      checkCustomerLink(link);
      if ((await findStripeCustomer(this.stripe, target)) === null)
        throw new CustomerNotFoundError('Stripe has no such customer, in this mode of its account.');
      const { mapping } = await this.directory.link(link);
      await removeConflict(this.records, link);
      return mapping;
    });
  }

  /** Removes a mapping for good and returns what was removed. Only `link` makes it again. @throws CustomerNotFoundError, BadUserInputError */
  unlink(caller: Caller, userId: string): Promise<CustomerMapping> {
    const intent = { actor: caller, action: AuditAction.UNLINK_CUSTOMER, userId };
    return this.audit.record(intent, async (operation) => {
      const mapping = requireMapping(
        await unlinkUser({ customers: this.directory, records: this.records }, userId),
      );
      operation.aimAt(mapping.stripeCustomerId);
      return mapping;
    });
  }

  /** Changes what is given and leaves the rest. @throws CustomerNotFoundError, BadUserInputError */
  update(caller: Caller, userId: string, changes: RequestedChanges): Promise<CustomerMapping> {
    const { contractEndsAt, attributes } = changes;
    const details = {
      contractEndsAt: contractEndsAt === null ? 'none' : contractEndsAt?.toISOString(),
      attributes: attributes && `${attributes.length} set`,
    };
    const intent = { actor: caller, action: AuditAction.UPDATE_CUSTOMER_MAPPING, userId, details };
    return this.audit.record(intent, async (operation) => {
      const mapping = requireMapping(
        await this.directory.update(userId, {
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
  if (mapping === null) throw new CustomerNotFoundError('No customer is linked to this user.');
  return mapping;
}
