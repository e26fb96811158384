import type { FastifyInstance } from 'fastify';

/** Tells which methods a path takes: none where there is nothing. It knows the routes that are added after it. */
export function collectMethods(server: FastifyInstance): (path: string) => readonly string[] {
  const routes: { readonly url: string; readonly methods: readonly string[] }[] = [];
  server.addHook('onRoute', ({ url, method }) => {
    // The one with an asterisk is of CORS, which answers preflight requests for any path.
    if (url !== '*') routes.push({ url, methods: [method].flat() });
  });
  return (path) => routes.flatMap(({ url, methods }) => (matches(url, path) ? methods : []));
}

/** `/portal-links/:token` takes any token. */
function matches(url: string, path: string): boolean {
  const [wanted, given] = [url.split('/'), path.split('/')];
  return (
    wanted.length === given.length &&
    wanted.every((segment, index) => segment.startsWith(':') || segment === given[index])
  );
}
