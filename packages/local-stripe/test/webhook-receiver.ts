import { once } from 'node:events';
import { type IncomingHttpHeaders, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Stripe from 'stripe';
import type { LocalStripeOptions } from '../src/local-stripe.ts';
import { closeAfterTests } from '../../../test/helpers/closing.ts';
import { type LocalStripeClient, startLocalStripe } from './local-stripe-client.ts';

/** One delivery to a receiver. */
export interface Received {
  readonly headers: IncomingHttpHeaders;
  /** The raw body, before parsing. */
  readonly body: string;
  readonly event: Stripe.Event;
}

export interface WebhookReceiver {
  readonly url: string;
  readonly secret: string;
  readonly received: readonly Received[];
  /** The types of the received events, in order. */
  readonly types: () => string[];
  /** The status to answer. A promise that never resolves sends no answer. */
  answer: (received: Received) => number | Promise<number>;
}

/** Receives webhooks over HTTP and verifies each signature with the SDK. Closes after the last test. */
export async function startWebhookReceiver(secret = 'whsec_test'): Promise<WebhookReceiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    // The target of a redirect answers 200.
    if (request.method !== 'POST') return void response.end();
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks).toString();
      const signature = request.headers['stripe-signature'] ?? '';
      const event = Stripe.webhooks.constructEvent(body, signature, receiver.secret);
      received.push({ headers: request.headers, body, event });
      const status = await receiver.answer({ headers: request.headers, body, event });
      response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
    })().catch(() => response.writeHead(400).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closeAfterTests(() => {
    server.closeAllConnections();
    server.close();
  });
  const receiver: WebhookReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`,
    secret,
    received,
    types: () => received.map(({ event }) => event.type),
    answer: () => 200,
  };
  return receiver;
}

export interface Wired {
  readonly client: LocalStripeClient;
  readonly receiver: WebhookReceiver;
}

/** Starts a local Stripe with a receiver and short pauses between retries. */
export async function startWired(options: LocalStripeOptions = {}): Promise<Wired> {
  const receiver = await startWebhookReceiver();
  const client = await startLocalStripe({
    webhooks: [receiver],
    webhookRetryDelaysMs: [1, 2, 4],
    ...options,
  });
  return { client, receiver };
}
