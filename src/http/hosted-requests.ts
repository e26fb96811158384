import { type IncomingMessage, METHODS } from 'node:http';
import { Duplex, Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import inject from 'light-my-request';
import type { HttpConfig } from '../config/config.ts';
import { parseUrl } from '../shared/urls.ts';
import { HungUpError, hungUpStatus } from './open-requests.ts';
import { unknownAddress } from './rate-limit.ts';

export interface HostedRequestFacts {
  /** The client's address. Without it, addresses are counted only by TRUST_PROXY. */
  readonly address?: string | undefined;
  /** The part of the path that belongs to the host. A host may also remove it. */
  readonly basePath?: string | undefined;
}

export type HostedFetch = (request: Request, facts?: HostedRequestFacts) => Promise<Response>;

/** By their connections, which have no sockets. */
const hostedRequests = new WeakMap<Duplex, Request>();

/** Returns the host's request; null for a request that came over HTTP. */
export function findHostedRequest({ socket }: Pick<IncomingMessage, 'socket'>): Request | null {
  return hostedRequests.get(socket) ?? null;
}

/** Passes requests of a host through the server, with every hook and limit, without a socket. */
export function createHostedFetch(
  server: FastifyInstance,
  { trustProxy }: Pick<HttpConfig, 'trustProxy'>,
): HostedFetch {
  return async (request, { address, basePath = '' } = {}) => {
    const url = parseUrl(request.url);
    // Bun and others pass on a malformed Host header, which leaves the URL invalid, or an unknown method. Node refuses both.
    if (url === null || !METHODS.includes(request.method)) return new Response(null, { status: 400 });
    const body = request.body ? Readable.from(readBody(request), { objectMode: false }) : null;
    const nowhere = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
    const connection = Object.assign(nowhere, { remoteAddress: address ?? unknownAddress });
    hostedRequests.set(connection, request);
    const hangUp = (): unknown => connection.destroy();
    // The requests of some libraries have no signal.
    const signal = request.signal as AbortSignal | undefined;
    if (signal?.aborted) hangUp();
    signal?.addEventListener('abort', hangUp);
    // The body of a client that disconnects fails, also where a host passes no signal.
    body?.on('error', (error) => error instanceof HungUpError && hangUp());
    try {
      const answered = await inject(
        (incoming, response) => server.routing(Object.assign(incoming, { socket: connection }), response),
        {
          method: request.method as inject.InjectOptions['method'],
          url: withoutBase(url.pathname, basePath) + url.search,
          authority: url.host,
          headers: readHeaders(request, trustProxy !== false && address === undefined),
          ...(body === null ? {} : { payload: body, signal }),
        },
      );
      if (!connection.destroyed) return toResponse(answered);
    } catch (error) {
      // The body failed, and the answer with it.
      if (error instanceof BodyTakenError) return new Response(null, { status: error.statusCode });
      if (!connection.destroyed) throw error;
    } finally {
      // Cancels the rest of a body, such as of one that is too large. What was never read stays the host's.
      body?.destroy();
    }
    return new Response(null, { status: hungUpStatus });
  };
}

/** The host's mistake. Without a status, Fastify would take a body's error for the client's. */
class BodyTakenError extends Error {
  readonly statusCode = 500;
  override readonly message =
    'The body was read or changed before: mount the service in front of body parsers.';
}

/** Reads the body only when a route needs it: until then, `identify` may clone the request. */
async function* readBody(request: Request): AsyncGenerator<Uint8Array> {
  const { body, bodyUsed, headers } = request;
  if (bodyUsed || body?.locked) throw new BodyTakenError();
  let bytes = 0;
  try {
    // Requests of other libraries have streams of other classes, of which all can be iterated.
    for await (const piece of body as unknown as AsyncIterable<Uint8Array>) {
      bytes += piece.length;
      yield piece;
    }
  } catch {
    throw new HungUpError();
  }
  if (bytes !== Number(headers.get('content-length') ?? bytes)) throw new BodyTakenError();
}

function withoutBase(path: string, basePath: string): string {
  const base = basePath.replace(/^(?=[^/])/, '/').replace(/\/+$/, '');
  // The base path alone is a route of the same name, on a host that has removed the base path.
  return path.startsWith(`${base}/`) ? path.slice(base.length) : path;
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
