import type { CommandConfig } from '../config/command-config.ts';
import type { Customers } from '../customers/create-customers.ts';
import type { Feature, Platform } from '../platform.ts';
import type { Portal } from '../portal/create-portal.ts';
import {
  BillingCustomerResolver,
  BillingSubscriptionResolver,
  GoneSinceResolver,
  OpenInvoiceResolver,
} from './billing-customer.resolver.ts';
import { BillingCustomers } from './billing-customers.service.ts';
import { CustomerInvoices } from './customer-invoices.service.ts';
import { CustomerReader } from './customer-reader.ts';
import { CustomerSync, SnapshotRegister } from './customer-sync.service.ts';
import { SubscriptionKeeping } from './subscription-keeping.service.ts';

export interface Account extends Required<Pick<Feature, 'resolvers' | 'eraseUser'>> {
  readonly sync: CustomerSync;
}

export function createAccount(
  { database, stripe, leases, audit, logger, now }: Platform,
  { directory, subscriptions, mappings }: Customers,
  { chooser }: Portal,
  { webhooks }: Pick<CommandConfig, 'webhooks'>,
): Account {
  const snapshots = new SnapshotRegister(database.records);
  mappings.alsoRemove((userId) => snapshots.removeOf(userId));
  const reader = new CustomerReader(subscriptions, stripe, now);
  const sync = new CustomerSync(directory, snapshots, reader, leases);
  // Without webhooks, snapshots would become stale.
  const kept = webhooks.secrets.length > 0 ? { register: snapshots, sync } : null;
  const customers = new BillingCustomers({ directory, reader, chooser, kept, logger, now });
  const customerInvoices = new CustomerInvoices(stripe);
  const keeping = new SubscriptionKeeping(customers, stripe, audit);
  return {
    sync,
    resolvers: [
      new BillingCustomerResolver(customers, customerInvoices),
      new BillingSubscriptionResolver(customerInvoices, keeping),
      new OpenInvoiceResolver(customerInvoices),
      new GoneSinceResolver(snapshots),
    ],
    eraseUser: async ({ userId }) => {
      const count = await snapshots.removeOf(userId);
      return { removed: count === 0 ? [] : ["the stored snapshot of the customer's billing"] };
    },
  };
}
