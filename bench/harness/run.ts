import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../src/database/database.ts';
import { findFreePort } from '../../test/helpers/server-process.ts';
import { nameCustomer, nameUser } from '../baselines/customers.ts';
import { fileOfProgram } from './build.ts';
import type { Core } from './cores.ts';
import { type MeasuredProcess, type Program, startProgram } from './measured-process.ts';

/** What a run has started, and a folder of its own; all of it is gone when the run ends. */
export interface Run {
  readonly folder: string;
  start(program: Program): Promise<MeasuredProcess>;
  startStub(options?: { readonly delayMs?: number; readonly core?: Core | null }): Promise<MeasuredProcess>;
  /** Stops something else at the end. */
  stopAtEnd(stop: () => Promise<void>): void;
}

export async function withRun(work: (run: Run) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'billing-portal-bench-'));
  const stops: (() => Promise<void>)[] = [];
  const start = async (program: Program): Promise<MeasuredProcess> => {
    const started = await startProgram(program);
    stops.push(() => started.stop());
    return started;
  };
  try {
    await work({
      folder,
      start,
      startStub: async ({ delayMs = 0, core = 'load' } = {}) => {
        const port = await findFreePort();
        const env = { PORT: String(port), STUB_DELAY_MS: String(delayMs) };
        return start({ command: process.execPath, args: [fileOfProgram('stripe-stub')], env, port, core });
      },
      stopAtEnd: (stop) => stops.push(stop),
    });
  } finally {
    for (const stop of stops.reverse()) await stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Links so many users, each to the customer that the targets use, and returns the store's URL. */
export async function fillDirectory(url: string, count: number): Promise<string> {
  const database = await openDatabase({ url, scope: 'test' });
  const links = Array.from({ length: count }, (_, index) => ({
    userId: nameUser(index),
    stripeCustomerId: nameCustomer(index),
  }));
  await database.customers.linkMany(links);
  await database.close();
  return url;
}
