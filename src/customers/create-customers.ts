import type { CommandConfig } from '../config/command-config.ts';
import type { Platform } from '../platform.ts';
import { type Erasure, type UserToErase, countOf } from '../shared/erasure.ts';
import { AutomaticMappings, RemovedMappings, UserUnlinking } from './removed-mappings.ts';
import { ConflictAdminResolver, CustomerAdminResolver } from './customer-admin.resolver.ts';
import { ConflictAdmin, CustomerAdmin } from './customer-admin.service.ts';
import { CreationAttempts } from './creation-attempts.ts';
import { CustomerConflicts } from './customer-conflicts.ts';
import { CustomerCreation } from './customer-creation.service.ts';
import type { CustomerDirectory } from './customer-directory.ts';
import { CustomerSubscriptions } from './customer-subscriptions.ts';
import { CustomersByMetadata } from './stripe-customer.ts';
import { OwnCustomers } from './own-customers.service.ts';

/** Composes the mappings from users to customers. */
export interface Customers {
  readonly directory: CustomerDirectory;
  readonly subscriptions: CustomerSubscriptions;
  readonly automaticLinks: AutomaticMappings;
  readonly conflicts: CustomerConflicts;
  readonly ownCustomers: OwnCustomers;
  readonly admin: CustomerAdmin;
  readonly unlinking: UserUnlinking;
  readonly resolvers: readonly object[];
  eraseUser(user: UserToErase): Promise<Erasure>;
}

export function createCustomers(
  platform: Platform,
  config: Pick<CommandConfig, 'customerCreation' | 'linking' | 'signUpUrl'>,
): Customers {
  const { database, stripe, audit, leases, now, telemetry } = platform;
  const { customers: directory, records } = database;
  const removedMappings = new RemovedMappings(records);
  const automaticLinks = new AutomaticMappings(directory, removedMappings);
  const attempts = new CreationAttempts(records, now);
  const conflicts = new CustomerConflicts({ records, audit, metrics: telemetry.metrics });
  const unlinking = new UserUnlinking(directory, removedMappings, attempts);
  const creation = new CustomerCreation({
    directory,
    links: automaticLinks,
    customers: new CustomersByMetadata(stripe),
    attempts,
    conflicts,
    stripe,
    audit,
    now,
    metadataKey: config.linking.metadataKey,
  });
  const parts = { directory, conflicts, unlinking, removedMappings, stripe, audit, leases };
  const admin = new CustomerAdmin(parts);
  return {
    directory,
    subscriptions: new CustomerSubscriptions(stripe),
    automaticLinks,
    conflicts,
    ownCustomers: new OwnCustomers(
      directory,
      config.customerCreation === 'never' ? null : creation,
      config.signUpUrl,
    ),
    admin,
    unlinking,
    resolvers: [new CustomerAdminResolver(admin), new ConflictAdminResolver(new ConflictAdmin(parts))],
    eraseUser: (user) => eraseUser(user, { attempts, conflicts, removedMappings, unlinking }),
  };
}

interface ErasureParts {
  readonly attempts: CreationAttempts;
  readonly conflicts: CustomerConflicts;
  readonly removedMappings: RemovedMappings;
  readonly unlinking: UserUnlinking;
}

async function eraseUser({ userId }: UserToErase, parts: ErasureParts): Promise<Erasure> {
  const { attempts, conflicts, removedMappings, unlinking } = parts;
  const attemptCount = await attempts.removeOf(userId);
  const others = await conflicts.listOf(userId);
  const mapping = await unlinking.unlink(userId);
  for (const conflict of others) {
    // Without the user's mapping, an event could now link the user to this customer.
    await removedMappings.add(conflict);
    await conflicts.remove(conflict);
  }
  const removed = [
    mapping && `the link to ${mapping.stripeCustomerId}, with its contract end and attributes`,
    others.length > 0 && `${countOf(others.length, 'conflict', 'conflicts')} about other customers`,
    attemptCount > 0 && 'the parameters of a customer creation in the last two days',
  ].filter((description) => typeof description === 'string');
  const remaining = [...(mapping === null ? [] : [mapping]), ...others];
  return { removed, stripeCustomerIds: remaining.map(({ stripeCustomerId }) => stripeCustomerId) };
}
