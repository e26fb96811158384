/** Installs the packed service with each example of a host, outside of this repository, then starts and asks the example. */
import { spawn } from 'node:child_process';
import { deepStrictEqual, equal, match } from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createFiftyRequests, sendSuiteRequest } from '../test/server/fifty-requests.ts';
import { type HostedFixture, createHostedFixture, startService } from '../test/server/hosted-kit.ts';
import { packService, run } from './packed-service.ts';
import { findFreePort } from '../test/helpers/server-process.ts';

const scratch = mkdtempSync(join(tmpdir(), 'billing-portal-examples-'));
const closers: (() => unknown)[] = [() => rmSync(scratch, { recursive: true, force: true })];
const closing = (close: () => unknown): void => void closers.push(close);

/** A second mount in the app, with tokens in place of the example's cookie. */
const tokenRoute = `import { createBillingPortal } from 'billing-portal-graphql/server';
let billing: ReturnType<typeof createBillingPortal> | undefined;
const answer = async (request: Request): Promise<Response> => {
  billing ??= createBillingPortal({ ...process.env, NODE_ENV: 'test' }, { basePath: '/tokens' });
  return (await billing).fetch(request);
};
export { answer as GET, answer as HEAD, answer as POST, answer as PUT, answer as OPTIONS };
`;

/** The bundler must leave the service's graphql to the app too. */
const schemaRoute = `import { createBillingPortal } from 'billing-portal-graphql/server';
import { graphql } from 'graphql';
export async function GET(): Promise<Response> {
  const { schema } = await createBillingPortal(process.env, { identify: () => null });
  return Response.json(await graphql({ schema, source: '{ __typename }' }));
}
`;

try {
  const tarball = packService(scratch);
  const fixture = await createHostedFixture(scratch, closing);
  const service = await startService(fixture, closing);
  await tryApolloServer(fixture, tarball);
  await tryNext(fixture, service, tarball);
} finally {
  for (const close of closers.reverse()) await close();
}

function install(name: string, tarball: string): string {
  const folder = join(scratch, name);
  cpSync(join('examples', name), folder, { recursive: true });
  const manifest = readFileSync(join(folder, 'package.json'), 'utf8');
  writeFileSync(
    join(folder, 'package.json'),
    manifest.replace(/("billing-portal-graphql": )"[^"]*"/, `$1"file:${tarball}"`),
  );
  run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], folder);
  const copies = run('npm', ['ls', 'graphql', '--parseable'], folder).trim().split('\n');
  equal(copies.length, 1, `${name} has several copies of graphql: ${copies.join(', ')}`);
  return folder;
}

async function start(
  { env }: HostedFixture,
  cwd: string,
  args: readonly string[],
  ready: string,
): Promise<string> {
  const port = String(await findFreePort());
  const own = { PORT: port, APP_URL: 'https://app.example.com', SESSION_SECRET: 'of the example' };
  const child = spawn(process.execPath, args, {
    cwd,
    env: { PATH: process.env['PATH'], ...env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', ...own },
    stdio: 'inherit',
  });
  closing(() => child.kill('SIGKILL'));
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 120; tries += 1) {
    const response = await fetch(url + ready).catch(() => null);
    if (response !== null) return url;
    await wait(500);
  }
  throw new Error(`${args.join(' ')} did not start within a minute.`);
}

async function askGraphql(url: string, query: string, headers: Record<string, string>): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  equal(response.headers.get('cache-control'), 'no-store');
  return response.json();
}

async function tryApolloServer(fixture: HostedFixture, tarball: string): Promise<void> {
  const folder = install('apollo-server', tarball);
  const url = await start(fixture, folder, ['--import', 'tsx', 'server.ts'], '/');
  const query = '{ product(id: 7) { name } billingCustomer { userId } }';
  deepStrictEqual(await askGraphql(url, query, { authorization: 'Bearer ada' }), {
    data: { product: { name: 'Lamp' }, billingCustomer: { userId: 'ada' } },
  });
  match(JSON.stringify(await askGraphql(url, query, {})), /"code":"UNAUTHENTICATED"/);
  console.log('The example with Apollo Server works.');
}

async function tryNext(
  fixture: HostedFixture,
  { url: serviceUrl, facts }: Awaited<ReturnType<typeof startService>>,
  tarball: string,
): Promise<void> {
  const folder = install('next', tarball);
  mkdirSync(join(folder, 'app/tokens/[[...path]]'), { recursive: true });
  writeFileSync(join(folder, 'app/tokens/[[...path]]/route.ts'), tokenRoute);
  mkdirSync(join(folder, 'app/schema'), { recursive: true });
  writeFileSync(join(folder, 'app/schema/route.ts'), schemaRoute);
  run('npx', ['next', 'build'], folder);
  const url = await start(fixture, folder, ['node_modules/next/dist/bin/next', 'start'], '/');

  const cookie = await signIn(url);
  deepStrictEqual(await askGraphql(`${url}/billing/graphql`, '{ billingCustomer { userId } }', { cookie }), {
    data: { billingCustomer: { userId: 'ada' } },
  });
  deepStrictEqual(await (await fetch(`${url}/schema`)).json(), { data: { __typename: 'Query' } });
  const leaving = await submit(url, cookie);
  match(leaving.headers.get('location') ?? '', /\/p\/session\//);

  for (const request of createFiftyRequests(facts)) {
    const answer = await sendSuiteRequest(`${url}/tokens`, request);
    deepStrictEqual(answer, await sendSuiteRequest(serviceUrl, request), request.title);
    equal(answer.status, request.status, request.title);
  }
  console.log('The example with Next.js works, and answers the fifty requests as the service does.');
}

async function signIn(url: string): Promise<string> {
  const response = await submit(url, '');
  return response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
}

/** Sends the form of the page, as a browser without JavaScript does. */
async function submit(url: string, cookie: string): Promise<Response> {
  const page = await (await fetch(url, { headers: { cookie } })).text();
  const [, action = ''] = /name="(\$ACTION_ID_\w+)"/.exec(page) ?? [];
  const body = new FormData();
  body.append(action, '');
  return fetch(url, { method: 'POST', headers: { cookie }, body, redirect: 'manual' });
}
