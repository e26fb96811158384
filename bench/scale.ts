// npm run bench:scale: many mappings in one SQLite store, many requests in flight, and webhooks.
import { execFileSync } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openDatabase } from '../src/database/open-database.ts';
import { nameCustomer } from './baselines/customers.ts';
import { buildAll, serviceFiles } from './harness/build.ts';
import { type Asked, Load } from './harness/load.ts';
import { pinSelf } from './harness/measured-process.ts';
import { type Section, describeMachine, formatFigure, writeSections } from './harness/report.ts';
import { type Run, fillStore, withRun } from './harness/run.ts';
import { percentile } from './harness/statistics.ts';
import { createService, webhookSecret } from './harness/targets.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
    'no-build': { type: 'boolean', default: false },
  },
});
const sizes = values.quick ? [1_000, 5_000] : [10_000, 100_000, 1_000_000];
const seconds = values.quick ? 1 : 8;
const lookups = 20_000;
const users = 20_000;

await buildAll({ service: !values['no-build'] });
pinSelf();
await withRun(async (run) => {
  const mappings = [];
  for (const size of sizes) mappings.push(await measureMappings(run.folder, size));
  const loads = [
    await measureLoad(run, {
      title: '1,000 sessions in flight, a Stripe that takes 300 ms',
      inFlight: 1_000,
      delayMs: 300,
    }),
    await measureLoad(run, { title: 'webhook deliveries, 16 in flight', inFlight: 16, delayMs: 0 }),
  ];
  const sections: Section[] = [
    {
      name: 'loads',
      columns: ['', 'a second', 'p50 ms', 'p99 ms', 'RSS MB'],
      rows: loads,
      note: `${seconds} s each. ${describeMachine()}.`,
    },
    {
      name: 'sqlite',
      columns: ['mappings', 'imported a second', 'lookup p50, µs', 'lookup p99, µs', 'MB'],
      rows: mappings,
      note: `${describeMachine()}.`,
    },
  ];
  writeSections('docs/scaling.md', sections, values.record);
});

/** Imports a file by the command that operators use, then looks users up in random order. */
async function measureMappings(folder: string, size: number): Promise<string[]> {
  const csv = join(folder, 'mappings.csv');
  const file = join(folder, `mappings-${size}.db`);
  const lines = Array.from({ length: size }, (_, index) => Object.values(nameScattered(index)).join());
  writeFileSync(csv, `${lines.join('\n')}\n`);
  const url = `sqlite:${file}`;
  const start = performance.now();
  execFileSync(process.execPath, [serviceFiles.cli, 'link', '--from', csv], {
    cwd: folder,
    env: { PATH: process.env['PATH'], DATABASE_URL: url, STRIPE_SCOPE: 'test' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const importedPerSecond = (size * 1000) / (performance.now() - start);
  const latencies = await lookUp(url, size);
  const megabytes = statSync(file).size / 1e6;
  rmSync(file);
  const figures = [importedPerSecond, percentile(latencies, 0.5), percentile(latencies, 0.99), megabytes];
  return [size.toLocaleString('en-US'), ...figures.map(formatFigure)];
}

/** Microseconds of each lookup. @throws Error when a user has another customer than the imported one */
async function lookUp(url: string, size: number): Promise<number[]> {
  const database = await openDatabase({ url, scope: 'test' });
  const latencies: number[] = [];
  while (latencies.length < lookups) {
    const { userId, stripeCustomerId } = nameScattered(Math.floor(Math.random() * size));
    const start = performance.now();
    const mapping = await database.customers.findByUserId(userId);
    latencies.push((performance.now() - start) * 1000);
    if (mapping?.stripeCustomerId !== stripeCustomerId)
      throw new Error(`${userId} is not ${stripeCustomerId}`);
  }
  await database.close();
  return latencies;
}

/** Ids like those of identity providers and Stripe: without order, so that every insert lands somewhere else. */
function nameScattered(index: number): { readonly userId: string; readonly stripeCustomerId: string } {
  const hash = createHash('md5').update(String(index)).digest('hex');
  return { userId: `auth0|${hash.slice(0, 24)}`, stripeCustomerId: `cus_${hash.slice(10, 24)}` };
}

interface LoadOptions {
  readonly title: string;
  readonly inFlight: number;
  /** How long the stub takes for each answer. */
  readonly delayMs: number;
}

async function measureLoad(run: Run, { title, inFlight, delayMs }: LoadOptions): Promise<string[]> {
  const stub = await run.startStub(delayMs);
  const databaseUrl = await fillStore(run.folder, users);
  const service = await createService({ stubPort: stub.port, users, databaseUrl, folder: run.folder });
  const server = await run.start(service.program);
  const load = new Load(title.startsWith('webhook') ? askWebhooks(server.port) : service.asked, inFlight);
  const result = await load.keepInFlight(inFlight, seconds);
  await load.close();
  if (result.errors > 0) throw new Error(`${title}: ${result.firstError ?? ''}`);
  const memory = server.residentMegabytes();
  await server.stop();
  await stub.stop();
  const [p50, p99] = [0.5, 0.99].map((share) => percentile(result.latencies, share));
  return [title, ...[result.answered / result.seconds, p50 ?? 0, p99 ?? 0, memory].map(formatFigure)];
}

/** Deliveries of different events, each about another customer than the ones before it. */
function askWebhooks(port: number): Asked {
  const created = Math.floor(Date.now() / 1000);
  const requests = Array.from({ length: 2_000 * seconds }, (_, index) => {
    const customer = nameCustomer(index % users);
    const body = JSON.stringify({
      id: `evt_1Bench${created}${index}`,
      object: 'event',
      api_version: '2026-10-28',
      created,
      data: { object: { id: `sub_Bench${index}`, object: 'subscription', customer, status: 'active' } },
      livemode: false,
      pending_webhooks: 1,
      request: { id: null, idempotency_key: null },
      type: 'customer.subscription.updated',
    });
    const signature = createHmac('sha256', webhookSecret).update(`${created}.${body}`).digest('hex');
    const headers = {
      'content-type': 'application/json',
      'stripe-signature': `t=${created},v1=${signature}`,
    };
    return { headers, body, customer };
  });
  const isRight: Asked['isRight'] = (answer) => answer.includes('"received":true');
  return { port, path: '/webhooks/stripe', requests, isRight };
}
