import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../logging/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { verifySignature } from './verify-signature.ts';
import {
  isHandled,
  webhookPath,
  type EventOrigin,
  type IgnoredReason,
  type WebhookEvent,
  parseEvent,
} from './webhook-event.ts';
import type { WebhookProcessor } from './webhook-processor.service.ts';
import { EventUnreadableError, WebhookRefusedError } from './webhook.errors.ts';
import { toCountedNetwork, type RateLimiter } from '../http/rate-limit.ts';

const maxBodyBytes = 256 * 1024;

export interface WebhookOptions {
  readonly processor: Pick<WebhookProcessor, 'process'>;
  /** The secrets that events may be signed with. */
  readonly secrets: readonly string[];
  /** The events to act on. */
  readonly origin: EventOrigin;
  readonly now: () => Date;
  readonly metrics: Pick<Metrics, 'webhookHandled'>;
  /** Limits the refused deliveries of one address. Deliveries with a valid signature are never limited. */
  readonly refusals: RateLimiter;
}

/** The options, with state that is kept between requests. */
interface WebhookContext extends WebhookOptions {
  readonly loggedReasons: Set<IgnoredReason>;
}

/**
 * Receives Stripe's events. The routes need their own Fastify plugin: the signature is the only authentication, deliveries
 * do not count against RATE_LIMIT, and the body must stay the signed bytes.
 */
export function addWebhookRoutes(server: FastifyInstance, options: WebhookOptions): void {
  const context: WebhookContext = { ...options, loggedReasons: new Set() };
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  server.post(webhookPath, { bodyLimit: maxBodyBytes }, async (request, reply) => {
    let text: string;
    try {
      text = verifySignature(toDelivery(request), { ...options, now: options.now() });
    } catch (error) {
      if (!(error instanceof WebhookRefusedError)) throw error;
      return refuse(error, request, reply, context);
    }
    return accept(text, request, reply, context);
  });
}

function toDelivery({ body, headers }: FastifyRequest): { body: Buffer; signature: string | undefined } {
  const header = headers['stripe-signature'];
  return {
    body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
    signature: Array.isArray(header) ? header.join() : header,
  };
}

/** Beyond the limit of its address, a forged delivery is neither logged nor counted. @throws RateLimitedError */
async function refuse(
  { code, message }: WebhookRefusedError,
  request: FastifyRequest,
  reply: FastifyReply,
  { metrics, refusals }: WebhookContext,
): Promise<FastifyReply> {
  await refusals.consume(toCountedNetwork(request.ip));
  metrics.webhookHandled('other', 'refused');
  request.log.warn({ requestId: request.id, refusal: code }, 'webhook delivery refused');
  return reply.code(400).send({ error: message, code });
}

/** Answers 200 only for events that were handled or ignored. Stripe sends all other events again. */
async function accept(
  text: string,
  request: FastifyRequest,
  reply: FastifyReply,
  context: WebhookContext,
): Promise<FastifyReply> {
  const { processor, origin, metrics } = context;
  let event: WebhookEvent | null = null;
  try {
    const parsed = parseEvent(text, origin);
    if (typeof parsed === 'string') {
      ignore(parsed, request, context);
    } else {
      event = parsed;
      metrics.webhookHandled(toLabel(event), await processor.process(event));
    }
    return await reply.send({ received: true });
  } catch (error) {
    metrics.webhookHandled(toLabel(event), 'failed');
    logFailure(request, event, error);
    return answerFailure(reply, error);
  }
}

/** Logs only the first event for each reason: a Connect endpoint receives many, but the line shows a mistake in the setup. */
function ignore(
  reason: IgnoredReason,
  request: FastifyRequest,
  { metrics, loggedReasons }: WebhookContext,
): void {
  metrics.webhookHandled(reason === 'other_type' ? 'other' : reason, 'ignored');
  if (loggedReasons.has(reason)) return;
  loggedReasons.add(reason);
  request.log.info(
    { requestId: request.id, reason },
    'signed event ignored: it is not for this service; further events with this reason are not logged',
  );
}

/** Bounds the number of label values. */
function toLabel(event: WebhookEvent | null): string {
  return event !== null && isHandled(event.type) ? event.type : 'other';
}

function logFailure(request: FastifyRequest, event: WebhookEvent | null, error: unknown): void {
  const details = { requestId: request.id, eventId: event?.id, eventType: event?.type };
  (request.log as Logger).error({ ...details, error }, 'failed to handle an event');
}

/** Stripe sends the event again after any status other than 2xx: https://docs.stripe.com/webhooks#retries */
function answerFailure(reply: FastifyReply, error: unknown): FastifyReply {
  if (error instanceof EventUnreadableError)
    return reply.code(400).send({ error: error.message, code: error.code });
  return reply
    .code(500)
    .send({ error: 'The event could not be handled. Send it again later.', code: 'EVENT_NOT_HANDLED' });
}
