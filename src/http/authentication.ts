import type { FastifyInstance, FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import { AuthUnavailableError, UnauthenticatedError } from '../auth/auth.errors.ts';
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

/** Identifies the caller before anything else of a request is read. A refused token ends the request here. */
export function authenticateRequests(server: FastifyInstance, authenticator: Authenticator): void {
  server.decorateRequest('caller', null);
  server.addHook('onRequest', async (request: FastifyRequest) => {
    try {
      request.caller = await authenticator.authenticate(request.headers.authorization);
    } catch (error) {
      logRefusal(request, error);
      throw error;
    }
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

/** Logs which claim or header field was refused, with both values: the client's message names the claim only. */
function logRefusal({ log, id: requestId }: FastifyRequest, error: unknown): void {
  if (!(error instanceof UnauthenticatedError || error instanceof AuthUnavailableError)) return;
  if (error.refusal !== null) log.info({ requestId, ...error.refusal }, 'token refused');
}

/** What RFC 6750 section 3 wants: the error is named only to those who sent a token. */
function createChallenge({ headers: { authorization = '' } }: FastifyRequest): string {
  return /^bearer +\S/i.test(authorization) ? `${challenge}, error="invalid_token"` : challenge;
}
