import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { checkAuthorization } from './authorization.ts';
import { passTime } from './billing/time-passing.ts';
import { present } from './expansion.ts';
import type { Faults } from './faults.ts';
import { decodeForm } from './form.ts';
import type { FormFields } from './form.ts';
import type { IdempotencyKeys, IdempotentRequest, StoredAnswer } from './idempotency.ts';
import { createId } from './ids.ts';
import { array, decodeParameters, string } from './parameters.ts';
import type { RecordedRequest } from './recorded-request.ts';
import type { ApiRoute, PathIds } from './route.ts';
import { StripeApiError } from './stripe-api-error.ts';
import type { Store } from './store.ts';

interface ApiServerParts {
  readonly store: Store;
  readonly idempotencyKeys: IdempotencyKeys;
  readonly requests: RecordedRequest[];
  readonly latencyMs: number;
  readonly faults: Faults;
}

/** Controls skip what Stripe's own routes require: they need no key, are not recorded and meet no faults. */
const controlPrefix = '/_control/';

/** Serves routes as Stripe's API does: keys, versions, request ids, idempotency, expansion, error bodies. */
export function registerApi(app: FastifyInstance, routes: readonly ApiRoute[], parts: ApiServerParts): void {
  for (const route of routes) {
    app.route({
      method: route.method,
      url: route.path,
      handler: (request, reply) => answer(route, request, reply, parts),
    });
  }
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0];
    const error = new StripeApiError(
      `Unrecognized request URL (${request.method}: ${path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`,
      { status: 404 },
    );
    return send(reply, refuse(error, createId('req', 14), parts.store));
  });
}

/** Closes the connection without an answer. */
class HangUpError extends Error {}

async function answer(
  route: ApiRoute,
  request: FastifyRequest,
  reply: FastifyReply,
  parts: ApiServerParts,
): Promise<FastifyReply> {
  const requestId = createId('req', 14);
  try {
    const recorded = record(request, requestId);
    if (!route.path.startsWith(controlPrefix)) {
      checkAuthorization(request.headers.authorization);
      parts.requests.push(recorded);
    }
    passTime(parts.store);
    const result = await answerOnce(route, request, recorded, parts);
    return await send(reply, result, recorded);
  } catch (error) {
    if (!(error instanceof HangUpError)) return send(reply, refuse(error, requestId, parts.store));
    request.raw.socket.destroy();
    return reply.hijack();
  }
}

function record(request: FastifyRequest, id: string): RecordedRequest {
  const [path = '', query = ''] = request.url.split('?');
  const body = typeof request.body === 'string' ? request.body : '';
  return {
    id,
    method: request.method,
    path,
    params: decodeForm([query, body].filter(Boolean).join('&')),
    idempotencyKey: header(request, 'idempotency-key'),
    stripeAccount: header(request, 'stripe-account'),
    apiVersion: header(request, 'stripe-version'),
  };
}

function header(request: FastifyRequest, name: string): string | null {
  const value = request.headers[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Runs a request, or replays the answer stored for its idempotency key. */
async function answerOnce(
  route: ApiRoute,
  request: FastifyRequest,
  recorded: RecordedRequest,
  parts: ApiServerParts,
): Promise<StoredAnswer & { readonly replayed?: boolean }> {
  const { idempotencyKey: key, method, path, params: fields, stripeAccount } = recorded;
  // Stripe ignores the header on GET and DELETE, which are idempotent by themselves.
  const claim: IdempotentRequest | null =
    key !== null && method === 'POST' ? { key, method, path, fields, stripeAccount } : null;
  const stored = claim && parts.idempotencyKeys.claim(claim);
  if (stored) return { ...stored, replayed: true };
  try {
    const { expand, run } = prepare(route, request, fields, stripeAccount);
    if (parts.latencyMs > 0) await delay(parts.latencyMs);
    const fault = route.path.startsWith(controlPrefix) ? null : parts.faults.take(method, path);
    if (fault && fault.delayMs > 0) await delay(fault.delayMs);
    const executed = fault?.afterExecution === false ? null : execute(run, expand, recorded, parts.store);
    const result = fault?.error ? refuse(fault.error, recorded.id, parts.store) : executed;
    // A rate limit applies before the endpoint runs, so Stripe does not store it for the key.
    if (claim && result && result.status !== 429) parts.idempotencyKeys.keep(claim, executed ?? result);
    if (!result || fault?.hangUp) throw new HangUpError();
    return result;
  } finally {
    if (claim) parts.idempotencyKeys.release(claim);
  }
}

function prepare(route: ApiRoute, request: FastifyRequest, fields: FormFields, stripeAccount: string | null) {
  const { expand: expandField, ...rest } = fields;
  const { expand = [] } = decodeParameters(
    { expand: array(string()) },
    expandField === undefined ? {} : { expand: expandField },
  );
  return { expand, run: route.prepare(rest, request.params as PathIds, stripeAccount) };
}

/** Runs the endpoint. Its errors are answers too: the idempotency key stores them like any other. */
function execute(
  run: () => object,
  expand: readonly string[],
  recorded: RecordedRequest,
  store: Store,
): StoredAnswer {
  // A control stands for something that happens without an API request, so its events name no request.
  store.events.request = recorded.path.startsWith(controlPrefix) ? null : recorded;
  try {
    const body = JSON.stringify(
      store.attempt(() => present(run(), expand, store)),
      null,
      2,
    );
    return { requestId: recorded.id, status: 200, body };
  } catch (error) {
    return refuse(error, recorded.id, store);
  } finally {
    store.events.request = null;
  }
}

function refuse(error: unknown, requestId: string, store: Store): StoredAnswer {
  const known =
    error instanceof StripeApiError
      ? error
      : new StripeApiError(
          `The local Stripe failed: ${error instanceof Error ? error.stack : String(error)}`,
          {
            status: 500,
            type: 'api_error',
          },
        );
  const body = JSON.stringify(known.toBody(`${store.baseUrl}/_control/requests/${requestId}`), null, 2);
  return { requestId, status: known.status, body };
}

function send(
  reply: FastifyReply,
  answer: StoredAnswer & { readonly replayed?: boolean },
  recorded?: RecordedRequest,
): FastifyReply {
  void reply
    .code(answer.status)
    .header('content-type', 'application/json')
    .header('request-id', recorded?.id ?? answer.requestId);
  if (recorded?.apiVersion) void reply.header('stripe-version', recorded.apiVersion);
  if (recorded?.idempotencyKey) void reply.header('idempotency-key', recorded.idempotencyKey);
  if (answer.status === 401) void reply.header('www-authenticate', 'Bearer realm="Stripe"');
  if (answer.replayed) {
    void reply.header('idempotent-replayed', 'true').header('original-request', answer.requestId);
  }
  return reply.send(answer.body);
}
