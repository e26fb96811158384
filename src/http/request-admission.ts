import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HungUpError, OverloadedError } from './http.errors.ts';
import type { Connection, OpenRequests } from './open-requests.ts';

/** Clients that pipeline at all have a few open requests on a connection. Browsers and proxies have one. */
const mostAtWork = 16;
/** Of one connection. Node reads 64 kB at once, in which a client can have this many small requests. */
const mostHeld = 700;
/** Of all connections: a client with many connections must not fill the memory with requests that wait. */
const mostHeldInTotal = 3_000;
/** Far more than Stripe lets through while a caller waits. */
const mostAtWorkInTotal = 1_000;
const mostOpenBytes = 80 * 1024 * 1024;
/** Each may hold back the start of a request, at most as large as all headers may be. */
const mostConnections = 2_000;
/** Requests have about twenty headers. Node ignores any above this number. */
const mostHeaders = 200;

/** An orchestrator would restart a service whose probes are refused, and lose the requests under way. */
const probes: readonly (string | undefined)[] = ['/healthz', '/readyz'];

/** Bounds what clients can make the service hold at the same time, with a token or without one. */
export function limitOpenRequests(server: FastifyInstance, open: OpenRequests): void {
  server.server.maxConnections = mostConnections;
  server.server.maxHeadersCount = mostHeaders;
  const held = new WeakMap<Connection, (() => void)[]>();
  const drop = createDropper(server, (socket) => !open.hasAtLeast(socket, mostAtWork));

  let heldInTotal = 0;
  const hold = (connection: Connection, goOn: () => void): void => {
    held.get(connection)?.push(goOn);
    heldInTotal += 1;
  };
  const keepPaused = (connection: Connection): void => {
    const { socket } = connection;
    socket.pause();
    if (held.has(connection)) return;
    held.set(connection, []);
    // Reading any request's body resumes its connection. Pausing does not stop Node when it was paused again meanwhile.
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
    if ((isFull && !isProbe(request, place)) || (isTooMuch && place > mostAtWork)) {
      // Behind other requests, a refusal would be held in memory until they are answered.
      if (place > 1) drop(socket);
      done(new OverloadedError());
      return;
    }
    if (place >= mostAtWork) keepPaused(connection);
    // Node has read it together with those before it. It starts when one of them has ended.
    if (place > mostAtWork) hold(connection, () => done(socket.destroyed ? new HungUpError() : undefined));
    else done();
  });

  open.onEnd((_request, connection) => {
    const goOn = held.get(connection)?.shift();
    if (goOn !== undefined) {
      heldInTotal -= 1;
      goOn();
    }
    if (connection.open.length < mostAtWork && !connection.isBroken) connection.socket.resume();
  });
}

/** The latest of the requests at work may still need its body. */
function mayRead({ open }: Connection): boolean {
  return (
    open.length < mostAtWork || (open.length === mostAtWork && open.at(-1)?.request.raw.complete === false)
  );
}

function isProbe({ routeOptions: { url } }: FastifyRequest, place: number): boolean {
  return place === 1 && probes.includes(url);
}

/**
 * Closes connections. Node goes on parsing the piece that it has read, up to 3,600 requests, and forgets them only when
 * the connection is closed. Until then no other connection is read, so that there is one such piece at a time.
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
