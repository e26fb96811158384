import { isUtf8 } from 'node:buffer';
import { IncomingMessage, STATUS_CODES } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { parseUrl } from '../shared/urls.ts';

/** A request that is refused before it reaches a route. error-response.ts has the message for each status. */
class RequestRefusedError extends Error {
  constructor(readonly statusCode: 400 | 415 | 431) {
    super(STATUS_CODES[statusCode]);
  }
}

/** In bytes. A body of small pieces uses this up after a thousand of them. */
const allowance = 64_000;
const smallPiece = 64;

/** Closes the connection of a body in thousands of small pieces, each of which retains hundreds of bytes until it is read. */
export class StrictRequest extends IncomingMessage {
  private left = allowance;

  override push(piece: Buffer | null): boolean {
    this.left = Math.min(allowance, this.left + (piece?.length ?? 0) - smallPiece);
    if (this.left > 0) return super.push(piece);
    this.destroy();
    return false;
  }
}

/** Requests have about twenty headers. Node drops all headers beyond this number, such as a duplicate or the length of the body. */
const mostHeaders = 200;
/** Of duplicates, Node keeps the first, while a proxy in front of it may have read the last. */
const singleHeaders = ['authorization', 'content-type', 'host'];

/** Apollo Server's parsers block the process for half a second: on 30 kB of blanks in a type, or on 16 requests that accept thousands. */
const longestContentType = 200;
const longestAccept = 1_000;

export function refuseAmbiguousHeaders(server: FastifyInstance): void {
  server.server.maxHeadersCount = mostHeaders;
  server.addHook('onRequest', (request, _reply, done) => {
    const { headers, raw } = request;
    // Node's own `headersDistinct` fails on a header named `__proto__` in older releases, such as 20.19.5.
    const names = raw.rawHeaders.map((text, index) => (index % 2 === 0 ? text.toLowerCase() : ''));
    const areSingle = singleHeaders.every((name) => names.indexOf(name) === names.lastIndexOf(name));
    const { 'content-encoding': encoding = 'identity', 'content-type': type = '', accept = '' } = headers;
    if (names.length >= 2 * mostHeaders || accept.length > longestAccept) done(new RequestRefusedError(431));
    else if (!areSingle || !isHost(request)) done(new RequestRefusedError(400));
    else if (type.length > longestContentType) done(new RequestRefusedError(415));
    // Compressed bodies are refused, so that a small body cannot become a large one.
    else if (encoding.toLowerCase() !== 'identity') done(new RequestRefusedError(415));
    else done();
  });
}

/** A host ends at these characters. A scheme ends at the first colon, and what follows would be no path of a host. */
const schemeAndHost = /^[^:]+:\/\/[^@/?#\\\s]+$/;

/** Only HTTP/1.0, which some health checks use, may omit the Host header. Apollo Server's integration needs it to build a URL. */
function isHost({ raw: { httpVersion }, routeOptions: { url }, protocol, host }: FastifyRequest): boolean {
  if (host === '') return httpVersion === '1.0' && url !== '/graphql';
  return schemeAndHost.test(`${protocol}://${host}`) && parseUrl(`${protocol}://${host}/`) !== null;
}

/** RFC 8259 requires UTF-8. Fastify's own parser would silently replace invalid bytes by replacement characters. */
export function readJsonOnly(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const type = request.headers['content-type'] ?? '';
    const [, charset = 'utf-8'] = /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(type) ?? [];
    const text = isUtf8(body as Buffer) ? body.toString() : null;
    if (!/^utf-?8$/i.test(charset)) done(new RequestRefusedError(415));
    // RFC 8259 forbids a byte order mark.
    else if (text === null || text.startsWith('\uFEFF')) done(new RequestRefusedError(400));
    else void parse(request, text, done);
  });
}
