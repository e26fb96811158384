import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RequestTrace, Telemetry } from '../telemetry/telemetry.ts';
import { type OpenRequests, hungUpStatus } from './open-requests.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null before the first hook and after the last. */
    trace: RequestTrace | null;
  }
}

export interface ObservationOptions {
  readonly telemetry: Telemetry;
  /** Pseudonymizes a user id for the log. */
  readonly hashSubject: (userId: string) => string;
}

/**
 * Creates each request's span, metrics and log line. They contain the route and never the URL: query strings contain
 * return URLs, and sometimes misplaced tokens.
 */
export function observeRequests(
  server: FastifyInstance,
  open: OpenRequests,
  { telemetry, hashSubject }: ObservationOptions,
): void {
  const end = (request: FastifyRequest, status: number): void => {
    const { id: requestId, method, trace } = request;
    if (trace === null) return;
    request.trace = null;
    const route = getRoute(request);
    const ms = performance.now() - trace.startedAt;
    // Routes without authentication do not set the caller.
    const caller = request.caller as FastifyRequest['caller'] | undefined;
    const subject = caller ? { subject: hashSubject(caller.userId) } : {};
    const line = { requestId, method, route, status, ms: Math.round(ms), ...subject };
    trace.run(() => request.log.info(line, 'request'));
    telemetry.metrics.requestAnswered(method, route, status, ms / 1000);
    trace.end(status);
  };
  server.decorateRequest('trace', null);
  server.addHook('onRequest', (request, _reply, done) => {
    request.trace = telemetry.startRequest(request.method, getRoute(request), request.headers);
    request.trace.run(done);
  });
  server.addHook('onResponse', (request, reply, done) => {
    end(request, reply.statusCode);
    done();
  });
  open.onEnd((request) => end(request, hungUpStatus));
}

function getRoute({ routeOptions }: FastifyRequest): string {
  return routeOptions.url ?? 'none';
}
