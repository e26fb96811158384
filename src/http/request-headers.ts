import type { FastifyInstance, FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import { parseUrl } from '../parse-url.ts';
import { RequestRefusal } from './request-refusal.ts';

/** Of these Node keeps the first and drops the others, where something in front of it may have read the last. */
const singleHeaders = ['authorization', 'content-type', 'host'] as const;

/** Refuses headers that could be read in two ways, before anybody reads them. */
export function refuseUnclearHeaders(server: FastifyInstance): void {
  server.addHook('onRequest', (request, _reply, done) => {
    if (!areSingle(request) || !isHostClear(request)) done(new RequestRefusal(400));
    // Nothing is unpacked here, so that no small body becomes a big one.
    else if (!isIdentity(request.headers['content-encoding'])) done(new RequestRefusal(415));
    else done();
  });
}

function areSingle({ raw: { headersDistinct } }: FastifyRequest): boolean {
  return singleHeaders.every((name) => (headersDistinct[name]?.length ?? 0) <= 1);
}

/** Only HTTP/1.0, which some health checks speak, may leave it out. */
function isHostClear({ raw: { httpVersion }, protocol, host }: FastifyRequest): boolean {
  return (host === '' && httpVersion === '1.0') || parseUrl(`${protocol}://${host}/`) !== null;
}

/** For Apollo Server's integration, which makes a URL of the host. */
export function requireHost(
  { host }: FastifyRequest,
  _reply: FastifyReply,
  done: HookHandlerDoneFunction,
): void {
  done(host === '' ? new RequestRefusal(400) : undefined);
}

function isIdentity(encoding: string | undefined): boolean {
  return encoding === undefined || encoding.toLowerCase() === 'identity';
}
