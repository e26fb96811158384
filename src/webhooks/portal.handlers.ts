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

/** Forgets configurations that were changed, and records who was let into the portal, by whichever way. */
export function createPortalHandlers({
  directory,
  audit,
  configurations,
}: PortalHandlerParts): PortalHandlers {
  // One replica hears of it. For the others, what is known ends by its time to live.
  const forget = (): Promise<void> => {
    configurations.forgetAll();
    return Promise.resolve();
  };
  return {
    'billing_portal.configuration.created': forget,
    'billing_portal.configuration.updated': forget,
    // Stripe tells no more about a session later, and its URL in the event is a credential: it stays unread.
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
