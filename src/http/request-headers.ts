import type { FastifyInstance, FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import { parseUrl } from '../parse-url.ts';
import { RequestRefusedError } from './http.errors.ts';

/** Of these Node keeps the first and drops the others, where something in front of it may have read the last. */
const singleHeaders: readonly string[] = ['authorization', 'content-type', 'host'];
const singleLengths: readonly number[] = singleHeaders.map(({ length }) => length);

/** What comes before or after the host in a URL. */
const notOfHosts = /[@/?#\\]/;

/** Refuses headers that could be read in two ways, before anybody reads them. */
export function refuseUnclearHeaders(server: FastifyInstance): void {
  // Nearly all requests name the same.
  let lastClear = '';
  const isHostClear = (request: FastifyRequest): boolean => {
    const named = `${request.protocol}://${request.host}`;
    if (named === lastClear) return true;
    if (!isHost(request)) return false;
    lastClear = named;
    return true;
  };
  server.addHook('onRequest', (request, _reply, done) => {
    if (!areSingle(request) || !isHostClear(request)) done(new RequestRefusedError(400));
    // Nothing is unpacked here, so that no small body becomes a big one.
    else if (!isIdentity(request.headers['content-encoding'])) done(new RequestRefusedError(415));
    else done();
  });
}

function areSingle({ raw: { rawHeaders } }: FastifyRequest): boolean {
  const seen: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const written = rawHeaders[at] ?? '';
    // Most are told by their length, without another text for each.
    if (!singleLengths.includes(written.length)) continue;
    const name = written.toLowerCase();
    if (!singleHeaders.includes(name)) continue;
    if (seen.includes(name)) return false;
    seen.push(name);
  }
  return true;
}

/** Only HTTP/1.0, which some health checks speak, may leave it out. */
function isHost({ raw: { httpVersion }, protocol, host }: FastifyRequest): boolean {
  if (host === '') return httpVersion === '1.0';
  return !notOfHosts.test(host) && parseUrl(`${protocol}://${host}/`) !== null;
}

/** For Apollo Server's integration, which makes a URL of the host. */
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
