import { loadEventsConfig } from '../../config/command-config.ts';
import type { CustomerDirectory, CustomerMapping } from '../../customers/customer-directory.ts';
import { CustomerReader } from '../../customers/customer-reader.ts';
import { CustomerSubscriptions } from '../../customers/customer-subscriptions.ts';
import { CustomerSync } from '../../customers/customer-sync.service.ts';
import { SnapshotRegister } from '../../customers/snapshot-register.ts';
import { createLogger } from '../../logger.ts';
import { Claims } from '../../records/claims.ts';
import { exitCodes } from '../../start-failure.ts';
import type { StripeClient } from '../../stripe/stripe-client.ts';
import { createWebhookHandlers } from '../../webhooks/webhook-handlers.ts';
import type { WebhookEvent } from '../../webhooks/webhook-event.ts';
import { WebhookProcessor } from '../../webhooks/webhook-processor.service.ts';
import { CommandError, describeFailure, getExitCode } from '../command-failure.ts';
import { readMappingPages } from '../mapping-pages.ts';
import { type Progress, startProgress } from '../progress.ts';
import { createPacedStripe } from '../reconcile/paced-stripe.ts';
import { type Shell, quote } from '../shell.ts';
import { listenForStop } from '../stop-signal.ts';
import { type Store, withStore } from '../store.ts';
import { type ResyncOutcome, ResyncRun } from './resync-run.ts';
import { listUndeliveredEvents } from './undelivered-events.ts';

export interface ResyncRequest {
  /** How old events may be. */
  readonly sinceMs: number;
  /** The user whose customer was the last that was read, before a stop. */
  readonly after: string | undefined;
  readonly json: boolean;
}

/** Reading a customer takes a request to each of two endpoints; together these stay below 20 a second. */
const requestsPerSecond = 6;
const customersAtOnce = 4;

/** Handles the events that were not delivered, and reads every linked customer anew. */
export async function resync(shell: Shell, request: ResyncRequest): Promise<void> {
  const { linkByClientReferenceId } = loadEventsConfig(shell.loadEnvironment());
  await withStore(shell, async (store) => {
    const stripe = createPacedStripe(store.config.stripe, requestsPerSecond);
    try {
      const events = await listUndeliveredEvents(stripe, new Date(Date.now() - request.sinceMs));
      const mappings = await countMappings(store.database.customers, request.after);
      const progress = startProgress(shell.stderr, events.length + mappings);
      const parts = createParts(store, stripe, progress, linkByClientReferenceId);
      await catchUp(shell, request, { ...parts, events, progress });
    } finally {
      await stripe.close();
    }
  });
}

interface ResyncParts {
  readonly directory: CustomerDirectory;
  readonly sync: CustomerSync;
  readonly processor: WebhookProcessor;
  readonly events: readonly WebhookEvent[];
  readonly progress: Progress;
}

function createParts(
  { database, audit }: Store,
  stripe: StripeClient,
  progress: Progress,
  linkByClientReferenceId: boolean,
): Pick<ResyncParts, 'directory' | 'sync' | 'processor'> {
  const claims = new Claims(database.records);
  const reader = new CustomerReader(new CustomerSubscriptions(stripe), stripe);
  const directory = database.customers;
  const sync = new CustomerSync(directory, new SnapshotRegister(database.records), reader, claims);
  const logger = createLogger('warn', { write: (line) => progress.write(line) });
  const handlers = createWebhookHandlers({
    stripe,
    directory,
    sync,
    audit,
    claims,
    logger,
    configurations: null,
    linkByClientReferenceId,
  });
  return { directory, sync, processor: new WebhookProcessor(handlers, database.records, claims) };
}

/** Sums up, however it ends. */
async function catchUp(shell: Shell, { json, after }: ResyncRequest, parts: ResyncParts): Promise<void> {
  const { processor, events, progress } = parts;
  const stop = listenForStop();
  const run = new ResyncRun(progress, stop);
  let lastUser = after;
  try {
    for (const event of events) await run.attempt('event', event.id, () => replay(event, processor));
    for await (const user of readCustomers(run, parts, after)) lastUser = user;
  } catch (error) {
    const option = lastUser === undefined ? '' : ` with --after ${quote(lastUser)}`;
    throw new CommandError(
      `Stopped: ${describeFailure(error)}\nRun it again${option} to go on: nothing is done twice.`,
      getExitCode(error),
    );
  } finally {
    stop.release();
    progress.stop();
    shell.stdout.write(json ? `${JSON.stringify(run.toTotals())}\n` : `${run.describe()}\n`);
  }
  if (run.failed > 0) shell.exitCode = exitCodes.failed;
}

async function replay(event: WebhookEvent, processor: WebhookProcessor): Promise<ResyncOutcome> {
  return (await processor.process(event)) === 'handled' ? 'handled' : 'repeated';
}

/** Yields the last user up to whom all was done. */
async function* readCustomers(
  run: ResyncRun,
  { directory, sync }: ResyncParts,
  after: string | undefined,
): AsyncGenerator<string | undefined> {
  const read = ({ stripeCustomerId: id }: CustomerMapping): Promise<void> =>
    run.attempt('customer', id, async () =>
      (await sync.refresh(id))?.facts === null ? 'gone' : 'refreshed',
    );
  for await (const mappings of readMappingPages(directory, after)) {
    for (let start = 0; start < mappings.length; start += customersAtOnce) {
      const few = mappings.slice(start, start + customersAtOnce);
      await Promise.all(few.map(read));
      yield few.at(-1)?.userId;
    }
  }
}

async function countMappings(directory: CustomerDirectory, after: string | undefined): Promise<number> {
  let count = 0;
  for await (const mappings of readMappingPages(directory, after)) count += mappings.length;
  return count;
}
