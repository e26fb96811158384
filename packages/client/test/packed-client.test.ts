import { execFile } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from '@jest/globals';
import { createTemporaryFolder } from '../../../test/helpers/temporary-folder.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../', import.meta.url));
const packageFolder = join(root, 'packages/client');
/** A project that installed the tarball, with React and Apollo Client beside it. */
const project = createTemporaryFolder();
let installed: readonly string[];
let packed: { readonly files: readonly { readonly path: string }[]; readonly unpackedSize: number };

beforeAll(async () => {
  await run('npm', ['run', 'build'], { cwd: packageFolder });
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', project];
  const { stdout } = await run('npm', pack, { cwd: packageFolder });
  const [first] = JSON.parse(stdout) as [typeof packed & { readonly filename: string }];
  packed = first;
  await run('npm', ['init', '--yes'], { cwd: project });
  const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', first.filename];
  await run('npm', install, { cwd: project });
  const { stdout: list } = await run('npm', ['ls', '--all', '--parseable'], { cwd: project });
  installed = list.trim().split('\n').slice(1);
  process.stdout.write(
    `billing-portal-client: ${installed.length} package, ${Math.round(packed.unpackedSize / 1000)} kB\n`,
  );
  for (const name of ['@apollo', '@types', 'graphql', 'react', 'rxjs', '@graphql-typed-document-node'])
    symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name));
  writeFileSync(join(project, 'page.ts'), page);
  const readme = readFileSync(join(packageFolder, 'README.md'), 'utf8');
  const [, snippet = ''] = /```ts\n([^]*?)```/.exec(readme) ?? [];
  writeFileSync(join(project, 'readme.ts'), `declare const button: HTMLButtonElement;\n${snippet}`);
}, 120_000);

const page = `
import { type Money, createBillingPortalClient, formatMoney } from 'billing-portal-client';
import { useBillingPortal } from 'billing-portal-client/react';
const price: Money = { amount: 2900, currency: 'usd', decimals: 2 };
declare const session: { readonly token?: string; readonly locale?: string };
const options = { getToken: () => session.token, sentences: undefined, fetch: undefined, window: undefined };
const client = createBillingPortalClient({ url: 'https://billing.example.com/graphql', ...options });
export const opened: Promise<void> = client.open({ flow: { type: 'PAYMENT_METHOD_UPDATE' }, locale: session.locale });
export const text: string = formatMoney(price, 'en');
export const useIt = (): boolean => useBillingPortal({ returnUrl: session.locale, locale: session.locale }).opening;
`;

test('the package has its code, its types and its documents, and needs no other package', () => {
  const { dependencies } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as {
    readonly dependencies?: object;
  };
  const paths = packed.files.map(({ path }) => path);

  expect(dependencies).toBeUndefined();
  expect(installed).toHaveLength(1);
  expect(paths.filter((path) => !/^dist\/.*\.(js|d\.ts)$/.test(path)).sort()).toEqual([
    'LICENSE',
    'README.md',
    'dist/cjs/package.json',
    'documents.json',
    'package.json',
    'react/package.json',
  ]);
  expect(packed.unpackedSize).toBeLessThan(1_000_000);
});

test.each([
  ['bundlers', '.bin/tsc', ['--module', 'esnext', '--moduleResolution', 'bundler']],
  ['Node', '.bin/tsc', ['--module', 'nodenext']],
  // TypeScript 6 was the last to know this resolution.
  [
    'old projects',
    'typescript/bin/tsc',
    ['--module', 'commonjs', '--moduleResolution', 'node10', '--ignoreDeprecations', '6.0'],
  ],
])(
  'its types are found by %s',
  async (_resolution, compiler, flags) => {
    const options = [
      '--strict',
      '--exactOptionalPropertyTypes',
      '--noEmit',
      '--skipLibCheck',
      '--target',
      'es2022',
      '--lib',
      'es2022,dom',
    ];
    const args = [...options, ...flags, '--types', 'react', 'page.ts', 'readme.ts'];
    const command = join(root, 'node_modules', compiler);

    const { stdout } = await run(command, args, { cwd: project }).catch((error: unknown) => {
      throw new Error((error as { readonly stdout: string }).stdout);
    });

    expect(stdout).toBe('');
  },
  60_000,
);

test.each([
  ['import', '.mjs', "import { formatMoney } from 'billing-portal-client';"],
  ['require', '.cjs', "const { formatMoney } = require('billing-portal-client');"],
])('it is loaded by %s', async (name, extension, load) => {
  const use = "process.stdout.write(formatMoney({ amount: 500, currency: 'jpy', decimals: 0 }, 'en'));";
  writeFileSync(join(project, `${name}${extension}`), `${load}\n${use}`);

  expect((await run(process.execPath, [`${name}${extension}`], { cwd: project })).stdout).toBe('¥500');
});

test('a test in Jest, in CommonJS and without a transform, can use the client and the hook', async () => {
  writeFileSync(join(project, 'package.json'), '{ "jest": { "transform": {} } }');
  writeFileSync(
    join(project, 'page.test.js'),
    `const { createBillingPortalClient } = require('billing-portal-client');
     const { useBillingPortal } = require('billing-portal-client/react');
     test('it is there', () => expect([typeof createBillingPortalClient, typeof useBillingPortal]).toEqual(['function', 'function']));`,
  );
  const jest = join(root, 'node_modules/jest/bin/jest.js');

  const { stderr } = await run(process.execPath, [jest, '--rootDir', project], {
    cwd: project,
    env: { ...process.env, NODE_OPTIONS: '' },
  });

  expect(stderr).toContain('1 passed');
}, 60_000);

test('React Server Components know that the hook belongs to the browser', () => {
  const read = (path: string): string =>
    readFileSync(join(project, 'node_modules/billing-portal-client/dist', path), 'utf8');

  expect(read('use-billing-portal.js')).toMatch(/^'use client';/);
  expect(read('cjs/use-billing-portal.js')).toMatch(/^"use strict";\s*'use client';/);
});
