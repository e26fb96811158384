import { AuditAction } from '../audit/audit-log.ts';
import type { AuditTrail } from '../audit/audit-trail.service.ts';
import type { Caller } from '../auth/claims.ts';
import type { CustomerDirectory } from '../customers/customer-directory.ts';
import { CustomerGoneError, CustomerNotFoundError } from '../customers/customer.errors.ts';
import type { PortalSession } from './portal-session.ts';
import type { PortalSessionRequest, PortalSessions } from './portal-sessions.service.ts';

interface SupportSessionRequest extends PortalSessionRequest {
  /** The user whose customer the session is for. */
  readonly userId: string;
  /** In place of what the policies choose. */
  readonly configurationId?: string | undefined;
}

/** Opens sessions on a customer's behalf, for support. Each is on the record. */
export class SupportSessions {
  constructor(
    private readonly customers: CustomerDirectory,
    private readonly sessions: PortalSessions,
    private readonly audit: AuditTrail,
  ) {}

  /** @throws what PortalSessions does */
  create(
    caller: Caller,
    { userId, configurationId, ...request }: SupportSessionRequest,
  ): Promise<PortalSession> {
    const details = { configurationId, flow: request.flow?.type };
    const intent = { actor: caller, action: AuditAction.CREATE_PORTAL_SESSION, userId, details };
    return this.audit.record(intent, async (operation) => {
      const mapping = await this.customers.findByUserId(userId);
      if (mapping === null) throw new CustomerNotFoundError('This user is not linked to a customer.');
      operation.aimAt(mapping.stripeCustomerId);
      try {
        return await this.sessions.createFor(mapping, request, configurationId);
      } catch (error) {
        throw error instanceof CustomerGoneError
          ? new CustomerNotFoundError('Stripe no longer has the customer who is linked to this user.')
          : error;
      }
    });
  }
}
