import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ApolloServerPlugin } from '@apollo/server';
import type { FastifyInstance } from 'fastify';

/** The build of packages/explorer. The relative path is the same from the source and from the built package. */
const builtPage = fileURLToPath(new URL('../../dist/explorer', import.meta.url));

export function hasExplorer(): boolean {
  return existsSync(builtPage);
}

/** The types of the files of a built page, by their endings. */
export const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.ttf': 'font/ttf',
};

/** Restricts the page to this service's own files. The editor needs inline styles, which contain its fonts. */
const securityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "connect-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** GraphiQL, from local files alone, so that it works offline. @throws Error when the page has not been built */
export async function createExplorerPage(server: FastifyInstance): Promise<ApolloServerPlugin> {
  const html = await readFile(join(builtPage, 'index.html'), 'utf8').catch((cause: unknown) => {
    const message = 'LANDING_PAGE=graphiql needs a page that is not built yet. Run: npm run build';
    throw new Error(message, { cause });
  });
  const folder = join(builtPage, 'explorer');
  const files = new Map<string, Buffer>();
  for (const name of await readdir(folder)) files.set(name, await readFile(join(folder, name)));
  server.get<{ Params: { file: string } }>('/explorer/:file', ({ params }, reply) => {
    const content = files.get(params.file);
    if (content === undefined) {
      reply.callNotFound();
      return;
    }
    // File names change with the content.
    reply
      .headers({ 'cache-control': 'public, max-age=31536000, immutable' })
      .type(contentTypes[extname(params.file)] ?? 'application/octet-stream')
      .send(content);
  });
  server.addHook('onSend', (_request, reply, _body, done) => {
    if (reply.getHeader('content-type') === 'text/html')
      reply.header('content-security-policy', securityPolicy);
    done();
  });
  return { serverWillStart: () => Promise.resolve({ renderLandingPage: () => Promise.resolve({ html }) }) };
}
