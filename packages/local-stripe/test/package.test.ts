import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from '@jest/globals';

interface Packed {
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly mode: number }[];
}

const folder = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as {
  readonly bin: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
};

let packed: Packed;
beforeAll(() => {
  const run = (...args: string[]): string => execFileSync('npm', args, { cwd: folder, encoding: 'utf8' });
  // npm may be set up to run no scripts, and then packs what the last build left.
  run('run', 'build');
  [packed] = JSON.parse(run('pack', '--dry-run', '--json', '--ignore-scripts')) as [Packed];
}, 120_000);

test('the package has the build, a README and a licence, and nothing else', () => {
  const paths = packed.files.map(({ path }) => path);
  const others = paths.filter((path) => !/^dist\/.+\.(js|d\.ts)$/.test(path));
  expect(others.sort()).toEqual(['LICENSE', 'README.md', 'package.json']);
  expect(packed.unpackedSize).toBeLessThan(1_000_000);
});

test('every entry of the package is in it, with types', () => {
  const paths = packed.files.map(({ path }) => `./${path}`);
  const targets = Object.entries(manifest.exports).flatMap(([name, target]) =>
    typeof target === 'string'
      ? [target]
      : Object.entries(target).flatMap(([condition, path]) =>
          condition === 'billing-portal-source' ? [] : [`${name} ${condition}`, path],
        ),
  );
  expect(targets).toEqual(expect.arrayContaining(['. types', './command types', './demo-data types']));
  for (const target of targets.filter((each) => each.startsWith('./') && !each.includes(' ')))
    expect(paths).toContain(target);
});

test('the command is executable, and starts with the line that names Node', () => {
  const command = manifest.bin['billing-portal-local-stripe'] ?? '';
  expect(packed.files.map(({ path }) => `./${path}`)).toContain(command);
  expect(statSync(`${folder}/${command}`).mode & 0o111).toBe(0o111);
  expect(readFileSync(`${folder}/${command}`, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
});

test('it needs two packages, and one that Fastify would take in a release for Node 22', () => {
  expect(Object.keys(manifest.dependencies)).toEqual(['fastify', 'light-my-request', 'qs']);
});

test('neither its programs nor the types of its entries import the SDK, which may have any version or be absent', () => {
  const importsOf = (file: string): string[] =>
    [...readFileSync(`${folder}/${file}`, 'utf8').matchAll(/from '([^']+)'/g)].map(([, name = '']) => name);
  const programs = packed.files.map(({ path }) => path).filter((path) => path.endsWith('.js'));
  expect(programs.filter((path) => importsOf(path).includes('stripe'))).toEqual([]);
  const types = ['local-stripe', 'demo-data', 'command/run-until-signal'].map((name) => `dist/${name}.d.ts`);
  for (const file of types) {
    for (const name of importsOf(file)) {
      const next = join(dirname(file), name).replace(/(\.d)?\.[jt]s$/, '.d.ts');
      if (!name.startsWith('.')) expect(name).toMatch(/^node:/);
      else if (!types.includes(next)) types.push(next);
    }
  }
});
