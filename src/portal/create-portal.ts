import type { CommandConfig } from '../config/command-config.ts';
import type { Feature, Platform } from '../platform.ts';
import { addBillingPortalRoutes } from './billing-portal.routes.ts';
import { ConfigurationChooser, type PortalParts } from './configuration-chooser.service.ts';
import { PortalFlows } from './portal-flows.service.ts';
import { PortalSessions } from './portal-sessions.service.ts';
import { PortalResolver } from './portal.resolver.ts';

export interface Portal extends Required<Pick<Feature, 'resolvers' | 'routes'>> {
  readonly sessions: PortalSessions;
  readonly chooser: ConfigurationChooser;
}

export function createPortal(
  platform: Platform,
  features: Omit<PortalParts, keyof Platform>,
  config: Pick<CommandConfig, 'stripe' | 'requiredRole' | 'adminRole'>,
): Portal {
  const { requiredRole, adminRole } = config;
  const parts = { ...platform, ...features };
  const chooser = new ConfigurationChooser(parts);
  const flows = new PortalFlows(parts);
  const sessions = new PortalSessions({ ...parts, chooser, flows, livemode: config.stripe.livemode });
  return {
    sessions,
    chooser,
    resolvers: [new PortalResolver(sessions, chooser, adminRole)],
    routes: [
      { audience: 'callers', add: (server) => addBillingPortalRoutes(server, sessions, requiredRole) },
    ],
  };
}
