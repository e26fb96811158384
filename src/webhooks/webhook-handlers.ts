import type { AuditTrail } from '../audit/audit-trail.service.ts';
import type { LinkingConfig } from '../config/config.ts';
import type { AutomaticLinks } from '../customers/automatic-links.ts';
import type { CustomerConflicts } from '../customers/customer-conflicts.ts';
import type { CustomerDirectory } from '../customers/customer-directory.ts';
import type { CustomerSync } from '../account/customer-sync.service.ts';
import type { Logger } from '../logging/logger.ts';
import type { ConfigurationIdCache } from '../configurations/configuration-id-cache.service.ts';
import type { Leases } from '../records/leases.ts';
import type { StripeClient } from '../stripe/stripe-client.ts';
import { createCheckoutHandlers } from './checkout.handlers.ts';
import { createCustomerHandlers } from './customer.handlers.ts';
import { EventLinks } from './event-links.ts';
import { createPaymentMethodHandlers } from './payment-method.handlers.ts';
import { createPortalHandlers } from './portal.handlers.ts';
import { createSubscriptionHandlers } from './subscription.handlers.ts';
import type { WebhookHandlers } from './webhook-processor.service.ts';

interface WebhookParts {
  readonly stripe: StripeClient;
  readonly directory: CustomerDirectory;
  readonly links: AutomaticLinks;
  readonly conflicts: CustomerConflicts;
  readonly sync: CustomerSync;
  readonly audit: AuditTrail;
  readonly leases: Leases;
  readonly logger: Logger;
  /** Null in a process that opens no sessions. */
  readonly configurations: ConfigurationIdCache | null;
  /** What at Stripe names a user. */
  readonly linking: LinkingConfig;
}

/** What is done for each type of event that is handled. */
export function createWebhookHandlers(parts: WebhookParts): WebhookHandlers {
  const { stripe, directory, sync, audit, configurations, linking } = parts;
  const links = new EventLinks(parts);
  return {
    ...createCustomerHandlers(stripe, links, sync, linking),
    ...createSubscriptionHandlers(sync),
    ...createPaymentMethodHandlers(sync),
    ...createCheckoutHandlers(stripe, links, sync, linking),
    ...createPortalHandlers({ directory, audit, configurations }),
  };
}
