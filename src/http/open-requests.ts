import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HungUpError } from './http.errors.ts';

/** A request whose response is not sent yet. */
export interface OpenRequest {
  readonly request: FastifyRequest;
  readonly response: ServerResponse;
  /** What its headers and its body may retain. */
  readonly bytes: number;
}

export interface Connection {
  readonly socket: Socket;
  /** In the order of their arrival, which is the order of their responses. */
  readonly open: OpenRequest[];
  /** Nothing that arrives from now on can be read. */
  isBroken: boolean;
}

type Listener = (request: FastifyRequest, connection: Connection) => void;

/** A header costs more than its text. */
const bytesPerHeaderText = 50;
/** What JSON can retain once it is parsed: the text of empty objects is the smallest. */
const bytesPerJsonByte = 20;
/** The largest body of any route. No more of a larger one is read. */
const largestBody = 256 * 1024;

/**
 * The requests that are not answered yet, by connection. A client may pipeline several on one connection. When it
 * disconnects, Node reports the first request alone, and the others are found here.
 */
export class OpenRequests {
  /** Connections that have open requests. */
  readonly connections = new Set<Connection>();
  #count = 0;
  #bytes = 0;
  readonly #bySocket = new WeakMap<Socket, Connection>();
  readonly #listeners: Listener[] = [];

  get count(): number {
    return this.#count;
  }

  /** What the headers and bodies of all open requests may retain. */
  get bytes(): number {
    return this.#bytes;
  }

  /** From its first hook on, until its response is sent or its connection is closed. */
  track(server: FastifyInstance): void {
    server.addHook('onRequest', (request, { raw: response }, done) => {
      // Node goes on parsing what it has read of a connection that was closed.
      if (request.raw.socket.destroyed) {
        done(new HungUpError());
        return;
      }
      const connection = this.getConnection(request);
      const opened = { request, response, bytes: countBytes(request) };
      this.#count += 1;
      this.#bytes += opened.bytes;
      connection.open.push(opened);
      this.connections.add(connection);
      response.on('close', () => this.#end(opened, connection));
      done();
    });
  }

  /** Calls back when a request has ended, however it ended. */
  onEnd(listener: Listener): void {
    this.#listeners.push(listener);
  }

  /** Whether a connection has at least as many open requests. */
  hasAtLeast(socket: Socket, count: number): boolean {
    return (this.#bySocket.get(socket)?.open.length ?? 0) >= count;
  }

  /** Whether no other request came after it on its connection. */
  isLatest({ raw }: FastifyRequest): boolean {
    return this.#bySocket.get(raw.socket)?.open.at(-1)?.request.raw === raw;
  }

  /** Closes a connection that can no longer be read once its complete requests are answered; false when there are none. */
  closeWhenAnswered(socket: Socket): boolean {
    const connection = this.#bySocket.get(socket);
    if (connection === undefined || !hasResponsesDue(connection)) return false;
    connection.isBroken = true;
    return true;
  }

  getConnection({ raw: { socket } }: FastifyRequest): Connection {
    const known = this.#bySocket.get(socket);
    if (known !== undefined) return known;
    const connection: Connection = { socket, open: [], isBroken: false };
    this.#bySocket.set(socket, connection);
    socket.on('close', () => {
      for (const opened of [...connection.open]) this.#end(opened, connection);
    });
    return connection;
  }

  #end(opened: OpenRequest, connection: Connection): void {
    const place = connection.open.indexOf(opened);
    if (place < 0) return;
    connection.open.splice(place, 1);
    this.#count -= 1;
    this.#bytes -= opened.bytes;
    if (connection.open.length === 0) this.connections.delete(connection);
    for (const listener of this.#listeners) listener(opened.request, connection);
    if (connection.isBroken && !hasResponsesDue(connection)) connection.socket.destroySoon();
  }
}

/** The latest request may never become complete, so it is not waited for. */
function hasResponsesDue({ open }: Connection): boolean {
  return open.some(({ request }) => request.raw.complete);
}

/** An event is parsed only after its signature was checked, and until then it is no more than its bytes. */
function countBytes({ raw: { url = '', rawHeaders, headers } }: FastifyRequest): number {
  const head = rawHeaders.reduce((sum, text) => sum + text.length + bytesPerHeaderText, url.length);
  const declared = headers['transfer-encoding'] === undefined ? headers['content-length'] : largestBody;
  const body = Math.min(largestBody, Number(declared ?? 0));
  return head + body * (url.startsWith('/webhooks/') ? 1 : bytesPerJsonByte);
}
