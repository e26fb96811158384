import type { FastifyInstance } from 'fastify';
import type { RequestTrace, Telemetry } from '../telemetry/telemetry.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null before the first hook. */
    trace: RequestTrace | null;
  }
}

export interface ObservationOptions {
  readonly telemetry: Telemetry;
  /** Stands for a user in the log. */
  readonly hashSubject: (userId: string) => string;
}

/**
 * Each request's span, metrics and line in the log. They name the route and never the URL: query strings hold
 * return URLs, and may hold tokens that do not belong there.
 */
export function observeRequests(server: FastifyInstance, options: ObservationOptions): void {
  const { telemetry, hashSubject } = options;
  server.decorateRequest('trace', null);
  server.addHook('onRequest', (request, _reply, done) => {
    const { method, routeOptions, headers } = request;
    request.trace = telemetry.startRequest(method, routeOptions.url ?? 'none', headers);
    request.trace.run(done);
  });
  // A body that is read in between comes by events, in which the span is not under way.
  server.addHook('preValidation', ({ trace }, _reply, done) => (trace === null ? done() : trace.run(done)));
  server.addHook('onResponse', (request, reply, done) => {
    const { method, caller, trace } = request;
    const { statusCode: status, elapsedTime } = reply;
    const route = request.routeOptions.url ?? 'none';
    telemetry.metrics.requestAnswered(method, route, status, elapsedTime / 1000);
    const subject = (caller as typeof caller | undefined)?.userId;
    const line = {
      method,
      route,
      status,
      ms: Math.round(elapsedTime),
      subject: subject === undefined ? undefined : hashSubject(subject),
    };
    const log = (): void => request.log.info(line, 'request');
    if (trace === null) log();
    else trace.run(log);
    trace?.end(status);
    done();
  });
}
