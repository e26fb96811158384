import type { FastifyInstance } from 'fastify';

/** Returns a function that lists the methods of a path: none for an unknown path. It sees routes that are added later. */
export function collectMethods(server: FastifyInstance): (path: string) => readonly string[] {
  const routes: { readonly url: string; readonly methods: readonly string[] }[] = [];
  server.addHook('onRoute', ({ url, method }) => {
    // The route `*` belongs to CORS, which answers preflight requests for any path.
    if (url !== '*') routes.push({ url, methods: [method].flat() });
  });
  return (path) => routes.flatMap(({ url, methods }) => (matches(url, path) ? methods : []));
}

/** A parameter such as `:token` in `/portal-links/:token` matches any segment. */
function matches(url: string, path: string): boolean {
  const [wanted, given] = [url.split('/'), path.split('/')];
  return (
    wanted.length === given.length &&
    wanted.every((segment, index) => segment.startsWith(':') || segment === given[index])
  );
}
