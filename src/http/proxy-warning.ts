import type { FastifyInstance } from 'fastify';
import type { HttpConfig } from '../config/config.ts';

/** The headers by which proxies name the client. */
const proxyHeaders = ['x-forwarded-for', 'forwarded', 'x-real-ip'];

/**
 * Warns once when a request seems to come through a proxy that the service does not trust: every user behind the proxy
 * then counts as one address. A client can send these headers too, so the warning may be wrong, and nothing else follows.
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
        'a request came through a proxy, and TRUST_PROXY is off: all users behind the proxy share the limit of one address',
      );
    }
    done();
  });
}
