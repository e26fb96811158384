import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openDatabase } from '../../src/database/database.ts';
import { serviceFiles } from '../harness/build.ts';
import { onCore } from '../harness/cores.ts';
import { percentile } from '../harness/statistics.ts';
import { nameScattered, writeLinkFile } from './links.ts';
import type { MappingStore } from './mapping-stores.ts';

const warmUpLookups = 5_000;
/** Enough that the 99th percentile is more than a handful of them. */
const lookups = 20_000;

export interface MappingFigures {
  readonly mappings: number;
  readonly importedPerSecond: number;
  /** Microseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly megabytes: number;
}

export interface MappingOptions {
  readonly folder: string;
  readonly store: MappingStore;
  readonly mappings: number;
  /** Of the usual number of lookups. */
  readonly share?: number;
}

/** Imports by the command that operators use, then looks users up in no order. */
export async function measureMappings(options: MappingOptions): Promise<MappingFigures> {
  const { folder, store, mappings, share = 1 } = options;
  const links = join(folder, 'links.csv');
  await writeLinkFile(links, mappings);
  const start = performance.now();
  importLinks(links, store.url);
  const seconds = (performance.now() - start) / 1000;
  const latencies = await lookUp(store.url, mappings, share);
  const figures: MappingFigures = {
    mappings,
    importedPerSecond: mappings / seconds,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    megabytes: await store.measureMegabytes(),
  };
  rmSync(links);
  await store.remove();
  process.stderr.write(`${JSON.stringify(figures)}\n`);
  return figures;
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
async function lookUp(url: string, mappings: number, share: number): Promise<number[]> {
  const database = await openDatabase({ url, scope: 'test' });
  try {
    const latencies: number[] = [];
    for (let round = -warmUpLookups * share; round < lookups * share; round += 1) {
      const { userId, stripeCustomerId } = nameScattered(Math.floor(Math.random() * mappings));
      const start = performance.now();
      const mapping = await database.customers.findByUserId(userId);
      const milliseconds = performance.now() - start;
      if (mapping?.stripeCustomerId !== stripeCustomerId)
        throw new Error(`${userId} is not ${stripeCustomerId}`);
      if (round >= 0) latencies.push(milliseconds * 1000);
    }
    return latencies;
  } finally {
    await database.close();
  }
}
