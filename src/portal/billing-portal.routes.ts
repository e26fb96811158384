import type { FastifyInstance, FastifyRequest } from 'fastify';
import { requireRole, type Caller } from '../auth/claims.ts';
import { getCaller } from '../graphql/context.ts';
import type { PortalSessions } from './portal-sessions.service.ts';
import { requireCaller } from '../http/authentication.ts';
import { type SessionRequest, readRedirectRequest, readSessionRequest } from './billing-portal.request.ts';
import { toSessionRequest } from './session.args.ts';
import { createErrorHandler } from '../http/error-response.ts';

export interface BillingPortalOptions {
  readonly sessions: PortalSessions;
  /** The role that every caller needs; null when any signed-in user may call. */
  readonly requiredRole: string | null;
}

/** The main job for callers without GraphQL: the same service and the same rules. */
export function addBillingPortalRoutes(server: FastifyInstance, options: BillingPortalOptions): void {
  const { sessions, requiredRole } = options;
  const errorHandler = createErrorHandler('rest');

  const getAllowedCaller = (request: FastifyRequest): Caller => {
    const caller = getCaller(request);
    if (requiredRole !== null) requireRole(caller, requiredRole);
    return caller;
  };

  const open = async (caller: Caller, request: SessionRequest): Promise<string> => {
    const { url } = await sessions.create(caller, toSessionRequest(request));
    return url;
  };

  server.post('/api/billing-portal', { errorHandler, onRequest: requireCaller }, async (request) => {
    const caller = getAllowedCaller(request);
    return { url: await open(caller, readSessionRequest(request.body)) };
  });

  // HEAD must be safe, and opening a session is not.
  const redirectOptions = { errorHandler, onRequest: requireCaller, exposeHeadRoute: false };
  server.get('/billing-portal', redirectOptions, async (request, reply) => {
    const caller = getAllowedCaller(request);
    return reply.redirect(await open(caller, readRedirectRequest(request.query)), 303);
  });
}
