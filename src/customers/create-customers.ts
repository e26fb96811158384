import type { CommandConfig } from '../config/command-config.ts';
import type { Feature, Platform } from '../platform.ts';
import { CreationAttempts } from './creation-attempts.ts';
import { CustomerAdminResolver } from './customer-admin.resolver.ts';
import { CustomerAdmin } from './customer-admin.service.ts';
import { CustomerConflicts } from './customer-conflicts.ts';
import { OwnCustomers } from './own-customers.service.ts';
import type { CustomerDirectory } from './customer-directory.ts';
import { CustomerSubscriptions } from './customer-subscriptions.ts';
import { UserMappings } from './user-mappings.ts';

export interface Customers extends Required<Pick<Feature, 'resolvers' | 'eraseUser'>> {
  readonly directory: CustomerDirectory;
  readonly subscriptions: CustomerSubscriptions;
  readonly mappings: UserMappings;
  readonly conflicts: CustomerConflicts;
  readonly ownCustomers: OwnCustomers;
  readonly admin: CustomerAdmin;
}

export function createCustomers(
  platform: Platform,
  config: Pick<CommandConfig, 'customerCreation' | 'linking' | 'signUpUrl'>,
): Customers {
  const { database, stripe, audit, leases, now, telemetry } = platform;
  const { customers: directory, records } = database;
  const attempts = new CreationAttempts(records, now);
  const mappings = new UserMappings(directory, records, attempts);
  const conflicts = new CustomerConflicts(records, audit, telemetry.metrics);
  const parts = { directory, mappings, attempts, conflicts, stripe, audit };
  const admin = new CustomerAdmin({ ...parts, leases });
  return {
    directory,
    subscriptions: new CustomerSubscriptions(stripe),
    mappings,
    conflicts,
    ownCustomers: new OwnCustomers({ ...parts, now }, config),
    admin,
    resolvers: [new CustomerAdminResolver(admin)],
    eraseUser: (user) => admin.erase(user),
  };
}
