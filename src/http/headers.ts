import type { FastifyInstance, FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import { parseUrl } from '../shared/urls.ts';
import { RequestRefusedError } from './http.errors.ts';

/** Responses may contain session URLs, which are credentials: responses are never cached and send no Referer. */
export function createAnswerHeaders(requestId: string): Readonly<Record<string, string>> {
  return {
    'x-request-id': requestId,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  };
}

/** Of duplicates, Node keeps the first, while a proxy in front of it may have read the last. */
const singleHeaders = ['authorization', 'content-type', 'host'];

/** Characters that would end the host in a URL. */
const notOfHosts = /[@/?#\\]/;

/** Refuses duplicate, malformed and unsupported headers before anything reads them. */
export function refuseAmbiguousHeaders(server: FastifyInstance): void {
  server.addHook('onRequest', (request, _reply, done) => {
    if (!areSingle(request) || !isHost(request)) done(new RequestRefusedError(400));
    // Compressed bodies are refused, so that a small body cannot become a large one.
    else if (!isIdentity(request.headers['content-encoding'])) done(new RequestRefusedError(415));
    else done();
  });
}

function areSingle({ raw: { headersDistinct } }: FastifyRequest): boolean {
  return singleHeaders.every((name) => (headersDistinct[name]?.length ?? 0) <= 1);
}

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

function isIdentity(encoding: string | undefined): boolean {
  return encoding === undefined || encoding.toLowerCase() === 'identity';
}
