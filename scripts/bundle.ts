// Bundles the service into dist/bundle, since loading hundreds of files takes most of a start. Lazily imported packages, such
// as mongoose, become files of their own. Only blanks and comments are removed: production runs what the tests run.
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { positionals } = parseArgs({ allowPositionals: true });
// Tests bundle programs of their own.
const [outdir = join(root, 'dist/bundle'), program = 'src/main.ts'] = positionals;

await rm(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: { service: program },
  outdir,
  bundle: true,
  splitting: true,
  // Where a package has both forms, its ES modules: without them, each file that imports graphql copies its 300 exports.
  mainFields: ['module', 'main'],
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // libsql finds its binary relative to its own files, and Apollo's package finds Node's crypto only outside of a bundle.
  // class-validator is an option of TypeGraphQL that is off here.
  // Fastify loads its schema compilers for routes with schemas, and the service has none.
  external: [
    'libsql',
    '@apollo/utils.createhash',
    'class-validator',
    '@fastify/ajv-compiler',
    '@fastify/fast-json-stringify-compiler',
  ],
  // Answers packages that ask for NODE_ENV. The service's own setting is read when it starts.
  define: { 'process.env.NODE_ENV': '"production"' },
  // CommonJS packages in the bundle require Node's own modules.
  banner: {
    js: "import { createRequire as createRequireHere } from 'node:module';\nconst require = createRequireHere(import.meta.url);",
  },
  // The log reads it to name the place of a failure.
  sourcemap: true,
  sourcesContent: false,
  // Comments and blanks are a third of the text, which stays in memory. Licences go into files of their own.
  minifyWhitespace: true,
  legalComments: 'linked',
  logLevel: 'warning',
});

// The compile cache is beside the bundle, never in a temporary folder that others may write to: its content is executed.
await writeFile(
  join(outdir, 'main.js'),
  `import module from 'node:module';
import { join } from 'node:path';

// Node 22 and later keep the compiled code for the next start, where this folder is writable.
module.enableCompileCache?.(join(import.meta.dirname, '.compile-cache'));
await import('./service.js');
`,
);
