import type { CommandConfig } from '../config/command-config.ts';
import type { Customers } from '../customers/create-customers.ts';
import type { Feature, Platform } from '../platform.ts';
import type { Portal } from '../portal/create-portal.ts';
import { countOf } from '../shared/erasure.ts';
import { EmailLinkRegister } from './email-link-register.ts';
import { EmailLinkResolver } from './email-link.resolver.ts';
import { addEmailLinkRoutes } from './email-link.routes.ts';
import { EmailLinkVisits } from './email-link-visits.service.ts';
import { EmailLinks } from './email-links.service.ts';

export type EmailLinksFeature = Required<Feature>;

export function createEmailLinks(
  platform: Platform,
  { directory: customers }: Customers,
  { sessions }: Portal,
  { publicUrl, stripe: { apiUrl } }: Pick<CommandConfig, 'publicUrl' | 'stripe'>,
): EmailLinksFeature {
  const links = new EmailLinkRegister(platform.database.records);
  const parts = { ...platform, links, customers, sessions, publicUrl };
  const visits = new EmailLinkVisits(parts);
  return {
    resolvers: [new EmailLinkResolver(new EmailLinks(parts))],
    routes: [{ audience: 'visitors', add: (server) => addEmailLinkRoutes(server, visits, apiUrl) }],
    eraseUser: async ({ userId }) => {
      const count = await links.removeOf(userId);
      return { removed: count === 0 ? [] : [`${countOf(count, 'link', 'links')} for e-mails, used or not`] };
    },
  };
}
