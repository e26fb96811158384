import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Connection, OpenRequests } from './open-requests.ts';

export class OverloadedError extends Error {
  readonly statusCode = 503;
  readonly retryAfter = 1;

  constructor() {
    super('The service has too many open requests. Try again shortly.');
  }
}

/** Requests of one connection that run at once. Clients that pipeline have a few; browsers and proxies have one. */
const mostAtWork = 16;
/** Waiting requests of one connection. The 64 kB that Node reads at once can contain this many small requests. */
const mostHeld = 700;
/** Waiting requests of all connections, so that a client with many connections cannot fill the memory. */
const mostHeldInTotal = 3_000;
/** Far more than Stripe's rate limit lets through while a caller waits. */
const mostAtWorkInTotal = 1_000;
const mostOpenBytes = 80 * 1024 * 1024;
/** Each connection may hold an incomplete request, as large as the header limit. */
const mostConnections = 2_000;

/** Probes are admitted under load: if they were refused, an orchestrator would restart the service and lose requests. */
const probes: readonly (string | undefined)[] = ['/healthz', '/readyz'];

/** Also bounds clients without a token. Returns a function that closes a connection, for requests that no hook can bound. */
export function limitOpenRequests(server: FastifyInstance, open: OpenRequests): (socket: Socket) => void {
  server.server.maxConnections = mostConnections;
  const held = new WeakMap<Connection, (() => void)[]>();
  const drop = createDropper(server, (socket) => open.countOf(socket) < mostAtWork);
  let heldInTotal = 0;
  const keepPaused = (connection: Connection): void => {
    const { socket } = connection;
    socket.pause();
    if (held.has(connection)) return;
    held.set(connection, []);
    // Reading a body resumes the connection. If it was paused again meanwhile, only a repeated `pause` event stops Node.
    socket.on('resume', () => {
      if (mayRead(connection)) return;
      if (socket.isPaused()) socket.emit('pause');
      else socket.pause();
    });
  };

  server.addHook('onRequest', (request, _reply, done) => {
    const connection = open.getConnection(request);
    const { socket } = connection;
    const place = connection.open.length;
    const isFull = open.count - heldInTotal > mostAtWorkInTotal || open.bytes > mostOpenBytes;
    const isTooMuch = place > mostHeld || heldInTotal >= mostHeldInTotal;
    const isProbe = place === 1 && probes.includes(request.routeOptions.url);
    if ((isFull && !isProbe) || (isTooMuch && place > mostAtWork)) {
      // A refusal behind other requests would stay in memory until they are answered.
      if (place > 1) drop(socket);
      done(new OverloadedError());
      return;
    }
    if (place >= mostAtWork) keepPaused(connection);
    if (place <= mostAtWork) {
      done();
      return;
    }
    // Node already read this request with those before it. It starts when one of them ends.
    heldInTotal += 1;
    held.get(connection)?.push(done);
  });

  open.onEnd((_request, connection) => {
    const goOn = held.get(connection)?.shift();
    if (goOn !== undefined) {
      heldInTotal -= 1;
      goOn();
    }
    if (connection.open.length < mostAtWork && !connection.isBroken) connection.socket.resume();
  });
  return drop;
}

/** The latest running request may still need its body. */
function mayRead({ open }: Connection): boolean {
  return (
    open.length < mostAtWork || (open.length === mostAtWork && open.at(-1)?.request.raw.complete === false)
  );
}

/**
 * Closes connections. Node still parses the chunk that it has read, up to 3,600 requests, and frees them only when the
 * connection is closed. Until then no other connection is read, so that only one such chunk is parsed at a time.
 */
function createDropper(server: FastifyInstance, isFree: (socket: Socket) => boolean) {
  const sockets = new Set<Socket>();
  const closing = new Set<Socket>();
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    if (closing.size > 0) socket.pause();
    socket.once('close', () => {
      sockets.delete(socket);
      if (!closing.delete(socket) || closing.size > 0) return;
      for (const other of sockets) if (isFree(other)) other.resume();
    });
  });
  return (socket: Socket): void => {
    if (closing.has(socket)) return;
    closing.add(socket);
    socket.destroy();
    for (const other of sockets) other.pause();
  };
}
