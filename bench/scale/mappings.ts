import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Database, openDatabase } from '../../src/database/database.ts';
import { serviceFiles } from '../harness/build.ts';
import { onCore } from '../harness/cores.ts';
import { percentile } from '../harness/statistics.ts';
import { nameScattered, writeLinkFile } from './links.ts';
import type { MappingStore } from './mapping-stores.ts';

const rounds = 9;
/** Of each round, and of one more to warm up. Enough that the 99th percentile is more than a handful of them. */
const lookups = 4_000;

export interface MappingFigures {
  readonly mappings: number;
  readonly importedPerSecond: number;
  /** Microseconds, of each round. */
  readonly p50s: readonly number[];
  readonly p99s: readonly number[];
  readonly megabytes: number;
}

export interface MappingOptions {
  readonly folder: string;
  readonly stores: readonly { readonly store: MappingStore; readonly mappings: number }[];
  /** Of the usual number of lookups. */
  readonly share?: number;
}

/** Imports by the command that operators use; then looks users up in no order, in rounds that go through all stores. */
export async function measureMappings({
  folder,
  stores,
  share = 1,
}: MappingOptions): Promise<MappingFigures[]> {
  const measured: Measured[] = [];
  for (const { store, mappings } of stores) {
    const importedPerSecond = await measureImport(folder, store, mappings);
    const database = await openDatabase({ url: store.url, scope: 'test' });
    measured.push({ store, mappings, importedPerSecond, database, p50s: [], p99s: [] });
  }
  for (let round = -1; round < rounds; round += 1) {
    for (const each of measured) {
      const latencies = await lookUp(each.database, each.mappings, lookups * share);
      if (round < 0) continue;
      each.p50s.push(percentile(latencies, 0.5));
      each.p99s.push(percentile(latencies, 0.99));
    }
  }
  return Promise.all(measured.map(finish));
}

interface Measured extends Omit<MappingFigures, 'megabytes' | 'p50s' | 'p99s'> {
  readonly store: MappingStore;
  readonly database: Database;
  readonly p50s: number[];
  readonly p99s: number[];
}

async function finish({ store, database, ...figures }: Measured): Promise<MappingFigures> {
  await database.close();
  const megabytes = await store.measureMegabytes();
  await store.remove();
  return { ...figures, megabytes };
}

/** Mappings a second. */
async function measureImport(folder: string, { url }: MappingStore, mappings: number): Promise<number> {
  const links = join(folder, 'links.csv');
  await writeLinkFile(links, mappings);
  const start = performance.now();
  importLinks(links, url);
  const seconds = (performance.now() - start) / 1000;
  rmSync(links);
  return mappings / seconds;
}

function importLinks(file: string, url: string): void {
  const [command = '', ...args] = onCore('server', process.execPath, [
    serviceFiles.cli,
    'link',
    '--from',
    file,
  ]);
  execFileSync(command, args, {
    cwd: dirname(file),
    env: { PATH: process.env['PATH'], DATABASE_URL: url, STRIPE_SCOPE: 'test' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Microseconds of each lookup. @throws Error when a user is another customer than was imported */
async function lookUp(database: Database, mappings: number, count: number): Promise<number[]> {
  const latencies: number[] = [];
  while (latencies.length < count) {
    const { userId, stripeCustomerId } = nameScattered(Math.floor(Math.random() * mappings));
    const start = performance.now();
    const mapping = await database.customers.findByUserId(userId);
    const milliseconds = performance.now() - start;
    if (mapping?.stripeCustomerId !== stripeCustomerId)
      throw new Error(`${userId} is not ${stripeCustomerId}`);
    latencies.push(milliseconds * 1000);
  }
  return latencies;
}
