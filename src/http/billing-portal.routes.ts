import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { requireRole } from '../auth/access.ts';
import type { Caller } from '../auth/caller.ts';
import { BadUserInputError } from '../errors.ts';
import { getCaller } from '../graphql/context.ts';
import type { PortalSessions } from '../portal/portal-session.service.ts';
import { createErrorHandler } from './error-response.ts';

export interface BillingPortalOptions {
  readonly sessions: PortalSessions;
  /** The role that every caller needs; null when any signed-in user may call. */
  readonly requiredRole: string | null;
}

const sessionRequest = z.strictObject({
  returnUrl: z.string({ error: 'returnUrl is required: where the portal leads back to' }),
  locale: z.string().optional(),
});

/** The main job for callers without GraphQL: the same service and the same rules. */
export function addBillingPortalRoutes(server: FastifyInstance, options: BillingPortalOptions): void {
  const { sessions, requiredRole } = options;
  const errorHandler = createErrorHandler('rest');

  const getAllowedCaller = (request: FastifyRequest): Caller => {
    const caller = getCaller({ requestId: request.id, caller: request.caller });
    if (requiredRole !== null) requireRole(caller, requiredRole);
    return caller;
  };

  server.post('/api/billing-portal', { errorHandler }, async (request) => {
    const caller = getAllowedCaller(request);
    const { url } = await sessions.create(caller, readSessionRequest(request.body));
    return { url };
  });

  server.get('/billing-portal', { errorHandler }, async (request, reply) => {
    const caller = getAllowedCaller(request);
    const { url } = await sessions.create(caller, readSessionRequest(request.query));
    return reply.redirect(url, 303);
  });
}

/** @throws BadUserInputError naming the field; a token in the query string is an unknown field like any other */
function readSessionRequest(input: unknown): z.infer<typeof sessionRequest> {
  const result = sessionRequest.safeParse(input);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new BadUserInputError(issue?.message ?? 'The request cannot be read.');
}
