import cors from '@fastify/cors';
import {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
  fastify,
} from 'fastify';
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { HttpConfig } from '../config/config.ts';
import type { Logger } from '../logging/logger.ts';
import { ReadyBatch } from '../shared/ready-batch.ts';
import { matchesOrigin } from '../shared/urls.ts';
import type { RequestTrace, Telemetry } from '../telemetry/telemetry.ts';
import {
  answerClientError,
  createAnswerHeaders,
  createErrorHandler,
  createNotFoundHandler,
} from './error-response.ts';
import { HungUpError, OpenRequests, hungUpStatus, largestBody } from './open-requests.ts';
import { closePolitely } from './polite-close.ts';
import { warnOfUntrustedProxy } from './rate-limit.ts';
import { limitOpenRequests } from './request-admission.ts';
import { StrictRequest, readJsonOnly, refuseAmbiguousHeaders } from './strict-requests.ts';

/** Node's own limit of 16 kB leaves no room for the largest token. */
const maxHeaderBytes = 32 * 1024;
const requestTimeoutMs = 30_000;
/** Networks pause for seconds. A client that reads nothing for longer does not want the response, which stays in memory. */
const longestStallMs = 15_000;
const requestIdPattern = /^[\w.-]{1,64}$/;

declare module 'fastify' {
  interface FastifyRequest {
    /** Null before the first hook and after the last. */
    trace: RequestTrace | null;
  }
}

export interface HttpServerOptions {
  readonly telemetry: Telemetry;
  readonly hashSubject: (userId: string) => string;
  /** How many milliseconds a stopping server still accepts requests. */
  readonly lingerMs: number;
}

/** Creates the HTTP server with everything that applies to every route: request ids, headers, limits, errors, one log line. */
export async function createHttpServer(
  config: HttpConfig,
  logger: Logger,
  options: HttpServerOptions,
): Promise<{ readonly server: FastifyInstance; readonly isClosing: () => boolean }> {
  const { trustProxy } = config;
  const open = new OpenRequests();
  const server = fastify({
    loggerInstance: logger,
    // A child logger per request would write one line, which contains the request id anyway.
    childLoggerFactory: () => logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: largestBody,
    requestTimeout: requestTimeoutMs,
    connectionTimeout: longestStallMs,
    // Requests that arrive while the server closes are answered: see closePolitely.
    return503OnClosing: false,
    // A number is how many proxies, counted from this service outwards, are trusted.
    trustProxy: typeof trustProxy === 'number' ? (_address, hop) => hop < trustProxy : trustProxy,
    genReqId: ({ headers: { 'x-request-id': id } }) =>
      typeof id === 'string' && requestIdPattern.test(id) ? id : randomUUID(),
    frameworkErrors: (error, request, reply) => answerUnreadable(error, request, reply, drop),
    clientErrorHandler: (error, socket) => answerClientError(error, socket, open),
    // Routes have no schemas, since zod validates input, so Fastify's schema compilers are not loaded.
    schemaController: { compilersFactory: { buildValidator: refuseSchemas, buildSerializer: refuseSchemas } },
    // Otherwise Node answers a missing Host header itself, with a bare 400.
    http: { requireHostHeader: false, maxHeaderSize: maxHeaderBytes, IncomingMessage: StrictRequest },
  }) as unknown as FastifyInstance;
  // Node would answer an unknown Expect header itself, past every limit. RFC 9110 lets a server ignore the header.
  server.server.on('checkExpectation', (request, response) => server.routing(request, response));
  server.setErrorHandler(createErrorHandler('rest'));
  const answerNotFound = createNotFoundHandler(server);
  server.setNotFoundHandler(answerNotFound);
  readJsonOnly(server);
  server.addHook('onRequest', (request, reply, done) => {
    reply.headers(createAnswerHeaders(request.id));
    done();
  });
  open.track(server);
  observeRequests(server, open, options);
  warnOfUntrustedProxy(server, config);
  const isClosing = closePolitely(server, open, options.lingerMs);
  const drop = limitOpenRequests(server, open);
  goOnTogether(server);
  // The CORS plugin would answer other OPTIONS requests than preflight requests in plain text.
  server.addHook('onRequest', (request, reply, done) => {
    const { origin, 'access-control-request-method': method } = request.headers;
    if (request.method === 'OPTIONS' && !(origin && method)) answerNotFound(request, reply);
    else done();
  });
  await allowOrigins(server, config);
  refuseAmbiguousHeaders(server);
  // Before the body is read: strangers can send it slowly.
  server.addHook('onRequest', (request, reply, done) => {
    if (request.is404) answerNotFound(request, reply);
    else done();
  });
  return { server, isClosing };
}

function refuseSchemas(): never {
  throw new Error('Routes of this service have no schemas.');
}

/**
 * A malformed URL ends the request before any hook runs, so no limit applies. Behind other requests it ends the
 * connection: its response would stay in memory until they are answered. Fastify's own response would quote the URL.
 */
function answerUnreadable(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
  drop: (socket: Socket) => void,
): FastifyReply {
  if (reply.raw.socket === null) {
    drop(request.raw.socket);
    return reply;
  }
  reply.headers(createAnswerHeaders(request.id));
  return createErrorHandler('rest')(error, request, reply);
}

/** Spans, metrics and logs have the route, never the URL: query strings contain return URLs, and sometimes misplaced tokens. */
function observeRequests(
  server: FastifyInstance,
  open: OpenRequests,
  { telemetry, hashSubject }: HttpServerOptions,
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
    telemetry.metrics?.requests.observe({ method, route, status }, ms / 1000);
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

/** Requests that arrive together continue together. The wait is part of their time, and a stopping server waits for them. */
export function goOnTogether(server: FastifyInstance): void {
  const readyBatch = new ReadyBatch();
  server.addHook('onRequest', ({ raw: { socket } }, _reply, done) => {
    // Node caches the address once it was read. The rate limit needs it even if the client disconnects during the wait.
    const isConnected = socket.remoteAddress !== undefined;
    void readyBatch.join().then(() => done(isConnected && !socket.destroyed ? undefined : new HungUpError()));
  });
}

async function allowOrigins(
  server: FastifyInstance,
  { corsOrigins, corsCredentials }: HttpConfig,
): Promise<void> {
  await server.register(cors, {
    // The plugin answers preflight requests only when it gets a list, even an empty one.
    origin: (origin = '', decide: (error: null, allowed: string[]) => void) =>
      decide(null, corsOrigins.some((entry) => matchesOrigin(origin, entry)) ? [origin] : []),
    credentials: corsCredentials,
    methods: ['GET', 'POST'],
    exposedHeaders: ['x-request-id', 'retry-after'],
    maxAge: 600,
  });
}
