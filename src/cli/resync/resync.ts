import { type CommandConfig, loadLinkingConfig, loadStoreConfig } from '../../config/command-config.ts';
import type { Environment } from '../../config/environment.ts';
import type { CustomerDirectory, CustomerMapping } from '../../customers/customer-directory.ts';
import type { CustomerSync } from '../../account/customer-sync.service.ts';
import { exitCodes } from '../../process/start-failure.ts';
import type { WebhookEvent } from '../../webhooks/webhook-event.ts';
import type { WebhookProcessor } from '../../webhooks/webhook-processor.service.ts';
import { CommandError, describeFailure, getExitCode } from '../command-failure.ts';
import { withFeatures } from '../features.ts';
import { readMappingPages } from '../mapping-pages.ts';
import { type Shell, quote } from '../shell.ts';
import { listenForStop } from '../stop-signal.ts';
import { ResyncRun } from './resync-run.ts';
import { listUndeliveredEvents } from './undelivered-events.ts';

export interface ResyncRequest {
  /** How old an event may be. */
  readonly sinceMs: number;
  /** Customers are read after this user, where an earlier run stopped. */
  readonly after: string | undefined;
  readonly json: boolean;
}

/** The limit of each endpoint. Reading a customer uses two endpoints, so all requests stay below 20 a second. */
const requestsPerSecond = 6;
const customersAtOnce = 4;

interface ResyncParts {
  readonly directory: CustomerDirectory;
  readonly sync: CustomerSync;
  readonly processor: WebhookProcessor;
}

/** Handles undelivered events, and reads every linked customer again. */
export async function resync(shell: Shell, request: ResyncRequest): Promise<void> {
  const config = loadResyncConfig(shell.loadEnvironment());
  await withFeatures(shell, config, async ({ customers, account, webhooks }, { stripe }) => {
    const events = await listUndeliveredEvents(stripe, new Date(Date.now() - request.sinceMs));
    const { directory } = customers;
    await catchUp(shell, request, events, { directory, ...account, ...webhooks });
  });
}

/** Limits requests to Stripe to a lower rate than the service's, because the service needs the rest. */
function loadResyncConfig(env: Environment): CommandConfig {
  const linking = loadLinkingConfig(env);
  const config = loadStoreConfig(env);
  const { stripe } = config;
  if (stripe.secretKey === null)
    throw new CommandError('STRIPE_SECRET_KEY is required, to read customers from Stripe.');
  // Null means no limit, such as for a local Stripe.
  const limit = stripe.requestsPerSecond;
  const paced = limit === null ? null : Math.min(limit, requestsPerSecond);
  return { ...config, linking, stripe: { ...stripe, requestsPerSecond: paced } };
}

/** Prints the totals, also after a failure. */
async function catchUp(
  shell: Shell,
  { json, after }: ResyncRequest,
  undelivered: readonly WebhookEvent[],
  { directory, sync, processor }: ResyncParts,
): Promise<void> {
  const stop = listenForStop();
  const events = new ResyncRun(shell.stderr, 'event', ['handled', 'repeated']);
  const customers = new ResyncRun(shell.stderr, 'customer', ['read', 'gone']);
  let lastUser = after;
  try {
    events.begin(undelivered.length);
    for (const event of undelivered) {
      await events.attempt(event.id, () => replay(event, processor));
      events.throwIfHopeless();
      stop.throwIfReceived();
    }
    events.end();
    customers.begin(await countMappings(directory, after));
    for await (const few of readFew(directory, after)) {
      await Promise.all(few.map(({ stripeCustomerId: id }) => customers.attempt(id, () => read(id, sync))));
      customers.throwIfHopeless();
      // After a failure, the next run has to start before the user that failed.
      if (customers.totals.failed === 0) lastUser = few.at(-1)?.userId;
      stop.throwIfReceived();
    }
  } catch (error) {
    const option = lastUser === undefined ? '' : ` with --after ${quote(lastUser)}`;
    throw new CommandError(
      `Stopped: ${describeFailure(error)}\nRun it again${option} to continue: nothing is done twice.`,
      getExitCode(error),
    );
  } finally {
    stop.release();
    events.end();
    customers.end();
    const totals = { events: events.totals, customers: customers.totals };
    const summary = json ? JSON.stringify(totals) : `${events.describe()}; ${customers.describe()}`;
    shell.stdout.write(`${summary}\n`);
  }
  if (events.totals.failed + customers.totals.failed > 0) shell.exitCode = exitCodes.failed;
}

async function replay(event: WebhookEvent, processor: WebhookProcessor): Promise<'handled' | 'repeated'> {
  return (await processor.process(event)) === 'handled' ? 'handled' : 'repeated';
}

async function read(stripeCustomerId: string, sync: CustomerSync): Promise<'read' | 'gone'> {
  const snapshot = await sync.refresh(stripeCustomerId);
  return snapshot?.facts === null ? 'gone' : 'read';
}

async function countMappings(directory: CustomerDirectory, after: string | undefined): Promise<number> {
  let count = 0;
  for await (const mappings of readMappingPages(directory, after)) count += mappings.length;
  return count;
}

async function* readFew(
  directory: CustomerDirectory,
  after: string | undefined,
): AsyncGenerator<readonly CustomerMapping[]> {
  for await (const mappings of readMappingPages(directory, after)) {
    for (let start = 0; start < mappings.length; start += customersAtOnce)
      yield mappings.slice(start, start + customersAtOnce);
  }
}
