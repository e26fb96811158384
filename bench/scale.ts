// npm run bench:scale: what one process and one store hold: many mappings, many requests in flight, two processes, webhooks.
import { parseArgs } from 'node:util';
import { buildAll } from './harness/build.ts';
import { type Core, pinSelf } from './harness/cores.ts';
import { type Figures, formatFigure } from './harness/goals.ts';
import { startMongo } from './harness/mongo.ts';
import { type Section, describeMachine, recordFindings } from './harness/record.ts';
import { type Run, withRun } from './harness/run.ts';
import { median } from './harness/statistics.ts';
import { createMongoStore, createSqliteStore } from './scale/mapping-stores.ts';
import { type MappingFigures, measureMappings } from './scale/mappings.ts';
import { type LoadFigures, ServiceUnderLoad } from './scale/service.ts';

interface MongoFigures extends MappingFigures {
  readonly server: string;
}

const parts = ['sqlite', 'mongo', 'in-flight', 'processes', 'webhooks'] as const;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: parts.join() },
    sizes: { type: 'string' },
    'mongo-sizes': { type: 'string' },
    seconds: { type: 'string' },
    record: { type: 'boolean', default: false },
    'no-build': { type: 'boolean', default: false },
  },
});
const readSizes = (given: string | undefined, usual: string, quick: string): number[] =>
  (given ?? (values.quick ? quick : usual)).split(',').map(Number);
const sizes = readSizes(values.sizes, '10000,100000,1000000', '1000,5000');
const mongoSizes = readSizes(values['mongo-sizes'], '10000,100000,1000000', '1000');
const seconds = Number(values.seconds ?? (values.quick ? 1 : 10));
const isWanted = (part: (typeof parts)[number]): boolean => values.only.split(',').includes(part);

await buildAll({ service: !values['no-build'] });
pinSelf();
await withRun(async (run) => {
  const sqlite = isWanted('sqlite') ? await measureSqlite(run) : [];
  const mongo = isWanted('mongo') ? await measureMongo(run) : [];
  const loads: LoadFigures[] = [];
  if (isWanted('in-flight')) {
    loads.push(
      ...(await withService(run, { delayMs: 300, cores: ['server'] }, async (service) => [
        await service.measureSessions('1,000 in flight, a Stripe that takes 300 ms', 1_000, seconds),
      ])),
    );
  }
  if (isWanted('processes')) loads.push(...(await measureProcesses(run)));
  if (isWanted('webhooks')) {
    loads.push(
      ...(await withService(run, { delayMs: 0, cores: ['server'] }, async (service) => [
        await service.measureWebhooks('webhook deliveries, 16 in flight', 16, seconds),
      ])),
    );
  }
  report(sqlite, mongo, loads);
});

function measureSqlite({ folder }: Run): Promise<MappingFigures[]> {
  const stores = sizes.map((mappings) => ({ mappings, store: createSqliteStore(folder, mappings) }));
  return measureMappings({ folder, stores });
}

async function measureMongo(run: Run): Promise<MongoFigures[]> {
  const server = await startMongo(run.folder);
  if (server === null) return [];
  run.stopAtEnd(() => server.stop());
  const stores = [];
  for (const mappings of mongoSizes) {
    stores.push({ mappings, store: await createMongoStore(server, mappings) });
  }
  const found = await measureMappings({ folder: run.folder, stores, share: 0.1 });
  return found.map((figures) => ({ ...figures, server: server.description }));
}

/** The second process shares its core with the stub and with whoever asks. */
async function measureProcesses(run: Run): Promise<LoadFigures[]> {
  const one: readonly Core[] = ['server'];
  const found: LoadFigures[] = [];
  for (const cores of [one, [...one, 'load' as const]]) {
    const title =
      cores.length === 1 ? 'one process, 16 in flight' : 'two processes on two cores, 16 in flight at each';
    found.push(
      ...(await withService(run, { delayMs: 0, cores }, async (service) => {
        await service.measureSessions(`${title}, to warm up`, 16, seconds);
        return [await service.measureSessions(title, 16, seconds)];
      })),
    );
  }
  return found;
}

async function withService<T>(
  run: Run,
  options: Parameters<ServiceUnderLoad['open']>[0],
  use: (service: ServiceUnderLoad) => Promise<T>,
): Promise<T> {
  const service = new ServiceUnderLoad(run);
  try {
    await service.open(options);
    return await use(service);
  } finally {
    await service.close();
  }
}

function report(
  sqlite: readonly MappingFigures[],
  mongo: readonly MongoFigures[],
  loads: readonly LoadFigures[],
): void {
  if (loads.some(({ errors }) => errors > 0)) throw new Error('There were wrong answers.');
  const file = 'docs/scaling.md';
  const columns = ['mappings', 'imported a second', 'lookup p50, µs', 'lookup p99, µs', 'MB'];
  const describe = ({ mappings, importedPerSecond, p50s, p99s, megabytes }: MappingFigures): string[] => [
    mappings.toLocaleString('en-US'),
    ...[importedPerSecond, median(p50s), median(p99s), megabytes].map(formatFigure),
  ];
  const sections: Section[] = [
    { file, name: 'sqlite', columns, rows: sqlite.map(describe), note: `SQLite. ${describeMachine()}.` },
    {
      file,
      name: 'mongo',
      columns,
      rows: mongo.map(describe),
      note: `${mongo[0]?.server ?? ''}, on the core of the stub. ${describeMachine()}.`,
    },
    {
      file,
      name: 'loads',
      columns: ['', 'a second', 'p50 ms', 'p99 ms', 'RSS MB', 'errors'],
      rows: loads.map(({ title, perSecond, p50, p99, residentMegabytes, errors }) => [
        title,
        ...[perSecond, p50, p99, residentMegabytes].map(formatFigure),
        String(errors),
      ]),
      note: `${seconds} s each. ${describeMachine()}.`,
    },
  ];
  recordFindings(
    {
      command: 'scale',
      options: { sizes, mongoSizes, seconds },
      figures: createFigures(sqlite),
      details: { sqlite, mongo, loads },
      sections: sections.filter(({ rows }) => rows.length > 0),
    },
    values.record,
  );
}

function createFigures(sqlite: readonly MappingFigures[]): Figures {
  const few = sqlite.find(({ mappings }) => mappings === 10_000);
  const many = sqlite.find(({ mappings }) => mappings === 1_000_000);
  if (few === undefined || many === undefined) return {};
  // Of each round, and then the median: what slowed a round down slowed both.
  const growths = many.p50s.map((p50, round) => p50 / (few.p50s[round] ?? Number.NaN));
  return { lookupGrowth: median(growths), importRate: many.importedPerSecond };
}
