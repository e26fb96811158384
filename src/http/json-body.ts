import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { RequestRefusedError } from './http.errors.ts';

/**
 * Accepts only JSON in UTF-8, the encoding that RFC 8259 requires. Fastify's own parser would silently replace
 * invalid bytes by replacement characters.
 */
export function readJsonOnly(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      requireUtf8(request.headers['content-type']);
      void parse(request, decode(body as Buffer), done);
    } catch (error) {
      done(error as Error);
    }
  });
}

function requireUtf8(contentType = ''): void {
  const charset = /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(contentType)?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) throw new RequestRefusedError(415);
}

function decode(body: Buffer): string {
  if (!isUtf8(body)) throw new RequestRefusedError(400);
  const text = body.toString();
  // A byte order mark, which RFC 8259 forbids.
  if (text.startsWith('\uFEFF')) throw new RequestRefusedError(400);
  return text;
}
