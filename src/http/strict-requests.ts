import { isUtf8 } from 'node:buffer';
import { STATUS_CODES } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import { parseUrl } from '../shared/urls.ts';

/** A request that is refused before it reaches a route. error-response.ts has the message for each status. */
class RequestRefusedError extends Error {
  constructor(readonly statusCode: 400 | 415) {
    super(STATUS_CODES[statusCode]);
  }
}

/** Of duplicates, Node keeps the first, while a proxy in front of it may have read the last. */
const singleHeaders = ['authorization', 'content-type', 'host'];

/** Refuses duplicate, malformed and unsupported headers before anything reads them. */
export function refuseAmbiguousHeaders(server: FastifyInstance): void {
  server.addHook('onRequest', (request, _reply, done) => {
    const { headersDistinct } = request.raw;
    const areSingle = singleHeaders.every((name) => (headersDistinct[name]?.length ?? 0) <= 1);
    const { 'content-encoding': encoding = 'identity' } = request.headers;
    if (!areSingle || !isHost(request)) done(new RequestRefusedError(400));
    // Compressed bodies are refused, so that a small body cannot become a large one.
    else if (encoding.toLowerCase() !== 'identity') done(new RequestRefusedError(415));
    else done();
  });
}

/** Characters that would end the host in a URL. */
const notOfHosts = /[@/?#\\]/;

/** Only HTTP/1.0, which some health checks use, may omit the Host header. */
function isHost({ raw: { httpVersion }, protocol, host }: FastifyRequest): boolean {
  if (host === '') return httpVersion === '1.0';
  return !notOfHosts.test(host) && parseUrl(`${protocol}://${host}/`) !== null;
}

/** Apollo Server's integration needs the host to build a URL. */
export function requireHost(
  { host }: FastifyRequest,
  _reply: FastifyReply,
  done: HookHandlerDoneFunction,
): void {
  done(host === '' ? new RequestRefusedError(400) : undefined);
}

/**
 * Accepts only JSON in UTF-8, the encoding that RFC 8259 requires. Fastify's own parser would silently replace
 * invalid bytes by replacement characters.
 */
export function readJsonOnly(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const charset = /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(request.headers['content-type'] ?? '')?.[1];
    if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
      done(new RequestRefusedError(415));
      return;
    }
    const text = isUtf8(body as Buffer) ? body.toString() : null;
    // RFC 8259 forbids a byte order mark.
    if (text === null || text.startsWith('\uFEFF')) done(new RequestRefusedError(400));
    else void parse(request, text, done);
  });
}
