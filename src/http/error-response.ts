import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Logger, logFailure } from '../logging/logger.ts';
import { BillingError, type ErrorDetails, errorStatuses, maskedMessage } from '../shared/errors.ts';
import { shorten } from '../shared/texts.ts';
import type { OpenRequests } from './open-requests.ts';
import { OverloadedError } from './request-admission.ts';

/** An error as the client sees it. JSON has no undefined members. */
interface Failure extends ErrorDetails {
  readonly status: number;
  readonly message: string;
  readonly code: string;
}

type RequestError = FastifyError | BillingError | OverloadedError;
type Shape = 'graphql' | 'rest';

/** Clients read GraphQL's errors from an answer without status 200 only if it has this type, as Apollo Server's has. */
const graphqlResponse = 'application/graphql-response+json';

/** The messages for requests that are refused before they reach a route. */
const refusals: Readonly<Record<number, string>> = {
  400: 'The URL or a header is malformed, or the body is not valid JSON.',
  408: 'The request took too long.',
  413: 'The request is too large.',
  414: 'The URL is too long.',
  415: 'Send the body as application/json, in UTF-8 and not compressed.',
  431: 'The headers are too large.',
};

/** Responses may contain session URLs, which are credentials: responses are never cached and send no Referer. */
export function createAnswerHeaders(requestId: string): Readonly<Record<string, string>> {
  return {
    'x-request-id': requestId,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  };
}

/** A BillingError is answered by its code, an unreadable request by its status; every other error is masked. */
export function createErrorHandler(shape: Shape) {
  return (error: RequestError, request: FastifyRequest, reply: FastifyReply): FastifyReply =>
    sendFailure(reply, reportFailure(error, request, shape), shape);
}

/** Logs an error of a hook or a route, and returns what the client is told. */
export function reportFailure(error: RequestError, request: FastifyRequest, shape: Shape): Failure {
  const failure = toFailure(error, shape);
  if (error instanceof BillingError || failure.status === 500)
    logFailure(request.log as Logger, error, 'a request failed', { requestId: request.id });
  return failure;
}

function toFailure(error: RequestError, shape: Shape): Failure {
  if (error instanceof BillingError) {
    const { code, message, details } = error;
    return { status: errorStatuses[code][shape], message, code, ...details };
  }
  if (error instanceof OverloadedError) {
    const { statusCode: status, message, retryAfter } = error;
    return { status, message, code: 'OVERLOADED', retryAfter };
  }
  const { statusCode = 500 } = error;
  if (statusCode >= 400 && statusCode < 500) return toRefusal(statusCode);
  return { status: 500, message: maskedMessage, code: 'INTERNAL_SERVER_ERROR' };
}

function toRefusal(status: number): Failure {
  return { status, message: refusals[status] ?? 'The request cannot be read.', code: 'BAD_USER_INPUT' };
}

function sendFailure(reply: FastifyReply, failure: Failure, shape: Shape): FastifyReply {
  const { status, retryAfter } = failure;
  if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
  if (shape === 'graphql' && reply.request.headers.accept?.includes(graphqlResponse))
    reply.type(`${graphqlResponse}; charset=utf-8`);
  return reply.code(status).send(toBody(failure, shape));
}

function toBody({ status: _status, message: text, ...details }: Failure, shape: Shape): object {
  const message = shorten(text);
  return shape === 'rest' ? { error: message, ...details } : { errors: [{ message, extensions: details }] };
}

/** Answers 404, or 405 with `Allow` (RFC 9110) when the path has other methods. It also sees routes that are added later. */
export function createNotFoundHandler(server: FastifyInstance) {
  const routes: { readonly path: RegExp; readonly methods: readonly string[] }[] = [];
  server.addHook('onRoute', ({ url, method }) => {
    // The route `*` belongs to CORS, which answers preflight requests for any path.
    if (url === '*') return;
    // A parameter such as `:token` in `/portal-links/:token` matches any segment.
    routes.push({ path: new RegExp(`^${url.replace(/:\w+/g, '[^/]*')}$`), methods: [method].flat() });
  });
  return ({ url, method }: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const path = url.replace(/\?.*/s, '');
    const allowed = routes.flatMap((route) => (route.path.test(path) ? route.methods : []));
    const missing = { status: 404, message: 'This path does not exist.', code: 'NOT_FOUND' };
    if (allowed.length === 0 || allowed.includes(method)) return sendFailure(reply, missing, 'rest');
    reply.header('allow', allowed.join(', '));
    const message = `This path only accepts ${allowed.join(', ')}.`;
    return sendFailure(reply, { status: 405, message, code: 'METHOD_NOT_ALLOWED' }, 'rest');
  };
}

/** HTTP statuses by the error code of Node's parser; every other code is a 400. */
const parserStatuses: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
};

/** How long a client that is still sending may take to read the response. An immediate close would discard it. */
const lingerMs = 1_000;

/** A connection with pending requests gets no answer: the client would take it for the response to the first of them. */
export function answerClientError(
  { code = '' }: NodeJS.ErrnoException,
  socket: Socket,
  open: OpenRequests,
): void {
  if (code === 'ECONNRESET' || !socket.writable || open.closeWhenAnswered(socket)) return;
  const status = parserStatuses[code] ?? 400;
  const body = JSON.stringify(toBody(toRefusal(status), 'rest'));
  const headers = {
    ...createAnswerHeaders(randomUUID()),
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`);
  setTimeout(() => socket.destroy(), lingerMs).unref();
}
