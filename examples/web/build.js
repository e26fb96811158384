// Builds the page into dist/web, unless what is there was built from the same files.
import { createHash } from 'node:crypto';
import { readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const outDir = join(root, 'dist/web');
const keyFile = join(outDir, '.built-from');

const key = await createKey(['examples/web', 'src/client', 'package-lock.json']);
if ((await readFile(keyFile, 'utf8').catch(() => null)) !== key) await build();

/** @param {readonly string[]} paths */
async function createKey(paths) {
  const hash = createHash('sha256');
  for (const path of paths) await addTo(hash, path);
  return hash.digest('hex');
}

/**
 * @param {import('node:crypto').Hash} hash
 * @param {string} path
 */
async function addTo(hash, path) {
  const entries = await readdir(join(root, path)).catch(() => null);
  if (entries === null) hash.update(path).update(await readFile(join(root, path)));
  else for (const entry of entries.sort()) await addTo(hash, `${path}/${entry}`);
}

/** Built aside and moved into place, so that a demo that starts meanwhile sees all of it or nothing. */
async function build() {
  const vite = await import('vite');
  const aside = `${outDir}-${process.pid}`;
  await vite.build({
    root: join(root, 'examples/web'),
    logLevel: 'warn',
    build: { outDir: aside, emptyOutDir: true },
  });
  await writeFile(join(aside, '.built-from'), key);
  await rm(outDir, { recursive: true, force: true });
  await rename(aside, outDir);
}
