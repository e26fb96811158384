import { open, unlink } from 'node:fs/promises';
import { exitCodes } from '../../start-failure.ts';
import { CommandError } from '../command-failure.ts';
import { startProgress } from '../progress.ts';
import { type Shell, quote } from '../shell.ts';
import { describeCode } from '../source-file.ts';
import { listenForStop } from '../stop-signal.ts';
import { type Store, withStore } from '../store.ts';
import { type Watch, collectCustomers, findProposals } from './find-candidates.ts';
import { createPacedStripe } from '../paced-stripe.ts';
import {
  type ProductUser,
  type Proposal,
  type ProposalStatus,
  proposalHeadings,
  toCsvLine,
} from './proposal.ts';
import { readUsers } from './read-users.ts';

/** With what may come at once, these are fewer than 10 in any second. */
const listsPerSecond = 8;

/** Writes which of a product's users may be which customer at Stripe, for a person to decide. */
export async function propose(shell: Shell, usersPath: string, proposalsPath: string): Promise<void> {
  const { users, refusals } = await readUsers(usersPath);
  for (const { line, fault } of refusals) shell.stderr.write(`line ${line}: ${fault}\n`);
  await withStore(shell, async (store) => {
    const counts = await writeProposals(proposalsPath, readProposals(shell, store, users));
    shell.stdout.write(summarize(counts, proposalsPath));
  });
  if (refusals.length > 0) shell.exitCode = exitCodes.failed;
}

async function* readProposals(
  shell: Shell,
  { config, database }: Store,
  users: readonly ProductUser[],
): AsyncGenerator<readonly Proposal[]> {
  const stripe = createPacedStripe(config.stripe, listsPerSecond);
  const customers = await watched(shell, (watch) => collectCustomers(stripe, users, watch)).finally(() =>
    stripe.close(),
  );
  yield* findProposals(database.customers, users, customers);
}

/** Shows how many customers have been read, and stops between two pages when told to. */
async function watched<T>(shell: Shell, read: (watch: Watch) => Promise<T>): Promise<T> {
  const progress = startProgress(shell.stderr, 0);
  const stop = listenForStop();
  try {
    return await read((count) => {
      progress.update(count, `customers read: ${count}`);
      stop.throwIfReceived();
    });
  } finally {
    stop.release();
    progress.stop();
  }
}

type Counts = ReadonlyMap<ProposalStatus, number>;

/** Never over a file that is there, in which somebody may have decided already: it is opened before the long wait for Stripe. */
async function writeProposals(path: string, batches: AsyncIterable<readonly Proposal[]>): Promise<Counts> {
  const counts = new Map<ProposalStatus, number>();
  // It names people: it is for whoever runs this.
  const file = await open(path, 'wx', 0o600).catch((error: unknown) => {
    throw new CommandError(`${path} cannot be written${describeCode(error)}: name a new file.`);
  });
  try {
    await file.write(`${proposalHeadings.join()}\n`);
    for await (const proposals of batches) {
      await file.write(proposals.map(toCsvLine).join(''));
      for (const { status } of proposals) counts.set(status, (counts.get(status) ?? 0) + 1);
    }
  } catch (error) {
    await unlink(path);
    throw error;
  } finally {
    await file.close();
  }
  return counts;
}

function summarize(counts: Counts, path: string): string {
  const lines = [...counts].toSorted(([one], [other]) => (one < other ? -1 : 1));
  return (
    lines.map(([status, count]) => `${status}: ${count}\n`).join('') +
    `Write yes into the last column of ${quote(path)} where you agree, then apply it.\n`
  );
}
