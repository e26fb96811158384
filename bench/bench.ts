// npm run bench: this service beside what people would write instead, in interleaved rounds on the same two cores.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openDatabase } from '../src/database/database.ts';
import { findFreePort } from '../test/helpers/server-process.ts';
import { nameCustomer, nameUser } from './baselines/customers.ts';
import { buildAll, fileOfProgram } from './harness/build.ts';
import { type Contestant, type Durations, compare } from './harness/comparison.ts';
import { pinSelf } from './harness/cores.ts';
import { type MeasuredProcess, startProgram } from './harness/measured-process.ts';
import { fillTutorialUsers, startMongo } from './harness/mongo.ts';
import { reportComparison } from './harness/report.ts';
import { type Surroundings, askStub, createTarget, targetNames } from './harness/targets.ts';
import { createTokenIssuer } from './harness/tokens.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    'warm-up': { type: 'string' },
    targets: { type: 'string', default: targetNames.join() },
    users: { type: 'string', default: '20000' },
    mappings: { type: 'string', default: '100000' },
    tokens: { type: 'string', default: 'HS256' },
    record: { type: 'boolean', default: false },
    'no-build': { type: 'boolean', default: false },
  },
});

const durations: Durations = {
  rounds: Number(values.rounds ?? (values.quick ? 2 : 5)),
  seconds: Number(values.seconds ?? (values.quick ? 1 : 8)),
  warmUpSeconds: Number(values['warm-up'] ?? (values.quick ? 1 : 15)),
};
const wanted = targetNames.filter((name) => values.targets.split(',').includes(name));
const users = Number(values.users);
const folder = mkdtempSync(join(tmpdir(), 'billing-portal-bench-'));
const stops: (() => Promise<void>)[] = [];

try {
  await buildAll({ service: !values['no-build'] });
  pinSelf();
  const stub = await startStub();
  const surroundings = await prepare(stub);
  const alone = { name: 'stub', title: 'the stub alone', asked: askStub(surroundings), process: stub };
  const contestants: Contestant[] = [alone];
  for (const name of wanted) contestants.push(...(await start(name, surroundings)));
  const measured = await compare(contestants, stub, durations);
  reportComparison(measured, { durations, users, tokens: values.tokens, record: values.record });
} finally {
  for (const stop of stops.reverse()) await stop();
  rmSync(folder, { recursive: true, force: true });
}

async function startStub(): Promise<MeasuredProcess> {
  const port = await findFreePort();
  const stub = await startProgram({
    command: process.execPath,
    args: [fileOfProgram('stripe-stub')],
    env: { PORT: String(port) },
    port,
    core: 'load',
  });
  stops.push(() => stub.stop());
  return stub;
}

async function prepare(stub: MeasuredProcess): Promise<Surroundings> {
  const serviceDatabaseUrl = `sqlite:${join(folder, 'billing.db')}`;
  await fillDirectory(serviceDatabaseUrl, Math.max(users, Number(values.mappings)));
  const mongo = wanted.includes('tutorial-mongoose') ? await startMongo(folder) : null;
  if (mongo !== null) {
    stops.push(() => mongo.stop());
    await fillTutorialUsers(mongo.url, users);
  }
  return {
    stubPort: stub.port,
    metricsPort: await findFreePort(),
    users,
    issuer: createTokenIssuer(values.tokens === 'RS256' ? 'RS256' : 'HS256'),
    folder,
    serviceDatabaseUrl,
    mongoUrl: mongo?.url ?? null,
  };
}

async function fillDirectory(url: string, count: number): Promise<void> {
  const database = await openDatabase({ url, scope: 'test' });
  await database.customers.linkMany(
    Array.from({ length: count }, (_, index) => ({
      userId: nameUser(index),
      stripeCustomerId: nameCustomer(index),
    })),
  );
  await database.close();
}

async function start(name: (typeof targetNames)[number], surroundings: Surroundings): Promise<Contestant[]> {
  const target = createTarget(name, await findFreePort(), surroundings);
  if (target === null) return [];
  const process = await startProgram(target.program);
  stops.push(() => process.stop());
  return [{ name, title: target.title, asked: target.asked, process }];
}
