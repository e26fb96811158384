// Bundles the service into dist/bundle: it starts in a fraction of the time that hundreds of files take to load. What is
// imported lazily, such as mongoose, stays a file of its own that is loaded only when it is used.
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { keepOwnLines } from './own-source-map.ts';
import { slimPackages } from './slim-packages.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const { positionals, values } = parseArgs({
  allowPositionals: true,
  // Maps that know the packages as well, for whoever asks where time goes.
  options: { 'whole-maps': { type: 'boolean', default: false } },
});
const [outdir = join(root, 'dist/bundle')] = positionals;

await rm(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: { service: 'src/main.ts' },
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // Binaries stay where they are; class-validator is TypeGraphQL's option that is off here.
  external: ['@libsql/*', 'class-validator'],
  // Apollo hashes every operation; inside of a bundle it would not find Node's own way and do it in JavaScript.
  alias: { '@apollo/utils.createhash': './scripts/create-hash.ts' },
  plugins: [slimPackages],
  // What these packages ask of NODE_ENV is answered for production; the service's own setting is read when it starts.
  define: { 'process.env.NODE_ENV': '"production"' },
  // CommonJS packages inside of the bundle require Node's own modules.
  banner: {
    js: "import { createRequire as createRequireHere } from 'node:module';\nconst require = createRequireHere(import.meta.url);",
  },
  // Without blanks there is less to load; lines that end somewhere tell a stack's frames apart.
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 200,
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
});

if (!values['whole-maps']) {
  for (const name of (await readdir(outdir)).filter((file) => file.endsWith('.map'))) {
    const file = join(outdir, name);
    await writeFile(file, keepOwnLines(await readFile(file, 'utf8')));
  }
}

// Beside the bundle, and not in a temporary folder that others may write to: what is cached there is run.
await mkdir(outdir, { recursive: true });
await writeFile(
  join(outdir, 'main.js'),
  `import module from 'node:module';
import { join } from 'node:path';

// Node 22 keeps what it has compiled for the next start, where this folder can be written.
module.enableCompileCache?.(join(import.meta.dirname, '.compile-cache'));
await import('./service.js');
`,
);
