import type { IncomingMessage } from 'node:http';
import { Duplex, Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { FastifyInstance } from 'fastify';
import inject from 'light-my-request';
import type { HttpConfig } from '../config/config.ts';
import { HungUpError, hungUpStatus } from './open-requests.ts';
import { unknownAddress } from './rate-limit.ts';

export interface HostedRequestFacts {
  /** The client's address. Without it, addresses are counted only by TRUST_PROXY. */
  readonly address?: string | undefined;
  /** The part of the path that belongs to the host. A host may also remove it. */
  readonly basePath?: string | undefined;
}

export type HostedFetch = (request: Request, facts?: HostedRequestFacts) => Promise<Response>;

class HostedConnection extends Duplex {
  constructor(
    readonly request: Request,
    readonly remoteAddress: string,
  ) {
    super({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
  }
}

/** Returns the host's request; null for a request that came over HTTP. */
export function findHostedRequest({ socket }: Pick<IncomingMessage, 'socket'>): Request | null {
  const connection: Duplex = socket;
  return connection instanceof HostedConnection ? connection.request : null;
}

/** Passes requests of a host through the server, with every hook and limit, without a socket. */
export function createHostedFetch(
  server: FastifyInstance,
  { trustProxy }: Pick<HttpConfig, 'trustProxy'>,
): { readonly fetch: HostedFetch; readonly settle: () => Promise<unknown> } {
  const open = new Set<Promise<Response>>();

  const answer: HostedFetch = async (request, { address, basePath = '' } = {}) => {
    if (request.bodyUsed)
      throw new Error('The body was read before: mount the service in front of body parsers.');
    const { pathname, search, host } = new URL(request.url);
    // Node's type and the browser's, which the tests of the client have, differ by name alone.
    const stream: unknown = request.body;
    const body = stream === null ? null : Readable.fromWeb(stream as ReadableStream);
    const connection = new HostedConnection(request, address ?? unknownAddress);
    const hangUp = (): void => {
      connection.destroy();
      body?.destroy(new HungUpError());
    };
    if (request.signal.aborted) hangUp();
    request.signal.addEventListener('abort', hangUp);
    // The body of a client that disconnects fails, also where a host passes no signal.
    body?.on('error', hangUp);
    try {
      const answered = await inject(
        (incoming, response) => {
          // A Request has each header once.
          server.routing(Object.assign(incoming, { socket: connection, headersDistinct: {} }), response);
        },
        {
          method: request.method,
          url: withoutBase(pathname, basePath) + search,
          authority: host,
          headers: readHeaders(request, trustProxy !== false && address === undefined),
          ...(body === null ? {} : { payload: body }),
        },
      );
      return toResponse(answered);
    } catch (error) {
      // The body failed before a route read it.
      if (connection.destroyed) return new Response(null, { status: hungUpStatus });
      throw error;
    } finally {
      // Cancels what was not read, such as the rest of a body that is too large.
      body?.destroy();
    }
  };

  return {
    fetch: (request, facts) => {
      const answering = answer(request, facts).finally(() => open.delete(answering));
      open.add(answering);
      return answering;
    },
    settle: () => Promise.allSettled(open),
  };
}

function withoutBase(path: string, basePath: string): string {
  const base = basePath.replace(/^(?=[^/])/, '/').replace(/\/+$/, '');
  return path === base || path.startsWith(`${base}/`) ? path.slice(base.length) || '/' : path;
}

/** Headers in which a client could name any address or host, unless a trusted proxy wrote them. */
const proxyHeaders = /^(forwarded|x-real-ip|x-forwarded-.*)$/;

function readHeaders(request: Request, trustsProxy: boolean): Record<string, string> {
  const entries = [...request.headers].filter(([name]) => trustsProxy || !proxyHeaders.test(name));
  const headers = Object.fromEntries(entries);
  const hasLength = 'content-length' in headers || 'transfer-encoding' in headers;
  return request.body === null || hasLength ? headers : { ...headers, 'transfer-encoding': 'chunked' };
}

/** The host writes these itself, because it has the connection. */
const connectionHeaders = new Set(['connection', 'keep-alive', 'transfer-encoding']);

function toResponse({ statusCode: status, headers: answered, rawPayload }: inject.Response): Response {
  const headers = Object.entries(answered)
    .filter(([name]) => !connectionHeaders.has(name))
    .flatMap(([name, value]) => [value].flat().map((each): [string, string] => [name, String(each)]));
  return new Response(rawPayload.length === 0 ? null : new Uint8Array(rawPayload), { status, headers });
}
