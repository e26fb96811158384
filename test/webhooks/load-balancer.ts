import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closeAfterTests } from '../helpers/closing.ts';

export interface LoadBalancer {
  readonly url: string;
  /** Requests that came so far. */
  readonly count: number;
  /** Calls back once, when so many requests have come. */
  onceAt(count: number, call: () => void): void;
}

/** Gives requests to services in turns. One that does not answer is a 502. One that refuses connections gets no more. */
export async function startLoadBalancer(targets: readonly string[]): Promise<LoadBalancer> {
  const alive = [...targets];
  const calls = new Map<number, () => void>();
  let count = 0;
  const forward = (incoming: IncomingMessage, answer: ServerResponse): void => {
    count += 1;
    calls.get(count)?.();
    const target = alive[count % alive.length] ?? 'none';
    const outgoing = request(new URL(incoming.url ?? '/', target), {
      method: incoming.method ?? 'POST',
      headers: incoming.headers,
    });
    outgoing.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 502);
      response.pipe(answer);
    });
    outgoing.on('error', ({ code }: NodeJS.ErrnoException) => {
      // A live service also resets a connection, when it closes an idle one that is used again at that moment.
      if (code === 'ECONNREFUSED' && alive.includes(target)) alive.splice(alive.indexOf(target), 1);
      answer.writeHead(502).end();
    });
    incoming.pipe(outgoing);
  };
  const server = createServer(forward).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closeAfterTests(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get count() {
      return count;
    },
    onceAt: (at, call) => void calls.set(at, call),
  };
}
