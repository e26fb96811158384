import { AuditAction } from '../audit/audit-action.ts';
import { type AuditTrail, stripeItself } from '../audit/audit-trail.service.ts';
import type { CustomerDirectory } from '../customers/customer-directory.ts';
import type { ConfigurationIdCache } from '../configurations/configuration-id-cache.service.ts';
import { getCustomerId, getObjectId } from './webhook-event.ts';
import type { WebhookHandlers } from './webhook-processor.service.ts';

type PortalHandlers = Pick<WebhookHandlers, Extract<keyof WebhookHandlers, `billing_portal.${string}`>>;

interface PortalHandlerParts {
  readonly directory: CustomerDirectory;
  readonly audit: AuditTrail;
  readonly configurations: Pick<ConfigurationIdCache, 'forgetAll'>;
}

/** Forgets cached configurations when one changes, and records every portal session, however it was opened. */
export function createPortalHandlers({
  directory,
  audit,
  configurations,
}: PortalHandlerParts): PortalHandlers {
  // One replica receives the event. The caches of the others expire.
  const forget = (): Promise<void> => {
    configurations.forgetAll();
    return Promise.resolve();
  };
  return {
    'billing_portal.configuration.created': forget,
    'billing_portal.configuration.updated': forget,
    // The event's session URL is a credential and is not read. Stripe has no later events about a session.
    'billing_portal.session.created': async (event) => {
      const stripeCustomerId = getCustomerId(event);
      const mapping = await directory.findByStripeCustomerId(stripeCustomerId);
      await audit.note({
        actor: stripeItself,
        action: AuditAction.REPORT_PORTAL_SESSION,
        userId: mapping?.userId,
        target: stripeCustomerId,
        details: { sessionId: getObjectId(event) },
        cause: event.id,
        at: event.createdAt,
      });
    },
  };
}
