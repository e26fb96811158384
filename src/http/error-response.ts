import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { BillingError, errorStatuses, maskedMessage } from '../shared/errors.ts';
import { type Logger, logFailure } from '../logging/logger.ts';
import { shorten } from '../shared/texts.ts';
import { OverloadedError } from './http.errors.ts';

/** An error as the client sees it. */
interface Failure {
  readonly code: string;
  readonly message: string;
  readonly status: number;
  readonly retryAfter?: number | undefined;
  readonly reason?: string | undefined;
  readonly signUpUrl?: string | undefined;
}

type Shape = 'graphql' | 'rest';

/** The messages for requests that are refused before they reach a route. */
const refusals: Readonly<Record<number, string>> = {
  400: 'The URL or a header is malformed, or the body is not valid JSON.',
  408: 'The request took too long.',
  413: 'The request is too large.',
  414: 'The URL is too long.',
  415: 'Send the body as application/json, in UTF-8 and not compressed.',
  431: 'The headers are too large.',
};

/**
 * Answers errors of hooks and routes: a BillingError by its code, an unreadable request by its status. Every other
 * error is masked. GraphQL clients get GraphQL's error format.
 */
export function createErrorHandler(shape: Shape) {
  return (
    error: FastifyError | BillingError | OverloadedError,
    request: FastifyRequest,
    reply: FastifyReply,
  ): FastifyReply => {
    const failure = toFailure(error, shape);
    if (error instanceof BillingError || failure.status === 500)
      logFailure(request.log as Logger, error, 'a request failed', { requestId: request.id });
    return sendFailure(reply, failure, shape);
  };
}

function toFailure(error: FastifyError | BillingError | OverloadedError, shape: Shape): Failure {
  if (error instanceof BillingError) {
    const { code, message, retryAfter, reason, signUpUrl } = error;
    return { code, message, retryAfter, reason, signUpUrl, status: errorStatuses[code][shape] };
  }
  if (error instanceof OverloadedError) {
    const { message, statusCode: status, retryAfter } = error;
    return { code: 'OVERLOADED', message, status, retryAfter };
  }
  const status = error.statusCode ?? 500;
  if (status < 400 || status >= 500)
    return { code: 'INTERNAL_SERVER_ERROR', message: maskedMessage, status: 500 };
  return { code: 'BAD_USER_INPUT', message: toRefusal(status), status };
}

/** The JSON error for input that could not be parsed as a request. */
export function describeRefusal(status: number): object {
  return toBody({ code: 'BAD_USER_INPUT', message: toRefusal(status), status }, 'rest');
}

function toRefusal(status: number): string {
  return refusals[status] ?? 'The request cannot be read.';
}

/** Answers 404, or 405 when the path has routes for other methods, which RFC 9110 wants in `Allow`. */
export function createNotFoundHandler(findMethods: (path: string) => readonly string[]) {
  return ({ url }: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const methods = findMethods(url.replace(/\?.*/s, ''));
    const missing = { code: 'NOT_FOUND', message: 'This path does not exist.', status: 404 };
    if (methods.length === 0) return sendFailure(reply, missing, 'rest');
    reply.header('allow', methods.join(', '));
    const message = `This path only accepts ${methods.join(', ')}.`;
    return sendFailure(reply, { code: 'METHOD_NOT_ALLOWED', message, status: 405 }, 'rest');
  };
}

function sendFailure(reply: FastifyReply, failure: Failure, shape: Shape): FastifyReply {
  const { status, retryAfter } = failure;
  if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
  return reply.code(status).send(toBody(failure, shape));
}

function toBody({ code, message: text, retryAfter, reason, signUpUrl }: Failure, shape: Shape): object {
  const message = shorten(text);
  // JSON has no undefined members.
  const details = { code, retryAfter, reason, signUpUrl };
  return shape === 'graphql'
    ? { errors: [{ message, extensions: details }] }
    : { error: message, ...details };
}
