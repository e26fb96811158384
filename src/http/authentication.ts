import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AuthUnavailableError, UnauthenticatedError } from '../auth/auth.errors.ts';
import { type AuthConfig, createAuthenticator } from '../auth/authenticator.ts';
import type { Caller } from '../auth/claims.ts';

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | null;
  }
}

/** Finds the caller of a request; null when it names none. @throws UnauthenticatedError, AuthUnavailableError */
export type Identify = (request: IncomingMessage) => Promise<Caller | null>;

export function identifyByToken(config: AuthConfig): Identify {
  const authenticator = createAuthenticator(config);
  return ({ headers }) => authenticator.authenticate(headers.authorization);
}

const challenge = 'Bearer realm="billing-portal"';

/** Identifies the caller before the body is read. A refused token ends the request. */
export function authenticateRequests(server: FastifyInstance, identify: Identify): void {
  server.decorateRequest('caller', null);
  server.addHook('onRequest', async (request: FastifyRequest) => {
    try {
      request.caller = await identify(request.raw);
    } catch (error) {
      const { log, id: requestId } = request;
      // The log has the refused claim or header field with both values. The client's message names only the claim.
      if ((error instanceof UnauthenticatedError || error instanceof AuthUnavailableError) && error.refusal)
        log.info({ requestId, ...error.refusal }, 'token refused');
      throw error;
    }
  });
  // A hook, because Apollo Server writes the responses of GraphQL.
  server.addHook('onSend', (request, reply, _body, done) => {
    if (reply.statusCode === 401) reply.header('www-authenticate', createChallenge(request));
    done();
  });
}

/** By RFC 6750, section 3, the challenge names an error only when the request has a token. */
function createChallenge({ headers: { authorization = '' } }: FastifyRequest): string {
  return /^bearer +\S/i.test(authorization) ? `${challenge}, error="invalid_token"` : challenge;
}
