import type { Server } from 'node:http';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { OpenRequests } from './open-requests.ts';

const silenceMs = 500; // How long the latest connection may take to send its request.
const longestWaitMs = 1_000; // For a moment without new connections.
const shortTurnMs = 1; // During a longer turn of the event loop, a client may have connected unnoticed.
/** Longer than a call to Stripe with its retries, and short enough for a process that must stop within 15 seconds. */
export const longestAnswerMs = 11_000;

/**
 * Closes the server so that every request that reached it gets its response, unless that takes longer than ten
 * seconds. At first the server goes on as before, but tells each client to reconnect: otherwise a kept-alive connection
 * could close under the client's next request. Then it stops listening, and closes all connections after the last
 * response. Node itself would wait for idle connections without a limit.
 * @returns a function that says whether the close has begun
 */
export function closePolitely(server: FastifyInstance, open: OpenRequests, lingerMs: number): () => boolean {
  let begun = false;
  let quiet = false;
  const endConnections = (): void => {
    if (quiet && open.count === 0) server.server.closeAllConnections();
  };
  open.onEnd(endConnections);
  // Fastify sets this header only on later requests. Only the latest request gets it: Node drops what is queued behind it.
  server.addHook('onSend', (request, reply, _body, done) => {
    const latest = open.getConnection(request).open.at(-1)?.request;
    if (begun && latest?.raw === request.raw) void reply.header('connection', 'close');
    done();
  });
  server.addHook('preClose', async () => {
    begun = true;
    setTimeout(() => server.server.closeAllConnections(), longestAnswerMs).unref();
    await wait(lingerMs);
    await waitForQuiet(server.server);
    setTimeout(() => {
      quiet = true;
      endConnections();
    }, silenceMs).unref();
  });
  return () => begun;
}

/** Closing resets connections that are not accepted yet, so wait for a turn of the event loop without new ones. */
async function waitForQuiet(server: Server): Promise<void> {
  let connections = 0;
  server.on('connection', () => (connections += 1));
  const deadline = performance.now() + longestWaitMs;
  for (let quiet = false; !quiet && performance.now() < deadline;) {
    const before = { connections, time: performance.now() };
    await turn();
    quiet = connections === before.connections && performance.now() - before.time < shortTurnMs;
  }
}
