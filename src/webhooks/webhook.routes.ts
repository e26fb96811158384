import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setImmediate as turn } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { toCountedNetwork, type RateLimiter } from '../http/rate-limit.ts';
import { OverloadedError } from '../http/request-admission.ts';
import type { Logger } from '../logging/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { WebhookRefusedError, requireRecent, verifySignature } from './verify-signature.ts';
import {
  type EventOrigin,
  EventUnreadableError,
  type IgnoredReason,
  type WebhookEvent,
  parseEvent,
  webhookPath,
} from './webhook-event.ts';
import { ConcurrencyLimit, type WebhookProcessor } from './webhook-processor.service.ts';

/** An event has at most 13 MB: 20 items, their prices and their plans have 108 kB of metadata each, before and after a change. */
const maxBodyBytes = 16 * 1024 * 1024;
/** Most events are smaller. Larger bodies are read few at a time, because strangers can also send them. */
const largeBodyBytes = 256 * 1024;
const largeBodiesAtOnce = 4;
/** A stranger who sends slowly leaves places to others. */
const largeBodiesOfNetwork = 2;
/** Node closes a connection on which nothing is read for 15 seconds. */
const patienceMs = 10_000;

interface WebhookOptions {
  readonly processor: Pick<WebhookProcessor, 'process'>;
  readonly isOwn: (event: WebhookEvent) => Promise<boolean>;
  readonly secrets: readonly string[];
  readonly origin: EventOrigin;
  readonly now: () => Date;
  readonly metrics: Metrics | null;
  /** Limits the refused deliveries of one address. Deliveries with a valid signature are never limited. */
  readonly refusals: RateLimiter;
}

/** Only the signature authenticates, and the body must stay the signed bytes: the routes need a Fastify plugin of their own. */
export function addWebhookRoutes(server: FastifyInstance, options: WebhookOptions): void {
  const { secrets, now, metrics, refusals } = options;
  const ignored = new Set<IgnoredReason>();
  server.setErrorHandler<Error>(async (error, request, reply) => {
    if (!(error instanceof WebhookRefusedError)) throw error;
    const { code, message } = error;
    // Beyond the limit of its address, a forged delivery is neither logged nor counted.
    await refusals.consume(toCountedNetwork(request.ip));
    metrics?.webhooks.inc({ type: 'other', outcome: 'refused' });
    request.log.warn({ requestId: request.id, refusal: code }, 'webhook delivery refused');
    return reply.code(400).send({ error: message, code });
  });
  server.addHook('onRequest', (request, _reply, done) => {
    requireRecent(readSignature(request), now());
    done();
  });
  const turns = new ConcurrencyLimit(1, patienceMs);
  limitLargeBodies(server);
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  server.post(webhookPath, { bodyLimit: maxBodyBytes }, async (request, reply) => {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    // Checking a large body takes a tenth of a second: each has a turn of the event loop, so that others are served in between.
    if (body.length > largeBodyBytes) await turns.run(() => turn());
    const text = await verifySignature({ body, signature: readSignature(request) }, { secrets, now: now() });
    return handle(text, request, reply, { ...options, ignored });
  });
}

async function handle(
  text: string,
  { id: requestId, log }: FastifyRequest,
  reply: FastifyReply,
  { origin, isOwn, processor, metrics, ignored }: WebhookOptions & { readonly ignored: Set<IgnoredReason> },
): Promise<FastifyReply> {
  let event: WebhookEvent | undefined;
  try {
    const parsed = parseEvent(text, origin);
    event = typeof parsed === 'string' ? undefined : parsed;
    if (event !== undefined && (await isOwn(event))) {
      const outcome = await processor.process(event);
      metrics?.webhooks.inc({ type: event.type, outcome });
    } else {
      const reason = typeof parsed === 'string' ? parsed : 'other_account';
      metrics?.webhooks.inc({ type: reason === 'other_type' ? 'other' : reason, outcome: 'ignored' });
      const what =
        'signed event ignored: it is not for this service; further events with this reason are not logged';
      // A Connect endpoint receives many, but one line shows a mistake in the setup.
      if (!ignored.has(reason)) log.info({ requestId, reason }, what);
      ignored.add(reason);
    }
  } catch (error) {
    metrics?.webhooks.inc({ type: event?.type ?? 'other', outcome: 'failed' });
    const details = { requestId, eventId: event?.id, eventType: event?.type };
    (log as Logger).error({ ...details, error }, 'failed to handle an event');
    // Stripe sends the event again after any status other than 2xx: https://docs.stripe.com/webhooks#retries
    const { code, message } = error instanceof EventUnreadableError ? error : notHandled;
    return reply.code(error instanceof EventUnreadableError ? 400 : 500).send({ error: message, code });
  }
  return reply.send({ received: true });
}

const notHandled = {
  code: 'EVENT_NOT_HANDLED',
  message: 'The event could not be handled. Send it again later.',
};

/** Bounds the memory of deliveries. A body takes memory until its response is sent. */
function limitLargeBodies(server: FastifyInstance): void {
  const limit = new ConcurrencyLimit(largeBodiesAtOnce, patienceMs);
  const networks = new LRUCache<string, ConcurrencyLimit>({
    max: 1_000,
    memoMethod: () => new ConcurrencyLimit(largeBodiesOfNetwork, patienceMs),
  });
  const takePlace = (ip: string, response: ServerResponse): Promise<void> =>
    new Promise((begin, reject) => {
      const holdPlace = (): Promise<void> => {
        begin();
        return finished(response);
      };
      const ofNetwork = networks.memo(toCountedNetwork(ip));
      ofNetwork.run(() => limit.run(holdPlace)).catch(() => reject(new OverloadedError()));
    });
  server.addHook('preParsing', ({ ip }, { raw: response }, payload, done) => {
    async function* waitWhereLarge(): AsyncGenerator<Buffer> {
      let bytes = 0;
      let place: Promise<void> | undefined;
      for await (const piece of payload as AsyncIterable<Buffer>) {
        bytes += piece.length;
        if (bytes > largeBodyBytes) await (place ??= takePlace(ip, response));
        yield piece;
      }
    }
    const body = Readable.from(waitWhereLarge());
    // After the response to a body that is too large, nothing else listens, and the client may still disconnect.
    body.on('error', () => undefined);
    done(null, body);
  });
}

function readSignature({ headers }: FastifyRequest): string | undefined {
  return headers['stripe-signature']?.toString();
}
