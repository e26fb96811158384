import type { FastifyInstance } from 'fastify';
import type { Connection, OpenRequests } from './open-requests.ts';

const checkIntervalMs = 5_000;
/** Networks pause for seconds. A client that reads nothing for longer does not want the response. */
const longestStallMs = 20_000;

interface Progress {
  readonly sentBytes: number;
  readonly since: number;
}

/** Closes connections on which the client does not read its response. Otherwise the response stays in memory. */
export function closeStalledConnections(server: FastifyInstance, open: OpenRequests): void {
  const progress = new WeakMap<Connection, Progress>();

  const check = (connection: Connection, now: number): void => {
    const { socket } = connection;
    if (connection.open[0]?.response.writableEnded !== true) {
      progress.delete(connection);
      return;
    }
    const sentBytes = socket.bytesWritten - socket.writableLength;
    const last = progress.get(connection);
    if (last?.sentBytes !== sentBytes) progress.set(connection, { sentBytes, since: now });
    else if (now - last.since >= longestStallMs) socket.destroy();
  };

  const timer = setInterval(() => {
    const now = performance.now();
    for (const connection of [...open.connections]) check(connection, now);
  }, checkIntervalMs).unref();
  server.addHook('onClose', (_server, done) => {
    clearInterval(timer);
    done();
  });
}
