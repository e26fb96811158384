import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname, extname, join } from 'node:path';
import { promisify } from 'node:util';
import { closeAfterTests } from '../helpers/closing.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { frameworkTypes } from './guide-frameworks.ts';

const execute = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const programs = join(root, 'node_modules/.bin');

/** What a tool complains about is what the test fails with: compilers do so on stdout. */
async function run(program: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    return (await execute(program, args, { cwd })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
    throw new Error([program, ...args, stdout, stderr].join('\n'), { cause: error });
  }
}

/** What `npm create vite` leaves in a project with React and TypeScript, beside what the guide installs. */
const viteTemplate = ['react', 'react-dom', '@types/react', '@types/react-dom', 'vite', 'typescript'];

const tsconfig = {
  compilerOptions: {
    target: 'ES2022',
    lib: ['ES2022', 'DOM', 'DOM.Iterable'],
    module: 'ESNext',
    moduleResolution: 'bundler',
    types: ['vite/client'],
    jsx: 'react-jsx',
    strict: true,
    verbatimModuleSyntax: true,
    noEmit: true,
  },
  include: ['src'],
};

/** An empty Vite project with this package in it as npm would install it, and the code blocks of the guide. */
export interface GuideProject {
  /** Where its built pages are served; nothing is there before it is built. */
  readonly url: string;
  /** Checks its types and builds it, with the service's address in its environment. */
  build(billingUrl: string): Promise<void>;
}

/** @param aliases packages of this repository that take the place of others: an older version, whose block follows */
export async function createGuideProject(
  entries: readonly string[],
  aliases: Readonly<Record<string, string>> = {},
): Promise<GuideProject> {
  const folder = createTemporaryFolder();
  const guide = await readFile(join(root, 'docs/frontend.md'), 'utf8');
  await installPackage(folder, guide, aliases);
  await write(folder, 'src/frameworks.d.ts', frameworkTypes);
  const blocks = readBlocks(guide);
  // Of two blocks for one file, the second is for the older version.
  const files = new Map(Object.keys(aliases).length > 0 ? blocks : blocks.toReversed());
  for (const [path, code] of files) {
    if (entries.includes(path) || !path.startsWith('src/main')) await write(folder, path, code);
  }
  for (const entry of entries) await write(folder, toPage(entry), createPage(entry));
  await write(folder, 'package.json', JSON.stringify({ type: 'module' }));
  await write(folder, 'tsconfig.json', JSON.stringify(tsconfig));
  const input = entries.map((entry) => join(folder, toPage(entry)));
  const config = { build: { rolldownOptions: { input } }, logLevel: 'warn' };
  await write(folder, 'vite.config.js', `export default ${JSON.stringify(config)};`);
  return {
    url: await serve(join(folder, 'dist')),
    build: async (billingUrl) => {
      await write(folder, '.env', `VITE_BILLING_URL=${billingUrl}\n`);
      // The types of an old version of a package do not fit those of today's React.
      const skipLibCheck = String(Object.keys(aliases).length > 0);
      await run(join(programs, 'tsc'), ['--project', folder, '--skipLibCheck', skipLibCheck], folder);
      await run(join(programs, 'vite'), ['build', folder], folder);
    },
  };
}

/** Packs the client by the guide's commands, and links the packages that the guide installs beside it. */
async function installPackage(
  folder: string,
  guide: string,
  aliases: Readonly<Record<string, string>>,
): Promise<void> {
  const modules = join(folder, 'node_modules');
  const own = join(modules, 'billing-portal-client');
  await mkdir(own, { recursive: true });
  // As in a clone that was never built.
  await rm(join(root, 'packages/client/dist'), { recursive: true, force: true });
  for (const [, line = ''] of guide.matchAll(/^npm ((?:run build|pack) .*packages\/client)$/gm)) {
    const destination = line.startsWith('pack') ? ['--pack-destination', folder] : [];
    await run('npm', [...line.split(' '), ...destination], root);
  }
  const packed = (await readdir(folder)).find((name) => name.endsWith('.tgz')) ?? 'The guide packs nothing.';
  await run('tar', ['-xzf', join(folder, packed), '-C', own, '--strip-components=1'], folder);
  for (const name of new Set([...viteTemplate, ...readInstalled(guide)])) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(root, 'node_modules', aliases[name] ?? name), join(modules, name));
  }
}

function readInstalled(guide: string): string[] {
  const lines = [...guide.matchAll(/^npm install (billing-portal-client .+)$/gm)];
  return lines.flatMap(([, names = '']) => names.split(' ').slice(1));
}

/** Code blocks that begin with the name of their file. Of a component in a file of its own kind, its script. */
function readBlocks(guide: string): (readonly [path: string, code: string])[] {
  const blocks = guide.matchAll(/^```\w+\n(?:\/\/|<!--) (src\/\S+)[^\n]*\n(.*?)^```$/gms);
  return [...blocks].map(([, path = '', code = '']) => {
    const [, script] = /^<script.*?>\n(.*?)^<\/script>$/ms.exec(code) ?? [];
    return script === undefined ? [path, code] : [`${path}.ts`, script];
  });
}

function toPage(entry: string): string {
  return `${basename(entry)}.html`;
}

function createPage(entry: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Your app</title></head>
<body><div id="root"></div><script type="module" src="/${entry}"></script></body></html>`;
}

async function write(folder: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

/** Serves what is in a folder by the time that it is asked for. */
async function serve(folder: string): Promise<string> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const type = extname(path) === '.html' ? 'text/html' : 'text/javascript';
    readFile(join(folder, path)).then(
      (content) => response.writeHead(200, { 'content-type': type }).end(content),
      () => response.writeHead(404).end(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closeAfterTests(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
