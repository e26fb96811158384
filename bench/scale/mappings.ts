import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { openDatabase } from '../../src/database/database.ts';
import { serviceFiles } from '../harness/build.ts';
import { onCore } from '../harness/cores.ts';
import { percentile } from '../harness/statistics.ts';
import { nameScattered, writeLinkFile } from './links.ts';

const warmUpLookups = 5_000;
/** Enough that the 99th percentile is more than a handful of them. */
const lookups = 20_000;

export interface MappingFigures {
  readonly mappings: number;
  readonly importedPerSecond: number;
  /** Microseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Null where the store is not one file. */
  readonly megabytes: number | null;
}

export interface MappingOptions {
  readonly folder: string;
  readonly url: string;
  readonly mappings: number;
  /** SQLite's file; null for another engine. */
  readonly file: string | null;
  readonly share?: number;
}

/** Imports by the command that operators use, then looks users up in no order. */
export async function measureMappings(options: MappingOptions): Promise<MappingFigures> {
  const { folder, url, mappings, file, share = 1 } = options;
  const links = join(folder, 'links.csv');
  await writeLinkFile(links, mappings);
  const start = performance.now();
  importLinks(links, url);
  const seconds = (performance.now() - start) / 1000;
  const latencies = await lookUp(url, mappings, share);
  const figures: MappingFigures = {
    mappings,
    importedPerSecond: mappings / seconds,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    megabytes: file === null ? null : getMegabytes(file),
  };
  rmSync(links);
  if (file !== null) rmSync(file);
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

function getMegabytes(file: string): number {
  const folder = dirname(file);
  const parts = readdirSync(folder).filter((name) => name.startsWith(basename(file)));
  return parts.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0) / 1e6;
}
