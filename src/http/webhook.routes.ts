import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { isHandled, webhookPath } from '../webhooks/webhook-event-types.ts';
import { type WebhookEvent, checkOrigin, parseEvent } from '../webhooks/webhook-event.ts';
import type { WebhookProcessor } from '../webhooks/webhook-processor.service.ts';
import { checkSignature } from '../webhooks/webhook-signature.ts';
import { WebhookRefusedError } from '../webhooks/webhook.errors.ts';

const maxBodyBytes = 256 * 1024;

export interface WebhookOptions {
  readonly processor: Pick<WebhookProcessor, 'process'>;
  /** What events may be signed with. */
  readonly secrets: readonly string[];
  readonly livemode: boolean;
  /** The connected account to act on; null for the key's own. */
  readonly account: string | null;
  readonly now: () => Date;
  readonly metrics: Pick<Metrics, 'webhookHandled'>;
}

/**
 * Where Stripe sends events. It wants a plugin of its own: nobody is authenticated here but by the signature,
 * nothing counts against anybody's limit, and bodies stay the bytes that were signed.
 */
export function addWebhookRoutes(server: FastifyInstance, options: WebhookOptions): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  server.post(webhookPath, { bodyLimit: maxBodyBytes }, async (request, reply) => {
    try {
      const event = acceptEvent(request, options);
      return await handle(event, request, reply, options);
    } catch (error) {
      if (!(error instanceof WebhookRefusedError)) throw error;
      options.metrics.webhookHandled('other', 'refused');
      request.log.warn({ requestId: request.id, refusal: error.code }, 'a webhook delivery was refused');
      return reply.code(400).send({ error: error.message, code: error.code });
    }
  });
}

/** @throws WebhookRefusedError unless Stripe sent it, now, and to this service */
function acceptEvent(
  request: FastifyRequest,
  { secrets, now, livemode, account }: WebhookOptions,
): WebhookEvent {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const header = request.headers['stripe-signature'];
  const signature = Array.isArray(header) ? header.join() : header;
  checkSignature({ body, signature }, { secrets, now: now() });
  const event = parseEvent(body);
  checkOrigin(event, { livemode, account });
  return event;
}

/** Whatever is not a 2xx lets Stripe send the event again: https://docs.stripe.com/webhooks#retries */
async function handle(
  event: WebhookEvent,
  request: FastifyRequest,
  reply: FastifyReply,
  { processor, metrics }: WebhookOptions,
): Promise<FastifyReply> {
  // What is not handled can have any name.
  const countedType = isHandled(event.type) ? event.type : 'other';
  try {
    metrics.webhookHandled(countedType, await processor.process(event));
    return await reply.send({ received: true });
  } catch (error) {
    if (error instanceof WebhookRefusedError) throw error;
    metrics.webhookHandled(countedType, 'failed');
    const { id: eventId, type: eventType } = event;
    const details = { requestId: request.id, eventId, eventType };
    (request.log as Logger).error({ ...details, error }, 'an event could not be handled');
    return reply
      .code(500)
      .send({ error: 'The event could not be handled. Send it again later.', code: 'EVENT_NOT_HANDLED' });
  }
}
