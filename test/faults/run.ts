// npm run faults: tries what the service promises under faults, and prints how often it was tried and how often it held.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatTable } from '../../bench/harness/table.ts';
import type { PromiseReport } from '../helpers/promises.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const output = join(root, 'output/faults');
const file = join(output, 'promises.jsonl');
const areas: readonly PromiseReport['area'][] = ['Stripe', 'database', 'stop', 'start', 'tokens', 'memory'];

mkdirSync(output, { recursive: true });
rmSync(file, { force: true });
run(['--import', 'tsx', 'scripts/bundle.ts', join(output, 'bundle')]);
const passed = run(
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    'node_modules/jest/bin/jest.js',
    '--selectProjects',
    'faults',
    '--maxWorkers',
    '1',
    ...process.argv.slice(2),
  ],
  { PROMISES_FILE: file },
);
const reports = readReports();
process.stdout.write(`\n${describe(reports)}`);
const broken = reports.filter(({ tried, held }) => held < tried);
process.exitCode = passed && reports.length > 0 && broken.length === 0 ? 0 : 1;

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): boolean {
  const { status } = spawnSync(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: 'inherit',
  });
  return status === 0;
}

function readReports(): PromiseReport[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const all = lines.map((line) => JSON.parse(line) as PromiseReport).filter(({ tried }) => tried > 0);
  return areas.flatMap((area) =>
    all
      .filter((report) => report.area === area)
      .sort((one, other) => one.promise.localeCompare(other.promise, 'en', { numeric: true })),
  );
}

function describe(all: readonly PromiseReport[]): string {
  const sum = (member: 'tried' | 'held'): number => all.reduce((total, report) => total + report[member], 0);
  const rows = all.map(({ area, promise, tried, held, seen }) => [
    `${area}: ${promise}`,
    String(tried),
    held === tried ? String(held) : `${held} (!)`,
    seen,
  ]);
  const table = formatTable(['promise', 'tried', 'held', 'seen'], rows);
  return `${table}\n${all.length} promises: tried ${sum('tried')} times, held ${sum('held')} times.\n`;
}
