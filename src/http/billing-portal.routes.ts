import type { FastifyInstance, FastifyRequest } from 'fastify';
import { requireRole } from '../auth/access.ts';
import type { Caller } from '../auth/caller.ts';
import { getCaller } from '../graphql/context.ts';
import { toFeatureChoice } from '../portal/feature-choice.ts';
import type { PortalSessions } from '../portal/portal-session.service.ts';
import { requireCaller } from './authentication.ts';
import { readRedirectRequest, readSessionRequest } from './billing-portal.request.ts';
import { createErrorHandler } from './error-response.ts';

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
    const caller = getCaller({ requestId: request.id, caller: request.caller });
    if (requiredRole !== null) requireRole(caller, requiredRole);
    return caller;
  };

  server.post('/api/billing-portal', { errorHandler, onRequest: requireCaller }, async (request) => {
    const caller = getAllowedCaller(request);
    const { features, ...rest } = readSessionRequest(request.body);
    const { url } = await sessions.create(caller, { ...rest, features: toFeatureChoice(features) });
    return { url };
  });

  // HEAD must be safe, and opening a session is not.
  const redirectOptions = { errorHandler, onRequest: requireCaller, exposeHeadRoute: false };
  server.get('/billing-portal', redirectOptions, async (request, reply) => {
    const caller = getAllowedCaller(request);
    const { url } = await sessions.create(caller, readRedirectRequest(request.query));
    return reply.redirect(url, 303);
  });
}
