import { spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { makeExecutableSchema, mergeSchemas } from '@graphql-tools/schema';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type ExecutionResult, graphql } from 'graphql';
import { createFiftyRequests, sendSuiteRequest, type SuiteRequest } from './fifty-requests.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { startStripeGate } from '../helpers/stripe-gate.ts';
import { returnUrl } from '../helpers/test-app.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import { createHostedFixture, type HostedFixture, startService } from './hosted-kit.ts';
import { mounts } from './mounts.ts';
import { sign } from '../webhooks/webhook-kit.ts';
import { type App, composeApp } from '../../src/app.ts';
import { ConfigurationError, loadHostedConfig } from '../../src/config/config.ts';
import { createLogger } from '../../src/logging/logger.ts';
import {
  type BillingPortal,
  createBillingPortal,
  type Identity,
} from '../../src/server/create-billing-portal.ts';

interface HostContext {
  readonly session: string | null;
}

const mutation = `mutation ($returnUrl: String!) { createBillingPortalSession(returnUrl: $returnUrl) { url returnUrl } }`;
const users: Readonly<Record<string, Identity>> = {
  'of-ada': { userId: 'ada', email: 'ada@example.com', emailVerified: true },
  'of-admin': { userId: 'ada', roles: ['billing:admin'] },
  broken: { userId: '' },
};

/** How the host of these tests knows its users: by a cookie, or by its own GraphQL context. */
let identified = 0;
function identify(source: Request | HostContext): Identity | null {
  identified += 1;
  const session = source instanceof Request ? source.headers.get('cookie') : source.session;
  return users[session ?? ''] ?? null;
}

let fixture: HostedFixture;
let customerId: string;
let billing: BillingPortal<Request | HostContext>;
/** Takes as long as the longest answer. */
let closing: Promise<void>;

beforeAll(async () => {
  fixture = await createHostedFixture(createTemporaryFolder(), closeAfterTests);
  customerId = await fixture.addUser('ada');
  billing = await open();
  const never = () => new Promise<null>(() => undefined);
  const hanging = await createBillingPortal(fixture.env, { identify: never });
  void hanging.fetch(askGraphql('of-ada'));
  closing = hanging.close();
});

async function open(
  env: Readonly<Record<string, string>> = {},
  basePath = '/billing',
): Promise<BillingPortal<Request | HostContext>> {
  const opened = await createBillingPortal({ ...fixture.env, ...env }, { identify, basePath });
  closeAfterTests(() => opened.close());
  return opened;
}

async function openWithLog(): Promise<{ readonly app: App; readonly logs: readonly string[] }> {
  const logs: string[] = [];
  const logger = createLogger('warn', { write: (line) => logs.push(line) });
  const identifyCaller = () => Promise.resolve(null);
  const app = await composeApp(loadHostedConfig(fixture.env), { identify: identifyCaller, logger });
  closeAfterTests(() => app.stop());
  return { app, logs };
}

function request(path: string, cookie: string | null, init: RequestInit = {}): Request {
  const headers = new Headers(init.headers);
  if (cookie !== null) headers.set('cookie', cookie);
  return new Request(`https://app.example.com${path}`, { ...init, headers });
}

function askGraphql(cookie: string | null, query = mutation): Request {
  return request('/billing/graphql', cookie, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: query === mutation ? { returnUrl } : {} }),
  });
}

async function readCode(response: Response): Promise<unknown> {
  const body = (await response.json()) as { code?: string; errors?: { extensions: { code: string } }[] };
  return body.code ?? body.errors?.[0]?.extensions.code;
}

