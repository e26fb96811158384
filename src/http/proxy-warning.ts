import type { FastifyInstance } from 'fastify';
import type { HttpConfig } from '../config/config.ts';

/** The headers in which proxies pass on the client's address. */
const proxyHeaders = ['x-forwarded-for', 'forwarded', 'x-real-ip'];

/**
 * Warns once when a request seems to come through an untrusted proxy: all users behind the proxy then count as one
 * address. It only warns, because a client can send these headers itself.
 */
export function warnOfUntrustedProxy(
  server: FastifyInstance,
  { trustProxy, rateLimit }: Pick<HttpConfig, 'trustProxy' | 'rateLimit'>,
): void {
  if (trustProxy !== false || rateLimit === null) return;
  let warned = false;
  server.addHook('onRequest', ({ id: requestId, headers, log }, _reply, done) => {
    const header = warned ? undefined : proxyHeaders.find((name) => headers[name] !== undefined);
    if (header !== undefined) {
      warned = true;
      log.warn(
        { requestId, header },
        'a request came through a proxy, but TRUST_PROXY is off: all users behind the proxy share the rate limit of one address',
      );
    }
    done();
  });
}
