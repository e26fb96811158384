import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, expect, test } from '@jest/globals';
import { linkCustomerMutation } from '../helpers/admin-operations.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { type MongoServer, howToGetMongo, startMongoServer } from '../helpers/mongo-server.ts';
import { createSessionMutation } from '../helpers/operations.ts';
import { trackPromise } from '../helpers/promises.ts';
import { describeWithPart } from '../helpers/real-parts.ts';
import { type TestApp, createTestApp, returnUrl } from '../helpers/test-app.ts';
import { type ToxicProxy, findToxiproxy, howToGetToxiproxy, startToxicProxy } from '../helpers/toxiproxy.ts';

const faultMs = 2_000;
const pauseMs = 100;
/** More than all faults together see asked for. */
const linksToMake = (faultMs / pauseMs) * 12;
const maxRequestMs = 3_000;
const maxRecoveryMs = 5_000;

interface Fault {
  readonly name: string;
  /** Whether nothing gets through: the service must then say that it is not ready. */
  readonly total: boolean;
  readonly begin: (proxy: ToxicProxy, mongo: MongoServer) => Promise<unknown>;
  readonly end?: (mongo: MongoServer) => Promise<unknown>;
}

const poisons = (name: string, total: boolean, ...toxic: Parameters<ToxicProxy['poison']>): Fault => ({
  name,
  total,
  begin: (proxy) => proxy.poison(...toxic),
});

const faults: readonly Fault[] = [
  poisons('a black hole', true, { type: 'timeout', attributes: { timeout: 0 } }),
  poisons('a connection that ends after a second of nothing', true, {
    type: 'timeout',
    attributes: { timeout: 1_000 },
  }),
  poisons('a latency of 5 s', true, { type: 'latency', attributes: { latency: 2_500 } }),
  poisons('a latency of 0.2 s', false, { type: 'latency', attributes: { latency: 100, jitter: 20 } }),
  poisons('resets', true, { type: 'reset_peer', attributes: { timeout: 0 } }),
  poisons('connections that are cut after 20 bytes', true, {
    type: 'limit_data',
    attributes: { bytes: 20 },
  }),
  poisons('answers in slices', false, {
    type: 'slicer',
    attributes: { average_size: 64, size_variation: 32, delay: 5_000 },
  }),
  poisons('connections that close late', false, { type: 'slow_close', attributes: { delay: 1_000 } }),
  { name: 'nobody who listens', total: true, begin: (proxy) => proxy.shut() },
  {
    name: 'a restart of the server',
    total: true,
    begin: (_proxy, server) => server.halt(),
    end: (server) => server.resume(),
  },
];

/** What a request told, and how long it took. */
interface Asked {
  readonly way: string;
  readonly status: number;
  /** The code of its failure; null when it did what it was asked. */
  readonly code: string | null;
  readonly ms: number;
}

interface Body {
  readonly code?: string;
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
}

let app: TestApp;
let token: string;
let admin: string;
let links = 0;

async function ask(way: string, send: () => Promise<Response>): Promise<Asked> {
  const start = performance.now();
  const response = await send();
  const { code, errors } = (await response.json()) as Body;
  const ms = performance.now() - start;
  return { way, status: response.status, code: code ?? errors?.[0]?.extensions.code ?? null, ms };
}

function post(path: string, body: object, caller = token): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return app.fetch(path, { method: 'POST', headers, body: JSON.stringify(body), token: caller });
}

const ways = {
  mutation: () => post('/graphql', { query: createSessionMutation.toString(), variables: { returnUrl } }),
  rest: () => post('/api/billing-portal', { returnUrl }),
  link: () => {
    links += 1;
    const variables = { userId: `user-${links}`, stripeCustomerId: customers[links] };
    return post('/graphql', { query: linkCustomerMutation.toString(), variables }, admin);
  },
  readyz: () => app.fetch('/readyz'),
  healthz: () => app.fetch('/healthz'),
} satisfies Record<string, () => Promise<Response>>;

let customers: readonly string[] = [];

/** Asks in every way now and then, without waiting for the answers, for as long as the fault lasts. */
async function trickle(): Promise<Asked[]> {
  const asking: Promise<Asked>[] = [];
  const end = performance.now() + faultMs;
  while (performance.now() < end) {
    for (const [way, send] of Object.entries(ways)) asking.push(ask(way, send));
    await wait(pauseMs);
  }
  return Promise.all(asking);
}

/** For how long /readyz repeats an answer. */
const readyzFreshMs = 1_000;

const isHealthy = ({ status, code }: Asked): boolean => status === 200 && code === null;

