import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Authenticator } from '../auth/authenticator.ts';
import type { Caller } from '../auth/caller.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is calling; null when the request carries no token. */
    caller: Caller | null;
  }
}

/** Tells who is calling before anything else is read of a request. A bad token ends it here. */
export function authenticateRequests(server: FastifyInstance, authenticator: Authenticator): void {
  server.decorateRequest('caller', null);
  server.addHook('onRequest', async (request: FastifyRequest) => {
    request.caller = await authenticator.authenticate(request.headers.authorization);
  });
}
