/** Installs the packed service in fresh folders, under strict linkers too, and runs it there as a user does. */
import { deepStrictEqual, equal } from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { findFreePort } from '../test/helpers/server-process.ts';
import { createHostedFixture } from '../test/server/hosted-kit.ts';
import { packService, run } from './packed-service.ts';

/*
 * `--engine-strict` fails for a dependency that does not run on this Node, so run this on the oldest one of `engines`.
 * The package depends on @graphql-tools/merge and @graphql-tools/schema without an import in src: Apollo Server and
 * TypeGraphQL then share these releases, while later ones depend on packages for Node 22. light-my-request after 6.6.0 does too.
 */
const install = ['install', '--engine-strict', '--ignore-scripts', '--no-audit', '--no-fund'];
const installers: Readonly<Record<string, readonly [string, ...string[]]>> = {
  npm: ['npm', ...install],
  'npm, linked': ['npm', ...install, '--install-strategy=linked'],
  pnpm: ['npx', '--yes', 'pnpm@10.34.9', 'add', '--engine-strict', '--ignore-scripts'],
};

const scratch = mkdtempSync(join(tmpdir(), 'billing-portal-package-'));
const closers: (() => unknown)[] = [() => rmSync(scratch, { recursive: true, force: true })];

try {
  const tarball = packService(scratch);
  const { env } = await createHostedFixture(scratch, (close) => closers.push(close));
  for (const [name, [command, ...args]] of Object.entries(installers)) {
    const folder = join(scratch, name.replace(/\W+/g, '-'));
    mkdirSync(folder);
    run('npm', ['init', '--yes'], folder);
    run(command, [...args, tarball], folder);
    await tryDemo(folder);
    await tryServe(folder, env);
    const size = run('du', ['-sm', 'node_modules'], folder).split('\t')[0] ?? '';
    console.log(`${name}: the demo and the service run; ${countPackages(folder)} packages, ${size} MB.`);
  }
  checkTypes(join(scratch, 'npm'));
} finally {
  for (const close of closers.reverse()) await close();
}

function start(folder: string, args: readonly string[], env: Readonly<Record<string, string | undefined>>) {
  const child = spawn('npx', ['--no-install', 'billing-portal', ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  closers.push(() => {
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined)
      process.kill(-child.pid, 'SIGKILL');
  });
  return child;
}

/** To all processes of npx, as Ctrl+C does. */
async function stop(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  process.kill(-(child.pid ?? 0), 'SIGTERM');
  await exited;
}

async function tryDemo(folder: string): Promise<void> {
  const child = start(folder, ['demo', '--json'], { PORT: '0' });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { graphqlUrl, token, sessionUrl } = JSON.parse(line) as Record<string, string>;
  equal((await fetch(sessionUrl ?? '')).status, 200);
  const response = await fetch(graphqlUrl ?? '', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: '{ billingCustomer { userId } }' }),
  });
  deepStrictEqual(await response.json(), { data: { billingCustomer: { userId: 'demo-user' } } });
  await stop(child);
}

async function tryServe(folder: string, env: Readonly<Record<string, string | undefined>>): Promise<void> {
  const port = String(await findFreePort());
  const child = start(folder, ['serve'], { ...env, NODE_ENV: 'production', HOST: '127.0.0.1', PORT: port });
  let status: number | undefined;
  for (let tries = 0; status !== 200 && tries < 120; tries += 1) {
    await wait(250);
    status = (await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null))?.status;
  }
  equal(status, 200, 'The service is not ready after half a minute.');
  await stop(child);
}

function countPackages(folder: string): number {
  const manifests = run('find', ['node_modules', '-name', 'package.json'], folder).split('\n');
  const own = /(^|\/)node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/;
  return manifests.filter((path) => own.test(path)).length;
}

/** Strict, and with the declarations of the package checked as well. */
function checkTypes(folder: string): void {
  cpSync('.ci/types-of-server.mts', join(folder, 'types-of-server.mts'));
  const old = `import { createBillingPortal } from 'billing-portal-graphql/server';
export const opening = createBillingPortal(process.env);`;
  writeFileSync(join(folder, 'old.ts'), old);
  compile(folder, '.bin/tsc', 'types-of-server.mts', { module: 'nodenext' });
  // TypeScript 6 was the last to know this resolution, which many projects in CommonJS have.
  const resolution = { moduleResolution: 'node10', ignoreDeprecations: '6.0' };
  compile(folder, 'typescript/bin/tsc', 'old.ts', { module: 'commonjs', ...resolution });
  console.log('The types of ./server are complete.');
}

function compile(folder: string, compiler: string, file: string, options: object): void {
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    target: 'es2022',
    lib: ['es2023', 'dom'],
    types: ['node'],
    typeRoots: [resolve('node_modules/@types')],
    ...options,
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }));
  run(resolve('node_modules', compiler), [], folder);
}