/** Milliseconds until both a session can be opened and the service says that it is ready. */
async function timeRecovery(): Promise<number> {
  const start = performance.now();
  const askBoth = () => Promise.all([ask('mutation', ways.mutation), ask('readyz', ways.readyz)]);
  let both = await askBoth();
  while (!both.every(isHealthy)) {
    if (performance.now() - start > 4 * maxRecoveryMs)
      throw new Error(`The service does not recover: ${JSON.stringify(both)}`);
    await wait(20);
    both = await askBoth();
  }
  return performance.now() - start;
}

const mongo = await startMongoServer();
const command = findToxiproxy();
const parts = mongo && command ? { mongo, command } : null;
closeAfterTests(() => mongo?.stop());

describeWithPart(
  `the service while its database fails: ${mongo?.description ?? 'none'}`,
  parts,
  `${howToGetToxiproxy}; ${howToGetMongo}`,
  ({ mongo, command }) => {
    let proxy: ToxicProxy;

    beforeAll(async () => {
      const url = new URL(mongo.createDatabaseUrl());
      proxy = await startToxicProxy(command, Number(url.port || 27017));
      url.host = `127.0.0.1:${proxy.port}`;
      app = await createTestApp({ DATABASE_URL: url.href });
      await fetch(`${app.stripe.url}/_control/portal_settings`, { method: 'POST' });
      const { id } = await app.sdk.customers.create({ name: 'Ada' });
      await app.link('ada', id);
      token = await app.createToken({ userId: 'ada' });
      admin = await app.createToken({ userId: 'admin', roles: [app.config.adminRole] });
      const made = Array.from({ length: linksToMake }, () => app.sdk.customers.create());
      customers = (await Promise.all(made)).map((customer) => customer.id);
    }, 60_000);

    test('a fault in the middle of a change does not add up', async () => {
      const promise = trackPromise('database', 'a black hole in the middle of a change: it ends within 3 s');
      const fault = new URLSearchParams({ path: '/v1/customers/*', delay_ms: '300' });
      await fetch(`${app.stripe.url}/_control/faults`, { method: 'POST', body: fault });
      const before = app.stripe.requests.length;
      const asking = ask('link', ways.link);
      while (app.stripe.requests.length === before) await wait(5);
      await proxy.poison({ type: 'timeout', attributes: { timeout: 0 } });

      await promise.try(async () => {
        const { code, ms } = await asking;
        promise.measure(ms);
        expect(code).toBe('STORE_UNAVAILABLE');
        expect(ms).toBeLessThan(maxRequestMs + 300);
      });
      await proxy.heal();
    }, 60_000);

    test.each(faults)(
      '$name',
      async ({ name, total, begin, end }) => {
        const coded = trackPromise('database', `${name}: every request ends within 3 s, with a code`);
        const probes = trackPromise('database', `${name}: /healthz is 200${total ? ', /readyz 503' : ''}`);
        const healed = trackPromise('database', `${name}: well again within 5 s, without a restart`);
        await timeRecovery();

        await begin(proxy, mongo);
        await wait(readyzFreshMs);
        const asked = await trickle();
        await (end?.(mongo) ?? proxy.heal());
        await proxy.heal();
        await healed.try(async () => {
          const ms = await timeRecovery();
          healed.measure(ms);
          expect(ms).toBeLessThan(maxRecoveryMs);
        });

        const requests = asked.filter(({ way }) => !way.endsWith('z'));
        const late = requests.filter((each) => each.ms > maxRequestMs || !hasCode(each));
        for (const { ms } of requests) coded.measure(ms);
        coded.count(requests.length, requests.length - late.length);
        const wrongProbes = asked.filter(
          ({ way, status, ms }) =>
            (way === 'healthz' && (status !== 200 || ms > 1_000)) || (way === 'readyz' && ms > maxRequestMs),
        );
        const readiness = asked.filter(({ way }) => way === 'readyz').map(({ status }) => status);
        const unready = total ? readiness.filter((status) => status !== 503) : [];
        probes.count(
          asked.length - requests.length,
          asked.length - requests.length - wrongProbes.length - unready.length,
        );
        expect({ late, wrongProbes, unready }).toEqual({ late: [], wrongProbes: [], unready: [] });
        if (total)
          expect(requests.filter(({ code }) => code === 'STORE_UNAVAILABLE').length).toBeGreaterThan(0);
      },
      60_000,
    );
  },
);

/** What was asked of a database that fails is either done or refused with the one code. */
function hasCode({ status, code }: Asked): boolean {
  return code === 'STORE_UNAVAILABLE' ? status === 200 || status === 503 : code === null && status === 200;
}
