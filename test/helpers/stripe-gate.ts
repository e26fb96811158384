import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { closeAfterTests } from './closing.ts';

/** A request that Stripe has answered, while the answer is still on its way. */
export interface Exchange {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly body: string;
  readonly idempotencyKey: string | undefined;
  readonly status: number;
  /** The answer's body. */
  readonly answer: string;
}

/** What becomes of an answer: it arrives, it is lost, or another one comes in its place. */
export type Fate =
  | 'pass'
  | 'lose'
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string };

/** A way to the local Stripe on which answers can be held up, lost or spoilt after Stripe has done its work. */
export interface StripeGate {
  readonly url: string;
  /** Decides on every answer from now on. */
  watch(decide: (exchange: Exchange) => Fate | Promise<Fate>): void;
}

export async function startStripeGate(stripeUrl: string): Promise<StripeGate> {
  let decide: (exchange: Exchange) => Fate | Promise<Fate> = () => 'pass';
  const server = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request;
    const body = await text(request);
    const answer = await fetch(`${stripeUrl}${url}`, {
      method,
      headers: pick(headers, ['authorization', 'content-type', 'idempotency-key', 'stripe-version']),
      ...(body === '' ? {} : { body }),
    });
    const content = await answer.text();
    const idempotencyKey = headers['idempotency-key']?.toString();
    const path = url.replace(/\?.*/, '');
    const exchange = { method, path, body, idempotencyKey, status: answer.status, answer: content };
    // What goes wrong in a test's own decision is seen by what becomes of the request.
    const fate = await Promise.resolve(exchange)
      .then(decide)
      .catch(() => 'lose' as const);
    if (fate === 'lose') response.destroy();
    else if (fate === 'pass')
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(content);
    else
      response
        .writeHead(fate.status, fate.headers)
        .end(fate.body ?? '{"error": {"type": "api_error", "message": "Spoilt."}}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closeAfterTests(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    watch: (next) => {
      decide = next;
    },
  };
}

function pick(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  names: readonly string[],
): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])]])),
  );
}
