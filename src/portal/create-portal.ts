import type { CommandConfig } from '../config/command-config.ts';
import type { Configurations } from '../configurations/create-configurations.ts';
import type { Customers } from '../customers/create-customers.ts';
import type { Feature, Platform } from '../platform.ts';
import type { PortalPolicies } from '../policies/portal-policies.service.ts';
import type { ReturnUrls } from '../return-urls/return-urls.ts';
import { addBillingPortalRoutes } from './billing-portal.routes.ts';
import { ConfigurationChooser } from './configuration-chooser.service.ts';
import { PortalFlows } from './portal-flows.service.ts';
import { PortalSessions } from './portal-sessions.service.ts';
import { PortalResolver } from './portal.resolver.ts';

export interface Portal extends Required<Pick<Feature, 'resolvers' | 'routes'>> {
  readonly sessions: PortalSessions;
  readonly chooser: ConfigurationChooser;
}

interface PortalParts {
  readonly customers: Customers;
  readonly returnUrls: ReturnUrls;
  readonly configurations: Configurations;
  readonly policies: PortalPolicies | null;
}

export function createPortal(
  { stripe, audit, now, telemetry: { metrics } }: Platform,
  { customers, returnUrls, configurations: { ids }, policies }: PortalParts,
  {
    stripe: { livemode },
    requiredRole,
    adminRole,
  }: Pick<CommandConfig, 'stripe' | 'requiredRole' | 'adminRole'>,
): Portal {
  const { directory, subscriptions, ownCustomers } = customers;
  const chooser = new ConfigurationChooser({ customers: directory, stripe, policies, ids });
  const flows = new PortalFlows(returnUrls, subscriptions, stripe);
  const parts = { directory, returnUrls, chooser, flows, stripe, audit, livemode, now, metrics };
  const sessions = new PortalSessions({ customers: ownCustomers, ...parts });
  return {
    sessions,
    chooser,
    resolvers: [new PortalResolver(sessions, chooser, adminRole)],
    routes: [
      { audience: 'callers', add: (server) => addBillingPortalRoutes(server, sessions, requiredRole) },
    ],
  };
}
