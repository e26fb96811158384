import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { linksPerStep } from '../../src/customers/customer-directory.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { findFreePort } from '../../test/helpers/server-process.ts';
import { nameCustomer, nameUser } from '../baselines/customers.ts';
import { fileOfProgram } from './build.ts';
import { type MeasuredProcess, type Program, startProgram } from './measured-process.ts';

/** What a run has started, and a folder of its own; all of it is gone when the run ends. */
export interface Run {
  readonly folder: string;
  start(program: Program): Promise<MeasuredProcess>;
  /** Starts a Stripe that takes this long for each answer. */
  startStub(delayMs?: number): Promise<MeasuredProcess>;
}

export async function withRun(work: (run: Run) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'billing-portal-bench-'));
  const started: MeasuredProcess[] = [];
  const start = async (program: Program): Promise<MeasuredProcess> => {
    const server = await startProgram(program);
    started.push(server);
    return server;
  };
  const startStub = async (delayMs = 0): Promise<MeasuredProcess> => {
    const port = await findFreePort();
    const env = { PORT: String(port), STUB_DELAY_MS: String(delayMs) };
    return start({
      command: process.execPath,
      args: [fileOfProgram('stripe-stub')],
      env,
      port,
      core: 'load',
    });
  };
  try {
    await work({ folder, start, startStub });
  } finally {
    for (const server of started.reverse()) await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Creates a store in the folder that maps each user to the customer that the targets use, and returns its URL. */
export async function fillStore(folder: string, users: number): Promise<string> {
  const url = `sqlite:${join(folder, 'billing.db')}`;
  const database = await openDatabase({ url, scope: 'test' });
  const mappings = Array.from({ length: users }, (_, index) => ({
    userId: nameUser(index),
    stripeCustomerId: nameCustomer(index),
  }));
  for (let start = 0; start < users; start += linksPerStep)
    await database.customers.linkMany(mappings.slice(start, start + linksPerStep));
  await database.close();
  return url;
}