describe('fetch', () => {
  test("opens a session of the customer of the host's user, and the response is never cached", async () => {
    const response = await billing.fetch(askGraphql('of-ada'));

    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('connection')).toBeNull();
    expect(await response.json()).toEqual({
      data: { createBillingPortalSession: { url: expect.stringContaining(fixture.stripe.url), returnUrl } },
    });
    expect(fixture.stripe.requests.at(-1)?.params).toMatchObject({ customer: customerId });
  });

  test.each([
    ['/billing/graphql', 400],
    ['/graphql', 400],
    ['/billing/healthz', 200],
    ['/billing', 404],
    ['/billing/nothing', 404],
    ['/billinghealthz', 404],
    ['/healthz', 200],
    ['//healthz', 404],
    ['/billing/%zz', 400],
  ])(
    'answers %s below the base path, also where the host has removed that, with %i',
    async (path, status) => {
      const method = path.endsWith('graphql') ? 'POST' : 'GET';
      const response = await billing.fetch(request(path, null, { method }));

      expect(response.status).toBe(status);
    },
  );

  test('redirects a browser with a session of the host to the portal', async () => {
    const response = await billing.fetch(
      request(`/billing/billing-portal?returnUrl=${encodeURIComponent(returnUrl)}`, 'of-ada'),
    );

    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toContain(fixture.stripe.url);
  });

  test('refuses a visitor, a user without a role, and masks an identity that names no user', async () => {
    expect(await readCode(await billing.fetch(askGraphql(null)))).toBe('UNAUTHENTICATED');
    const unlink = 'mutation { unlinkCustomer(userId: "ada") { __typename } }';
    expect(await readCode(await billing.fetch(askGraphql('of-ada', unlink)))).not.toBe('UNAUTHENTICATED');
    expect(await readCode(await billing.fetch(askGraphql('broken')))).toBe('INTERNAL_SERVER_ERROR');
  });

  test('refuses a body beyond the limit without reading the rest', async () => {
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        pulled += 1;
        controller.enqueue(new Uint8Array(32 * 1024).fill(32));
      },
    });
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      duplex: 'half',
    } as const;

    const response = await billing.fetch(request('/billing/graphql', 'of-ada', init));

    expect([response.status, await readCode(response)]).toEqual([413, 'BAD_USER_INPUT']);
    expect(pulled).toBeLessThan(20);
  });

  test("answers fifty of a host's own requests at once, which have no content-length", async () => {
    const asked = Array.from({ length: 50 }, () => billing.fetch(askGraphql('of-ada', '{ __typename }')));
    const statuses = new Set((await Promise.all(asked)).map(({ status }) => status));

    expect([...statuses]).toEqual([200]);
  });

  test('takes one large webhook after another, with and without a content-length', async () => {
    const event = {
      object: 'event',
      type: 'charge.succeeded',
      livemode: false,
      padding: 'x'.repeat(300_000),
    };
    const body = JSON.stringify(event);
    const headers = {
      'stripe-signature': sign(body, { secret: fixture.env['STRIPE_WEBHOOK_SECRETS'] ?? '' }),
    };
    const length = { 'content-length': String(body.length) };

    for (const more of [{}, length, {}, length, {}, length]) {
      const init = { method: 'POST', body, headers: { ...headers, ...more } };
      expect((await billing.fetch(request('/billing/webhooks/stripe', null, init))).status).toBe(200);
    }
  });

  describe('a body that the host has', () => {
    const body = JSON.stringify({ query: '{ __typename }' });
    const json = { 'content-type': 'application/json' };
    const signed = { 'stripe-signature': `t=${Math.floor(Date.now() / 1000)},v1=0a` };
    const post = (path: string, headers: Record<string, string>, sent = body) =>
      request(path, null, { method: 'POST', headers, body: sent });
    const parse = async (read: Request): Promise<Request> => {
      await read.text();
      return read;
    };
    /** As `express.json()` leaves it. */
    const emptied = () => new ReadableStream({ start: (controller) => controller.close() });
    const half = (path: string, headers: Record<string, string>) =>
      request(path, null, { method: 'POST', headers, body: emptied(), duplex: 'half' });
    const length = { 'content-length': String(body.length) };

    test.each([
      ['read', () => parse(post('/billing/graphql', json))],
      ['read from the connection', () => half('/billing/graphql', { ...json, ...length })],
      ['read of an event', () => half('/billing/webhooks/stripe', { ...signed, ...length })],
      ['written anew', () => post('/billing/graphql', { ...json, ...length }, `${body}\n`)],
    ])('%s, is a failure that the log explains', async (_title, create) => {
      const { app, logs } = await openWithLog();
      const response = await app.fetch(await create(), { basePath: '/billing' });

      expect(response.status).toBe(500);
      const line = await waitUntil('the log', () => logs[0]);
      expect(line).toContain('mount the service in front of body parsers');
    });
  });

  test.each<readonly [string, (source: Request) => unknown]>([
    ['clones', async (source) => await source.clone().text()],
    ['clones, and leaves unread,', (source) => source.clone()],
    ['copies', (source) => new Request(source.url, source)],
  ])('serves a request that `identify` %s', async (_title, use) => {
    const opened = await createBillingPortal(fixture.env, {
      basePath: '/billing',
      identify: async (source) => {
        await use(source);
        return { userId: 'ada' };
      },
    });
    closeAfterTests(() => opened.close());

    expect((await opened.fetch(askGraphql('of-ada'))).status).toBe(200);
  });

  test('serves a request of another library, with a body of its own kind and without a signal', async () => {
    const opened = await createBillingPortal(fixture.env, { identify: () => ({ userId: 'ada' }) });
    closeAfterTests(() => opened.close());
    const { url, method, headers } = askGraphql(null);
    const text = JSON.stringify({ query: '{ billingCustomer { userId } } # 3 €' });
    headers.set('content-length', String(Buffer.byteLength(text)));

    const body = Readable.from([Buffer.from(text)]);
    const foreign = { url, method, headers, body, bodyUsed: false } as unknown as Request;
    expect(await (await opened.fetch(foreign)).json()).toEqual({
      data: { billingCustomer: { userId: 'ada' } },
    });
  });

  test.each(['/billing/healthz', 'http://a b/billing/healthz'])(
    'refuses a request whose Host header leaves the URL %s',
    async (url) => {
      const malformed = { url, method: 'GET', headers: new Headers(), body: null } as unknown as Request;

      expect((await billing.fetch(malformed)).status).toBe(400);
    },
  );

  test('refuses a method that HTTP does not have', async () => {
    const nonsense = request('/billing/graphql', 'of-ada', { method: 'NONSENSE' });

    expect((await billing.fetch(nonsense)).status).toBe(400);
  });

  test('leaves the body of a request for another path to the host, which may pass the request on', async () => {
    const ask = request('/billing/nothing', 'of-ada', { method: 'POST', body: 'ours' });

    expect((await billing.fetch(ask)).status).toBe(404);
    expect(await ask.text()).toBe('ours');
  });

  test('ends the request of a client that disconnects while it sends', async () => {
    const leaving = new AbortController();
    const body = new ReadableStream({ pull: () => leaving.abort() }, { highWaterMark: 0 });
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body, duplex: 'half', signal: leaving.signal } as const;

    expect((await billing.fetch(request('/billing/graphql', 'of-ada', init))).status).toBe(499);
  });

  describe('a client that disconnects', () => {
    const opening = { method: 'POST', headers: { 'content-type': 'application/json' } };
    const body = JSON.stringify({ returnUrl });

    /** The user of a session store that answers after the client has left. */
    async function openWithSlowSessions(leave: () => void): Promise<BillingPortal<Request>> {
      const opened = await createBillingPortal(fixture.env, {
        basePath: '/billing',
        identify: async () => {
          leave();
          await new Promise((resolve) => setTimeout(resolve, 20));
          return { userId: 'ada' };
        },
      });
      closeAfterTests(() => opened.close());
      return opened;
    }

    test('while the host looks for the user gets an answer, and no error reaches the host', async () => {
      const leaving = new AbortController();
      const opened = await openWithSlowSessions(() => leaving.abort());
      const init = { ...opening, body, signal: leaving.signal };
      const response = await opened.fetch(request('/billing/api/billing-portal', 'of-ada', init));

      expect(response.status).toBe(499);
    });

    test.each([new Error('The connection was reset.'), undefined])(
      'so that its body fails with %p, gets an answer as well',
      async (reason) => {
        let source: ReadableStreamDefaultController | undefined;
        const failing = new ReadableStream({ start: (controller) => void (source = controller) });
        const opened = await openWithSlowSessions(() => source?.error(reason));
        const init = { ...opening, body: failing, duplex: 'half' } as const;
        const response = await opened.fetch(request('/billing/api/billing-portal', 'of-ada', init));

        expect(response.status).toBe(499);
      },
    );

    test('before its request gets here opens no session', async () => {
      const before = fixture.stripe.requests.length;
      const init = { ...opening, body, signal: AbortSignal.abort() };
      const response = await billing.fetch(request('/billing/api/billing-portal', 'of-ada', init));

      expect(response.status).toBe(499);
      expect(fixture.stripe.requests.length).toBe(before);
    });
  });

  test('a client that disconnects after its event was refused as too large does not end the process of the host', async () => {
    const leaving = new AbortController();
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(1024 * 1024)),
    });
    const headers = { 'stripe-signature': `t=${Math.floor(Date.now() / 1000)},v1=0a` };
    const init = { method: 'POST', headers, body, duplex: 'half', signal: leaving.signal } as const;
    const response = await billing.fetch(request('/billing/webhooks/stripe', null, init));
    leaving.abort();
    // An error without a listener would fail the test in a later turn.
    await new Promise((resolve) => setTimeout(resolve, 50));

    expect(response.status).toBe(413);
  });

  test('serves a route of the name of the base path, also where the host has removed that', async () => {
    const opened = await open({}, '/billing-portal');
    const query = `?returnUrl=${encodeURIComponent(returnUrl)}`;

    for (const path of ['/billing-portal', '/billing-portal/billing-portal'])
      expect((await opened.fetch(request(path + query, 'of-ada'))).status).toBe(303);
  });

  test.each(['billing', '/billing/'])(
    'serves below the base path however it is written: %s',
    async (path) => {
      const opened = await open({}, path);

      expect((await opened.fetch(request('/billing/healthz', null))).status).toBe(200);
    },
  );

  test('masks and logs what `identify` throws, whatever status it has', async () => {
    const failing = Object.assign(new Error('There is no such session.'), { statusCode: 404 });
    const opened = await createBillingPortal(fixture.env, {
      basePath: '/billing',
      identify: () => Promise.reject(failing),
    });
    closeAfterTests(() => opened.close());
    const response = await opened.fetch(askGraphql('of-ada'));

    expect([response.status, await readCode(response)]).toEqual([500, 'INTERNAL_SERVER_ERROR']);
  });

  test('counts requests by the address that the host gives, whatever a client writes into headers', async () => {
    const limited = await open({ RATE_LIMIT: '1/1m' });
    const ask = async (address: string | undefined, forwarded: string): Promise<number> => {
      const headers = { 'x-forwarded-for': forwarded };
      return (
        await limited.fetch(request('/billing/graphql', null, { method: 'POST', headers }), { address })
      ).status;
    };

    for (let index = 0; index < 10; index += 1)
      expect(await ask('192.0.2.7', `198.51.100.${index}`)).toBe(400);
    expect(await ask('192.0.2.7', '198.51.100.99')).toBe(429);
    expect(await ask('192.0.2.8', '198.51.100.99')).toBe(400);
    for (let index = 0; index < 11; index += 1) expect(await ask(undefined, '198.51.100.1')).toBe(400);
  });

  test('counts requests by the header of a trusted proxy only where the host gives no address', async () => {
    const limited = await open({ RATE_LIMIT: '1/1m', TRUST_PROXY: '1' });
    const ask = async (forwarded: string, address?: string): Promise<number> => {
      const init = { method: 'POST', headers: { 'x-forwarded-for': forwarded } };
      return (await limited.fetch(request('/billing/graphql', null, init), { address })).status;
    };

    for (let index = 0; index < 10; index += 1) expect(await ask(`203.0.113.${index}, 192.0.2.7`)).toBe(400);
    expect(await ask('203.0.113.99, 192.0.2.7')).toBe(429);
    expect(await ask('192.0.2.8')).toBe(400);
    for (let index = 0; index < 10; index += 1)
      expect(await ask(`198.51.100.${index}`, '192.0.2.9')).toBe(400);
    expect(await ask('198.51.100.99', '192.0.2.9')).toBe(429);
  });

  test("counts a user's requests over all addresses", async () => {
    const limited = await open({ RATE_LIMIT: '2/1m' });
    const ask = async (address: string) => (await limited.fetch(askGraphql('of-ada'), { address })).status;

    expect([await ask('192.0.2.1'), await ask('192.0.2.2'), await ask('192.0.2.3')]).toEqual([200, 200, 429]);
  });

  test('serves below the path of PUBLIC_URL by default', async () => {
    const opened = await createBillingPortal(
      { ...fixture.env, PUBLIC_URL: 'https://app.example.com/pay/' },
      { identify },
    );
    closeAfterTests(() => opened.close());

    expect((await opened.fetch(request('/pay/healthz', null))).status).toBe(200);
  });
});

