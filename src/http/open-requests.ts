import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** nginx's status for a client that disconnected before the response. Only logs and metrics show it. */
export const hungUpStatus = 499;

export class HungUpError extends Error {
  readonly statusCode = hungUpStatus;
}

interface OpenRequest {
  readonly request: FastifyRequest;
  /** The memory that the request's headers and body may retain. */
  readonly bytes: number;
}

export interface Connection {
  readonly socket: Socket;
  /** In order of arrival, which is the order of the responses. */
  readonly open: OpenRequest[];
  /** Whether no further input on this connection can be parsed. */
  isBroken: boolean;
}

const bytesPerHeaderText = 50; // The overhead of a header beyond its text.
/** The memory that a byte of JSON can retain once parsed. Empty objects are the worst case. */
const bytesPerJsonByte = 20;
export const largestBody = 64 * 1024; // Of all routes but webhooks.
const largestEvent = 256 * 1024; // Webhooks read larger bodies few at a time.

/** When a client that pipelines requests disconnects, Node reports only the first request: this class finds the others. */
export class OpenRequests {
  count = 0;
  bytes = 0;
  private readonly bySocket = new WeakMap<Socket, Connection>();
  private readonly listeners: ((request: FastifyRequest, connection: Connection) => void)[] = [];

  /** Tracks each request from its first hook until its response is sent or its connection closes. */
  track(server: FastifyInstance): void {
    // A session of a new user may take several calls to Stripe, and nothing is sent meanwhile.
    server.server.on('timeout', (socket: Socket) => {
      if (socket.writableLength > 0 || !hasResponsesDue(this.bySocket.get(socket))) socket.destroy();
    });
    server.addHook('onRequest', (request, { raw: response }, done) => {
      // Node still parses the input that it read before the connection closed.
      if (request.raw.socket.destroyed) {
        done(new HungUpError());
        return;
      }
      const connection = this.getConnection(request);
      const opened = { request, bytes: countBytes(request) };
      this.count += 1;
      this.bytes += opened.bytes;
      connection.open.push(opened);
      response.on('close', () => this.end(opened, connection));
      done();
    });
  }

  onEnd(listener: (request: FastifyRequest, connection: Connection) => void): void {
    this.listeners.push(listener);
  }

  countOf(socket: Socket): number {
    return this.bySocket.get(socket)?.open.length ?? 0;
  }

  /** Closes a broken connection after its complete requests are answered. Returns false when it has none. */
  closeWhenAnswered(socket: Socket): boolean {
    const connection = this.bySocket.get(socket);
    if (connection === undefined || !hasResponsesDue(connection)) return false;
    connection.isBroken = true;
    return true;
  }

  getConnection({ raw: { socket } }: FastifyRequest): Connection {
    const known = this.bySocket.get(socket);
    if (known !== undefined) return known;
    const connection: Connection = { socket, open: [], isBroken: false };
    this.bySocket.set(socket, connection);
    socket.on('close', () => {
      for (const opened of [...connection.open]) this.end(opened, connection);
    });
    return connection;
  }

  private end(opened: OpenRequest, connection: Connection): void {
    const place = connection.open.indexOf(opened);
    if (place < 0) return;
    connection.open.splice(place, 1);
    this.count -= 1;
    this.bytes -= opened.bytes;
    for (const listener of this.listeners) listener(opened.request, connection);
    if (connection.isBroken && !hasResponsesDue(connection)) connection.socket.destroySoon();
  }
}

/** An incomplete request does not count: on a broken connection it never becomes complete. */
function hasResponsesDue(connection: Connection | undefined): boolean {
  return connection?.open.some(({ request }) => request.raw.complete) ?? false;
}

/** A webhook body counts by its bytes alone: it is parsed only after its signature was verified. */
function countBytes({ raw: { url = '', rawHeaders, headers } }: FastifyRequest): number {
  const head = rawHeaders.reduce((sum, text) => sum + text.length + bytesPerHeaderText, url.length);
  const [largest, bytesPerByte] = url.startsWith('/webhooks/')
    ? [largestEvent, 1]
    : [largestBody, bytesPerJsonByte];
  const declared = headers['transfer-encoding'] === undefined ? headers['content-length'] : largest;
  return head + bytesPerByte * Math.min(largest, Number(declared ?? 0));
}
