import type { FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import type { ExecutionResult } from 'graphql';
import { describeErrors, logErrors } from '../graphql/format-error.ts';
import type { OperationRequest, PreparedOperations } from '../graphql/prepared-operations.ts';
import type { Logger } from '../logger.ts';

/** The answer's type for what clients accept; among them nothing, and what Apollo Client 4 sends. Apollo Server works out the rest. */
const answerTypes: ReadonlyMap<string | undefined, string> = new Map([
  [undefined, 'application/json; charset=utf-8'],
  ['*/*', 'application/json; charset=utf-8'],
  ['application/json', 'application/json; charset=utf-8'],
  [
    'application/graphql-response+json,application/json;q=0.9',
    'application/graphql-response+json; charset=utf-8',
  ],
]);

/** Answers what is sent again and again, word for word as Apollo Server does, to whom the rest is left. */
export function answerPrepared(
  prepared: PreparedOperations,
  logger: Logger,
  otherwise: RouteHandlerMethod,
): RouteHandlerMethod {
  return async function answer(request, reply) {
    const type = answerTypes.get(request.headers.accept);
    const operation = type === undefined ? null : readOperation(request);
    const { id: requestId, caller } = request;
    const result = operation && (await prepared.run(operation, { requestId, caller }));
    if (type === undefined || result === null) return otherwise.call(this, request, reply);
    void reply.header('content-type', type);
    if (result.errors !== undefined) logErrors(logger, result.errors, requestId);
    return write(result, reply);
  };
}

/** What has an unusual form is Apollo Server's to judge. A body was sent as JSON, or there is none: see readJsonOnly. */
function readOperation({ method, body }: FastifyRequest): OperationRequest | null {
  if (method !== 'POST' || !isRecord(body)) return null;
  const { query, operationName, variables, extensions } = body;
  if (typeof query !== 'string' || !isNullish(extensions)) return null;
  if (!isNullish(operationName) && typeof operationName !== 'string') return null;
  return isNullish(variables) || isRecord(variables) ? { query, operationName, variables } : null;
}

function isNullish(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function write({ errors, data }: ExecutionResult, reply: FastifyReply): string {
  if (errors === undefined) return `${JSON.stringify({ data })}\n`;
  const { formatted, status, headers } = describeErrors(errors);
  void reply.code(status).headers(headers);
  return `${JSON.stringify({ errors: formatted, data })}\n`;
}