test("leaves the host's own `fetch` as it is", async () => {
  const url = JSON.stringify(fixture.stripe.url);
  // In a process of its own: jest gives each test file another `fetch`. Stripe's SDK sets this header.
  const script = `import './src/server/create-billing-portal.ts';
    const request = { method: 'POST', headers: { 'Content-Length': 3 }, body: 'a=b' };
    process.stdout.write(String((await fetch(${url}, request)).status));`;
  const host = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
  });

  expect(await text(host.stdout)).toBe('404');
});

describe('schema', () => {
  const own = makeExecutableSchema({
    typeDefs: 'type Query { product(id: ID!): Product } type Product { id: ID! name: String! }',
    resolvers: { Query: { product: (_: unknown, { id }: { id: string }) => ({ id, name: 'Lamp' }) } },
  });

  function execute(source: string, session: string | null, variableValues = {}): Promise<ExecutionResult> {
    const schema = mergeSchemas({ schemas: [own, billing.schema] });
    return graphql({ schema, source, contextValue: { session }, variableValues });
  }

  test("answers beside a host's own types, for the user of the host's context", async () => {
    const both = `mutation ($returnUrl: String!) {
      createBillingPortalSession(returnUrl: $returnUrl, flow: { type: PAYMENT_METHOD_UPDATE }, features: { invoiceHistory: false }) { url createdAt }
    }`;
    expect(await execute(both, 'of-ada', { returnUrl })).toEqual({
      data: { createBillingPortalSession: { url: expect.any(String), createdAt: expect.anything() } },
    });
    expect(await execute('{ product(id: 1) { name } billingCustomer { userId } }', 'of-ada')).toEqual({
      data: { product: { name: 'Lamp' }, billingCustomer: { userId: 'ada' } },
    });
  });

  test("answers the fields below the root, which get the host's context, for the same user", async () => {
    const query = '{ billingCustomer { nextCharge { date } invoices { edges { node { status } } } } }';

    expect(await execute(query, 'of-ada')).toMatchObject({
      data: {
        billingCustomer: {
          nextCharge: { date: expect.anything() },
          invoices: { edges: [{ node: { status: 'PAID' } }, { node: { status: 'PAID' } }] },
        },
      },
    });
  });

  test("shows a configuration's policy to administrators only", async () => {
    const query = '{ billingPortalConfiguration { id policy { name } } }';
    const found = { id: expect.any(String), policy: null };

    expect(await execute(query, 'of-admin')).toEqual({ data: { billingPortalConfiguration: found } });
    const { data, errors = [] } = await execute(query, 'of-ada');
    expect(data).toEqual({ billingPortalConfiguration: found });
    expect(errors.map(({ extensions }) => extensions['code'])).toEqual(['FORBIDDEN']);
  });

  test("identifies the caller once for all fields of the host's request", async () => {
    const before = identified;
    await execute('{ a: billingCustomer { id } b: billingCustomer { id } }', 'of-ada');

    expect(identified - before).toBe(1);
  });

  test('identifies the caller again for each request, also where the context of a host outlives one', async () => {
    const lasting: { session: string | null } = { session: 'of-ada' };
    const ask = () =>
      graphql({ schema: billing.schema, source: '{ billingCustomer { userId } }', contextValue: lasting });

    expect(await ask()).toEqual({ data: { billingCustomer: { userId: 'ada' } } });
    lasting.session = null;
    expect((await ask()).errors?.map(({ extensions }) => extensions['code'])).toEqual(['UNAUTHENTICATED']);
  });

  test.each([
    [null, '{ billingCustomer { id } }', 'UNAUTHENTICATED'],
    ['of-ada', '{ billingPortalLinks(userId: "bob") { id } }', 'FORBIDDEN'],
  ])(
    'gives the refusal of session %s a code, and leaves the status of the response to the host',
    async (session, query, code) => {
      const { errors = [] } = await execute(query, session);

      expect(errors.map(({ extensions }) => extensions)).toEqual([{ code }]);
    },
  );
});

