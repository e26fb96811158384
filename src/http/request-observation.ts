import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { OpenRequests } from './open-requests.ts';
import type { RequestTrace, Telemetry } from '../telemetry/telemetry.ts';

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

/** nginx's status for clients that disconnect before the response. */
const hungUp = 499;

/**
 * Creates each request's span, metrics and log line. They contain the route and never the URL: query strings contain
 * return URLs, and sometimes misplaced tokens.
 */
export function observeRequests(
  server: FastifyInstance,
  open: OpenRequests,
  options: ObservationOptions,
): void {
  server.decorateRequest('trace', null);
  server.addHook('onRequest', (request, _reply, done) => {
    const { method, headers } = request;
    request.trace = options.telemetry.startRequest(method, getRoute(request), headers);
    request.trace.run(done);
  });
  server.addHook('onResponse', (request, reply, done) => {
    endRequest(request, reply.statusCode, options);
    done();
  });
  open.onEnd((request) => endRequest(request, hungUp, options));
}

function endRequest(
  request: FastifyRequest,
  status: number,
  { telemetry, hashSubject }: ObservationOptions,
): void {
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
}

function getRoute({ routeOptions }: FastifyRequest): string {
  return routeOptions.url ?? 'none';
}
