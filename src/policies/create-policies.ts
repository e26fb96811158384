import type { Customers } from '../customers/create-customers.ts';
import type { Platform } from '../platform.ts';
import type { PolicySet } from './policy-set.ts';
import { PortalPolicies } from './portal-policies.service.ts';

/** Which policy applies to a customer. */
export interface Policies {
  /** Null without a policy file: then the account's default configuration is in force for every user. */
  readonly portalPolicies: PortalPolicies | null;
  readonly resolvers: readonly [];
}

export function createPolicies(
  { logger, now }: Platform,
  { subscriptions }: Customers,
  set: PolicySet | null,
): Policies {
  return {
    portalPolicies: set && new PortalPolicies({ set, subscriptions, logger, now }),
    resolvers: [],
  };
}
