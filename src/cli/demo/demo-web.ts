import { readFile, readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fastify } from 'fastify';
import { contentTypes } from '../../http/explorer.routes.ts';

/** The build of examples/web, at the same relative path from the source and from the built package. */
const builtPage = fileURLToPath(new URL('../../../dist/web', import.meta.url));

/** The example's account page. It has its own origin, as a product's frontend has. */
interface DemoWeb {
  readonly url: string;
  readonly origins: readonly string[];
  /** Allows the demo's users to sign in, with what the page receives then. */
  readonly admit: (session: Readonly<Record<'graphqlUrl' | 'token' | 'statesToken', string>>) => void;
  readonly stop: () => Promise<void>;
}

/** Serves the page at every path, on loopback and a free port; null when the page is not built. */
export async function startDemoWeb(): Promise<DemoWeb | null> {
  const names = await readdir(builtPage, { recursive: true }).catch((): string[] => []);
  if (!names.includes('index.html')) return null;
  const server = fastify({ forceCloseConnections: true });
  let origins: readonly string[] = [];
  server.addHook('onRequest', ({ host }, reply, next) => {
    // DNS rebinding: an attacker's host name that resolves to this machine would be the same origin to a browser.
    if (origins.includes(`http://${host}`)) next();
    else reply.code(403).send();
  });
  for (const name of names) {
    const type = contentTypes[extname(name)];
    if (type === undefined) continue;
    const content = await readFile(join(builtPage, name));
    server.get(`/${name.replace('index.html', '*')}`, (_request, reply) => reply.type(type).send(content));
  }
  let session: object = {};
  server.post('/demo/sign-in', (_request, reply) => reply.header('cache-control', 'no-store').send(session));
  const url = await server.listen({ port: 0, host: '127.0.0.1' });
  // Either name of this machine may be typed.
  origins = [url, url.replace('127.0.0.1', 'localhost')];
  return {
    url,
    origins,
    admit: (admitted) => {
      session = admitted;
    },
    stop: () => server.close(),
  };
}
