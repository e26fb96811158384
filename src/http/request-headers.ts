import type { FastifyInstance, FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import { parseUrl } from '../shared/parse-url.ts';
import { RequestRefusedError } from './http.errors.ts';

/** Node keeps the first of these and drops the others, while a proxy in front of it may have read the last. */
const singleHeaders = ['authorization', 'content-type', 'host'];

/** What comes before or after the host in a URL. */
const notOfHosts = /[@/?#\\]/;

/** Refuses ambiguous headers before anything reads them. */
export function refuseAmbiguousHeaders(server: FastifyInstance): void {
  server.addHook('onRequest', (request, _reply, done) => {
    if (!areSingle(request) || !isHost(request)) done(new RequestRefusedError(400));
    // Nothing is decompressed, so a small body cannot become a large one.
    else if (!isIdentity(request.headers['content-encoding'])) done(new RequestRefusedError(415));
    else done();
  });
}

function areSingle({ raw: { headersDistinct } }: FastifyRequest): boolean {
  return singleHeaders.every((name) => (headersDistinct[name]?.length ?? 0) <= 1);
}

/** Only HTTP/1.0, which some health checks speak, may leave it out. */
function isHost({ raw: { httpVersion }, protocol, host }: FastifyRequest): boolean {
  if (host === '') return httpVersion === '1.0';
  return !notOfHosts.test(host) && parseUrl(`${protocol}://${host}/`) !== null;
}

/** Apollo Server's integration makes a URL of the host. */
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
