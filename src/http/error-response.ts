import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { BillingError, errorStatuses } from '../errors.ts';
import { logFailure } from '../failure-log.ts';
import type { Logger } from '../logger.ts';

/** One failure, as a client may see it. */
interface Failure {
  readonly code: string;
  readonly message: string;
  readonly status: number;
  readonly retryAfter?: number | undefined;
}

type Shape = 'graphql' | 'rest';

const masked = 'Something went wrong on our side. Quote the x-request-id header when you report it.';

/** What is said of a request that Fastify refuses before it reaches a route. */
const refusals: Readonly<Record<number, string>> = {
  400: 'The URL is malformed, or the body is not valid JSON.',
  413: 'The request is too large.',
  414: 'The URL is too long.',
  415: 'Send the body as application/json.',
};

/**
 * Answers what a hook or a route throws: a BillingError by its code, a request that cannot be read by its
 * status, and anything else masked. GraphQL clients get it in GraphQL's form.
 */
export function createErrorHandler(shape: Shape) {
  return (error: FastifyError | BillingError, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const failure = toFailure(error, shape);
    if (error instanceof BillingError || failure.status === 500) logFailure(request.log as Logger, error);
    return sendFailure(reply, failure, shape);
  };
}

function toFailure(error: FastifyError | BillingError, shape: Shape): Failure {
  if (error instanceof BillingError) {
    const { code, message, retryAfter } = error;
    return { code, message, retryAfter, status: errorStatuses[code][shape] };
  }
  const status = error.statusCode ?? 500;
  if (status < 400 || status >= 500) return { code: 'INTERNAL_SERVER_ERROR', message: masked, status: 500 };
  return { code: 'BAD_USER_INPUT', message: refusals[status] ?? 'The request cannot be read.', status };
}

export function answerNotFound(_request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendFailure(reply, { code: 'NOT_FOUND', message: 'There is nothing here.', status: 404 }, 'rest');
}

function sendFailure(reply: FastifyReply, failure: Failure, shape: Shape): FastifyReply {
  const { code, message, status, retryAfter } = failure;
  if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
  const details = retryAfter === undefined ? { code } : { code, retryAfter };
  const body =
    shape === 'graphql' ? { errors: [{ message, extensions: details }] } : { error: message, ...details };
  return reply.code(status).send(body);
}