describe('sessions', () => {
  test("opens a session from the host's own code, by the rules of the mutation", async () => {
    const session = await billing.sessions.create(
      { userId: 'ada' },
      { returnUrl, flow: { type: 'PAYMENT_METHOD_UPDATE' }, features: { invoiceHistory: false } },
    );

    expect(session).toMatchObject({
      url: expect.stringContaining(fixture.stripe.url),
      returnUrl,
      livemode: false,
    });
    const refused = billing.sessions.create({ userId: 'ada' }, { returnUrl: 'https://evil.example' });
    await expect(refused).rejects.toMatchObject({ code: 'RETURN_URL_NOT_ALLOWED' });
  });

  test('needs the role that the mutation needs', async () => {
    const strict = await open({ REQUIRED_ROLE: 'billing' });

    await expect(strict.sessions.create({ userId: 'ada' }, { returnUrl })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    const session = await strict.sessions.create({ userId: 'ada', roles: ['billing'] }, { returnUrl });
    expect(session.returnUrl).toBe(returnUrl);
  });
});

test('lists every fault of the settings, and asks for token variables only without `identify`', async () => {
  const env = { ...fixture.env, RETURN_URLS: '', RATE_LIMIT: 'many' };
  const faultsOf = async (opening: Promise<unknown>): Promise<readonly string[]> => {
    const error: unknown = await opening.catch((reason: unknown) => reason);
    return error instanceof ConfigurationError ? error.faults.map((fault) => fault.split(':')[0] ?? '') : [];
  };

  expect(await faultsOf(createBillingPortal(env, { identify }))).toEqual(['RATE_LIMIT', 'RETURN_URLS']);
  expect(await faultsOf(createBillingPortal({ ...env, JWT_ISSUER: '' }))).toEqual(
    expect.arrayContaining(['JWT_ISSUER', 'RATE_LIMIT']),
  );
});

test('variables of a listener have no effect, such as the pipe that a host listens on', async () => {
  const opened = await open({ PORT: '\\\\.\\pipe\\host', METRICS_PORT: 'off' });

  expect((await opened.fetch(request('/billing/healthz', null))).status).toBe(200);
});

test('variables count as they were at the call, and a later change of them does not', async () => {
  const env = { ...fixture.env, REQUIRED_ROLE: 'billing' };
  const opening = createBillingPortal(env, { identify });
  env.REQUIRED_ROLE = '';
  const opened = await opening;
  closeAfterTests(() => opened.close());

  await expect(opened.sessions.create({ userId: 'ada' }, { returnUrl })).rejects.toMatchObject({
    code: 'FORBIDDEN',
  });
});

describe('a mount answers what the service answers,', () => {
  const origins: Record<string, string> = {};
  let requests: readonly SuiteRequest[];

  beforeAll(async () => {
    const service = await createHostedFixture(createTemporaryFolder(), closeAfterTests);
    const { url, facts } = await startService(service, closeAfterTests);
    origins['service'] = url;
    requests = createFiftyRequests(facts);
    for (const [name, mount] of Object.entries(mounts)) {
      const billing = await createBillingPortal(service.env, { basePath: '/billing' });
      closeAfterTests(() => billing.close());
      origins[name] = await mount(billing);
    }
  });

  const titles = createFiftyRequests({
    user: '',
    stranger: '',
    admin: '',
    webhookSecret: '',
    linkToken: '',
  }).map(({ title }, index) => `${index + 1}, ${title}`);

  test('the suite has fifty requests', () => {
    expect(titles).toHaveLength(50);
  });

  describe.each(Object.keys(mounts))('the mount in %s', (name) => {
    test.each(titles.map((title, index) => [title, index] as const))(
      'answers request %s, as the service does',
      async (_title, index) => {
        const request = requests[index];
        if (request === undefined) throw new Error('No such request');
        const answer = await sendSuiteRequest(origins[name] ?? '', request);

        expect(answer).toEqual(await sendSuiteRequest(origins['service'] ?? '', request));
        expect(answer.status).toBe(request.status);
        expect(answer.body).toContain(request.says ?? '');
      },
    );
  });
});

describe('`close`', () => {
  test('waits for open requests', async () => {
    const identifySlowly = () =>
      new Promise<Identity>((resolve) => setTimeout(resolve, 100, { userId: 'ada' }));
    const opened = await createBillingPortal(fixture.env, { identify: identifySlowly, basePath: '/billing' });
    const ends: unknown[] = [];
    const answering = opened.fetch(askGraphql('of-ada')).then(({ status }) => ends.push(status));
    await Promise.all([answering, opened.close().then(() => ends.push('closed'))]);

    expect(ends).toEqual([200, 'closed']);
  });

  test.each<[string, (opened: BillingPortal<Request | HostContext>) => Promise<unknown>]>([
    ['`sessions.create`', ({ sessions }) => sessions.create({ userId: 'ada' }, { returnUrl })],
    [
      'operations of `schema`, with the fields that ask Stripe in turn',
      async ({ schema }) => {
        const source =
          '{ billingCustomer(fresh: true) { nextCharge { date } invoices { edges { cursor } } } }';
        const { errors } = await graphql({ schema, source, contextValue: { session: 'of-ada' } });
        if (errors?.[0]) throw errors[0];
      },
    ],
  ])('waits for %s', async (_name, use) => {
    const gate = await startStripeGate(fixture.stripe.url);
    let asked: (() => void) | undefined;
    gate.watch(async () => {
      asked?.();
      await sleep(50);
      return 'pass' as const;
    });
    const opened = await open({ STRIPE_API_URL: gate.url });
    const beginning = new Promise<void>((resolve) => (asked = resolve));
    const ends: unknown[] = [];
    const using = use(opened).then(() => ends.push('answered'));
    await Promise.race([beginning, using]);
    await Promise.all([using, opened.close().then(() => ends.push('closed'))]);

    expect(ends).toEqual(['answered', 'closed']);
  });

  test('ends while the session store of the host never answers', async () => {
    await expect(closing).resolves.toBeUndefined();
  }, 20_000);
});
