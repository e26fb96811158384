import type { Server } from 'node:http';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { OpenRequests } from './open-requests.ts';

/** How long a connection that was made last may take to send its request. */
const silenceMs = 500;

/** How long a moment is waited for in which nobody connects. */
const longestWaitMs = 1_000;

/** A turn of the event loop that took longer may have let somebody connect after it looked. */
const shortTurnMs = 1;

/** More than any answer takes; it leaves a process that is to end in 15 seconds the time for the rest. */
const longestAnswerMs = 11_000;

export interface Closing {
  hasBegun(): boolean;
}

/**
 * Closes the server so that no request which reached it goes without its answer. For a while it goes on as
 * before, but for telling each client to connect anew: one that keeps its connection would else send its next
 * request while that is closed. Then it listens no more, and ends what is open when the last answer is out. Node
 * itself waits without end for connections on which nothing comes.
 */
export function closePolitely(server: FastifyInstance, open: OpenRequests, lingerMs: number): Closing {
  let begun = false;
  let quiet = false;
  const endConnections = (): void => {
    if (quiet && open.count === 0) server.server.closeAllConnections();
  };
  open.onEnd(endConnections);
  // Fastify says so to requests that come from now on, and not to those under way. Node drops what is queued behind it.
  server.addHook('onSend', (request, reply, _body, done) => {
    if (begun && open.isLatest(request)) void reply.header('connection', 'close');
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
  return { hasBegun: () => begun };
}

/** Closing resets connections that are not accepted yet, so it waits for a turn in which none came. */
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
