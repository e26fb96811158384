import type { CommandConfig } from '../config/command-config.ts';
import type { Feature, Platform } from '../platform.ts';
import { CreationAttempts } from './creation-attempts.ts';
import { CustomerAdminResolver } from './customer-admin.resolver.ts';
import { CustomerAdmin } from './customer-admin.service.ts';
import { CustomerConflicts } from './customer-conflicts.ts';
import { CustomerCreation, OwnCustomers } from './customer-creation.service.ts';
import type { CustomerDirectory } from './customer-directory.ts';
import { CustomerSubscriptions } from './customer-subscriptions.ts';
import { AutomaticMappings, RemovedMappings, UserUnlinking } from './removed-mappings.ts';
import { CustomersByMetadata } from './stripe-customer.ts';

/** The mappings from users to customers. */
export interface Customers extends Required<Pick<Feature, 'resolvers' | 'eraseUser'>> {
  readonly directory: CustomerDirectory;
  readonly subscriptions: CustomerSubscriptions;
  readonly automaticLinks: AutomaticMappings;
  readonly conflicts: CustomerConflicts;
  readonly ownCustomers: OwnCustomers;
  readonly admin: CustomerAdmin;
  readonly unlinking: UserUnlinking;
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
  const conflicts = new CustomerConflicts(records, audit, telemetry.metrics);
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
  const createsCustomers = config.customerCreation !== 'never';
  const parts = { directory, attempts, conflicts, unlinking, removedMappings, stripe, audit, leases };
  const admin = new CustomerAdmin(parts);
  return {
    directory,
    subscriptions: new CustomerSubscriptions(stripe),
    automaticLinks,
    conflicts,
    ownCustomers: new OwnCustomers(directory, createsCustomers ? creation : null, config.signUpUrl),
    admin,
    unlinking,
    resolvers: [new CustomerAdminResolver(admin)],
    eraseUser: (user) => admin.erase(user),
  };
}
