import { randomUUID } from 'node:crypto';
import cors from '@fastify/cors';
import {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
  fastify,
} from 'fastify';
import type { HttpConfig } from '../config/config.ts';
import type { Logger } from '../logger.ts';
import { answerNotFound, createErrorHandler } from './error-response.ts';

const maxBodyBytes = 64 * 1024;
const requestTimeoutMs = 30_000;
const requestIdPattern = /^[\w.-]{1,64}$/;

/** The HTTP server with what holds for every route: request ids, headers, limits, errors and one log line. */
export async function createHttpServer(config: HttpConfig, logger: Logger): Promise<FastifyInstance> {
  const server = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    bodyLimit: maxBodyBytes,
    requestTimeout: requestTimeoutMs,
    trustProxy: toTrustProxy(config.trustProxy),
    genReqId: ({ headers }) => readRequestId(headers['x-request-id']) ?? randomUUID(),
    frameworkErrors: answerUnreadable,
  }) as unknown as FastifyInstance;
  server.setErrorHandler(createErrorHandler('rest'));
  server.setNotFoundHandler(answerNotFound);
  addHeaders(server);
  logRequests(server);
  await server.register(cors, {
    origin: [...config.corsOrigins],
    methods: ['GET', 'POST'],
    exposedHeaders: ['x-request-id', 'retry-after'],
    maxAge: 600,
  });
  return server;
}

/** A number counts the proxies in front of this service, the nearest first. */
function toTrustProxy(setting: HttpConfig['trustProxy']) {
  return typeof setting === 'number' ? (_address: string, hop: number) => hop < setting : setting;
}

function readRequestId(header: string | string[] | undefined): string | null {
  return typeof header === 'string' && requestIdPattern.test(header) ? header : null;
}

/** A URL that is malformed ends before any hook runs; Fastify's own answer would repeat it. */
function answerUnreadable(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  setHeaders(request, reply);
  return createErrorHandler('rest')(error, request, reply);
}

function addHeaders(server: FastifyInstance): void {
  server.addHook('onRequest', (request, reply, done) => {
    setHeaders(request, reply);
    done();
  });
}

/** Answers hold session URLs, which are credentials: no cache keeps them, and no referrer tells of them. */
function setHeaders(request: FastifyRequest, reply: FastifyReply): void {
  reply.headers({
    'x-request-id': request.id,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
}

/** The route and never the URL: query strings hold return URLs, and may hold tokens that do not belong there. */
function logRequests(server: FastifyInstance): void {
  server.addHook('onResponse', (request, reply, done) => {
    request.log.info(
      {
        method: request.method,
        route: request.routeOptions.url ?? 'none',
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      'request',
    );
    done();
  });
}
