import { once } from 'node:events';
import { readFile, readdir } from 'node:fs/promises';
import { type RequestListener, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The build of examples/web, at the same relative path from the source and from the built package. */
const builtPage = fileURLToPath(new URL('../../../dist/web', import.meta.url));

/** The host names of this machine that a person may type. */
const ownNames = ['127.0.0.1', 'localhost'];

/** What the page receives when the demo user signs in. */
export interface DemoSession {
  readonly graphqlUrl: string;
  readonly token: string;
}

/** The example's account page. It has its own origin, as a product's frontend has. */
export interface DemoWeb {
  /** The address of the page, without a trailing slash. */
  readonly url: string;
  /** The origins that the page has in a browser. */
  readonly origins: readonly string[];
  /** Allows the demo user to sign in. */
  admit(session: DemoSession): void;
  stop(): Promise<void>;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

/** Serves the page on loopback and a free port; null when the page is not built. */
export async function startDemoWeb(): Promise<DemoWeb | null> {
  const files = await readPage();
  if (!files.has('/index.html')) return null;
  let session: DemoSession | null = null;
  const server = createServer((request, response) => answer(files, session)(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    origins: ownNames.map((name) => `http://${name}:${port}`),
    admit: (admitted) => {
      session = admitted;
    },
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** The files by their paths in URLs. */
type PageFiles = ReadonlyMap<string, { readonly type: string; readonly content: Buffer }>;

async function readPage(): Promise<PageFiles> {
  const names = await readdir(builtPage, { recursive: true }).catch(() => []);
  const files = new Map<string, { type: string; content: Buffer }>();
  for (const name of names) {
    const type = types[extname(name)];
    if (type !== undefined) files.set(`/${name}`, { type, content: await readFile(join(builtPage, name)) });
  }
  return files;
}

function answer(files: PageFiles, session: DemoSession | null): RequestListener {
  return ({ method, url = '/', headers, socket }, response) => {
    // DNS rebinding: an attacker's host name that resolves to this machine would be the same origin to a browser.
    if (!ownNames.some((name) => headers.host === `${name}:${socket.localPort ?? 0}`))
      return response.writeHead(403).end();
    if (method === 'POST' && url === '/demo/sign-in' && session !== null) {
      const json = { 'content-type': 'application/json', 'cache-control': 'no-store' };
      return response.writeHead(200, json).end(JSON.stringify(session));
    }
    const { pathname } = new URL(url, 'http://localhost');
    const file = files.get(pathname === '/' ? '/index.html' : pathname);
    if (file === undefined || (method !== 'GET' && method !== 'HEAD')) return response.writeHead(404).end();
    return response.writeHead(200, { 'content-type': file.type }).end(file.content);
  };
}
