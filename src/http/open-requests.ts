import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';

interface Connection {
  readonly socket: Socket;
  /** In the order in which they came. */
  readonly open: FastifyRequest[];
  /** Nothing that still comes on it can be read. */
  isBroken: boolean;
}

/**
 * The requests that are not answered yet, by connection. A client may send several on one without waiting for answers,
 * and when it hangs up, Node says so of the first alone: the others are found here.
 */
export class OpenRequests {
  #count = 0;
  readonly #connections = new WeakMap<Socket, Connection>();
  readonly #listeners: ((request: FastifyRequest) => void)[] = [];

  get count(): number {
    return this.#count;
  }

  /** From its first hook on, until its answer is out or its connection is closed. */
  track(server: FastifyInstance): void {
    server.addHook('onRequest', (request, { raw }, done) => {
      const connection = this.#getConnection(request.raw.socket);
      this.#count += 1;
      connection.open.push(request);
      raw.on('close', () => this.#end(request, connection));
      done();
    });
  }

  /** Calls back when a request has ended, however it did. */
  onEnd(listener: (request: FastifyRequest) => void): void {
    this.#listeners.push(listener);
  }

  /** Whether no other request came after it on its connection. */
  isLatest({ raw }: FastifyRequest): boolean {
    return this.#connections.get(raw.socket)?.open.at(-1)?.raw === raw;
  }

  /** Closes a connection on which nothing more can be read after what is still to be answered; false when there is none. */
  closeWhenAnswered(socket: Socket): boolean {
    const connection = this.#connections.get(socket);
    if (connection === undefined || !hasAnswersDue(connection)) return false;
    connection.isBroken = true;
    return true;
  }

  #getConnection(socket: Socket): Connection {
    const known = this.#connections.get(socket);
    if (known !== undefined) return known;
    const connection: Connection = { socket, open: [], isBroken: false };
    this.#connections.set(socket, connection);
    socket.on('close', () => {
      for (const request of [...connection.open]) this.#end(request, connection);
    });
    return connection;
  }

  #end(request: FastifyRequest, connection: Connection): void {
    if (!remove(connection.open, request)) return;
    this.#count -= 1;
    for (const listener of this.#listeners) listener(request);
    if (connection.isBroken && !hasAnswersDue(connection)) connection.socket.destroySoon();
  }
}

/** The latest may never be whole, and is not waited for. */
function hasAnswersDue({ open }: Connection): boolean {
  return open.some(({ raw }) => raw.complete);
}

function remove(open: FastifyRequest[], request: FastifyRequest): boolean {
  if (open.at(-1) === request) return open.pop() !== undefined;
  const place = open.indexOf(request);
  if (place >= 0) open.splice(place, 1);
  return place >= 0;
}
