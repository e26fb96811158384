import { ConflictAdminResolver } from './conflict-admin.resolver.ts';
import { ConflictAdmin, type ConflictAdminParts } from './conflict-admin.service.ts';
import { CustomerAdminResolver } from './customer-admin.resolver.ts';
import { CustomerAdmin } from './customer-admin.service.ts';

/** What administrators do with customers, over GraphQL. */
export function createCustomerAdminResolvers(
  parts: ConflictAdminParts,
): readonly [CustomerAdminResolver, ConflictAdminResolver] {
  const { directory, records, stripe, audit } = parts;
  return [
    new CustomerAdminResolver(new CustomerAdmin(directory, records, stripe, audit)),
    new ConflictAdminResolver(new ConflictAdmin(parts)),
  ];
}
