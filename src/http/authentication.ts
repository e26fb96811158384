import type { FastifyInstance, FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import type { Authenticator } from '../auth/authenticator.ts';
import type { Caller } from '../auth/caller.ts';
import { getCaller } from '../graphql/context.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is calling; null when the request carries no token. */
    caller: Caller | null;
  }
}

const challenge = 'Bearer realm="billing-portal"';

/** Tells who is calling before anything else is read of a request. A bad token ends it here. */
export function authenticateRequests(server: FastifyInstance, authenticator: Authenticator): void {
  server.decorateRequest('caller', null);
  server.addHook('onRequest', async (request: FastifyRequest) => {
    request.caller = await authenticator.authenticate(request.headers.authorization);
  });
  // Here, and not where it is refused: GraphQL's answers are written by Apollo Server.
  server.addHook('onSend', (request, reply, _body, done) => {
    if (reply.statusCode === 401) reply.header('www-authenticate', createChallenge(request));
    done();
  });
}

/** Refuses a request without a token before its body is read. */
export function requireCaller(
  { id, caller }: FastifyRequest,
  _reply: FastifyReply,
  done: HookHandlerDoneFunction,
): void {
  getCaller({ requestId: id, caller });
  done();
}

/** What RFC 6750 section 3 wants: the error is named only to those who sent a token. */
function createChallenge({ headers: { authorization = '' } }: FastifyRequest): string {
  return /^bearer +\S/i.test(authorization) ? `${challenge}, error="invalid_token"` : challenge;
}
