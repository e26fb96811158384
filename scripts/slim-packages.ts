import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/** Parts of packages that are loaded with them and that the service has no use for. */
export const slimPackages: Plugin = {
  name: 'slim packages',
  setup(build) {
    const packages = join(build.initialOptions.absWorkingDir ?? '', 'node_modules');

    // As modules of the language, of which esbuild drops what nobody uses. One copy for all who import or require it.
    build.onResolve({ filter: /^graphql($|\/)/ }, ({ path }) => ({ path: findModule(join(packages, path)) }));

    // fetch, WebSocket, caches and mocks come along with undici's own entry.
    build.onResolve({ filter: /^undici$/ }, () => ({ path: 'undici', namespace: 'slim' }));
    build.onLoad({ filter: /^undici$/, namespace: 'slim' }, () => ({
      contents: `
        export { default as Agent } from 'undici/lib/dispatcher/agent.js';
        export { default as errors } from 'undici/lib/core/errors.js';`,
      resolveDir: packages,
    }));

    // What compiles schemas of routes, of which there are none: see http-server.ts.
    build.onLoad({ filter: /\/@fastify\/(ajv-compiler|fast-json-stringify-compiler)\/index\.js$/ }, () => ({
      contents: '',
    }));

    // For schemas that are given to Apollo Server as text; TypeGraphQL makes a real one.
    build.onLoad({ filter: /\/@graphql-tools\/schema\/(esm|cjs)\/index\.js$/ }, () => ({
      contents: `export function makeExecutableSchema() { throw new Error('No schema was given.'); }`,
    }));

    // It has Node write a whole diagnostic report to learn of the C library, which detect-libc finds in a file.
    build.onLoad({ filter: /\/@neon-rs\/load\/dist\/index\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(
        /function isGlibc\(\) \{[^]*?\n\}/,
        `function isGlibc() { return require('detect-libc').familySync() === 'glibc'; }`,
      ),
    }));

    // Messages in fifty languages.
    build.onLoad({ filter: /\/zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: `export { default as en } from './en.js';`,
      resolveDir: join(packages, 'zod/v4/locales'),
    }));
  },
};

function findModule(path: string): string {
  const file = path.replace(/\.js$/, '');
  if (existsSync(file) && statSync(file).isDirectory()) return join(file, 'index.mjs');
  return file.endsWith('.mjs') ? file : `${file}.mjs`;
}
