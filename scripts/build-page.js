// @ts-check
import { createHash } from 'node:crypto';
import { readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));

/**
 * Builds a page with Vite, unless what is there was built from the same files.
 * @param {{ page: string, outDir: string, alsoFrom?: readonly string[] }} options
 */
export async function buildPage({ page, outDir, alsoFrom = [] }) {
  const keyFile = join(root, outDir, '.built-from');
  const key = await createKey([page, ...alsoFrom, 'package-lock.json']);
  if ((await readFile(keyFile, 'utf8').catch(() => null)) !== key)
    await build(join(root, page), join(root, outDir), key);
}

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

/**
 * Built aside and moved into place, so that what starts meanwhile sees all of it or nothing.
 * @param {string} page
 * @param {string} outDir
 * @param {string} key
 */
async function build(page, outDir, key) {
  const vite = await import('vite');
  const aside = `${outDir}-${process.pid}`;
  const rolldownOptions = { onLog: logAllButDirectives };
  await vite.build({
    root: page,
    logLevel: 'warn',
    build: { outDir: aside, emptyOutDir: true, rolldownOptions },
  });
  await writeFile(join(aside, '.built-from'), key);
  await rm(outDir, { recursive: true, force: true });
  await rename(aside, outDir);
}

/**
 * 'use client' is for apps with server components, which these pages are not.
 * @type {NonNullable<import('vite').Rolldown.InputOptions['onLog']>}
 */
function logAllButDirectives(level, log, handle) {
  if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handle(level, log);
}
