import type { Command } from 'commander';
import type { Features } from '../app.ts';
import { type CommandConfig, loadStoreConfig } from '../config/command-config.ts';
import { ConfigurationError } from '../config/config.ts';
import { linkingVariables } from '../config/environment-schema.ts';
import type { Environment } from '../config/environment.ts';
import { exitCodes } from '../process/start-failure.ts';
import type { StripeClient } from '../stripe/stripe-client.ts';
import { type WebhookEvent, handledEventTypes, readEvent } from '../webhooks/webhook-event.ts';
import { readMappingPages } from './links.command.ts';
import { mappingsHelp, withFeatures } from './features.ts';
import { CommandError, type Shell, createTimeOption, describeFailure, quote } from './shell.ts';
import { runSteps } from './steps.ts';

interface ResyncOptions {
  /** How old an event may be, in milliseconds. */
  readonly since: number;
  /** Customers are read after this user, where an earlier run stopped. */
  readonly after?: string;
  readonly json?: true;
}

const sinceHelp = 'the age of the oldest events to handle, such as 12h or 7d; Stripe keeps events for 30d';

export function addResyncCommand(program: Command, shell: Shell): void {
  program
    .command('resync')
    .description('catch up with Stripe: handle undelivered events, and read every customer again')
    .addOption(createTimeOption('--since <time>', sinceHelp, 30, '30d'))
    .option('--after <user>', 'read only the customers of users after this one, to continue after a stop')
    .option('--json', 'print one JSON object, for scripts')
    .addHelpText('after', resyncHelp)
    .action((options: ResyncOptions) => resync(shell, options));
}

const resyncHelp = `
Use it after an outage, a lost webhook secret or a restored database. It handles
events as webhooks do: nothing happens twice, also while webhooks arrive or when you
run it again. It sends fewer than 20 requests a second to Stripe.

It reports failures on stderr and continues, unless several fail in a row. The exit
code is 0 when nothing failed, else 1. After a stop, run it again.

With --json: events (handled, repeated, failed) and customers (read, gone, failed).
Repeated events had been handled before. Stripe no longer has customers that are
gone.
${mappingsHelp}It needs STRIPE_SECRET_KEY, and also reads LINK_BY_METADATA_KEY and
LINK_BY_CLIENT_REFERENCE_ID.

  billing-portal resync
  billing-portal resync --since 12h --json
`;

async function resync(shell: Shell, options: ResyncOptions): Promise<void> {
  const config = loadResyncConfig(shell.loadEnvironment());
  await withFeatures(shell, config, async (features, { stripe }) => {
    const events = await listUndeliveredEvents(stripe, Date.now() - options.since);
    await catchUp(shell, options, events, features);
  });
}

/** The limit of each endpoint. Reading a customer uses two endpoints, so all requests stay below 20 a second. */
const requestsPerSecond = 6;

/** Limits requests to Stripe to a lower rate than the service's, because the service needs the rest. */
function loadResyncConfig(env: Environment): CommandConfig {
  const config = loadStoreConfig(env, linkingVariables);
  const { stripe } = config;
  if (stripe.secretKey === null)
    throw new ConfigurationError(['STRIPE_SECRET_KEY: is required, to read customers from Stripe']);
  // Null means no limit, such as for a local Stripe.
  const limit = stripe.requestsPerSecond;
  const paced = limit === null ? null : Math.min(limit, requestsPerSecond);
  return { ...config, stripe: { ...stripe, requestsPerSecond: paced } };
}

/** Stripe's list of events filters by at most this many types. */
const typesAtOnce = 20;

/**
 * The events that this service handles and Stripe could not deliver to an endpoint, the oldest first. Only the ids are
 * kept: a month of whole events may not fit into memory.
 * @throws BillingError of the Stripe kind
 */
async function listUndeliveredEvents(stripe: StripeClient, since: number): Promise<WebhookEvent[]> {
  const { readPages } = await import('../stripe/reads.ts');
  const created = { gte: Math.floor(since / 1000) };
  const events: WebhookEvent[] = [];
  for (let start = 0; start < handledEventTypes.length; start += typesAtOnce) {
    const types = handledEventTypes.slice(start, start + typesAtOnce);
    const filter = { delivery_success: false, types, created };
    const pages = readPages(stripe, (sdk, page, options) => sdk.events.list({ ...filter, ...page }, options));
    for await (const page of pages) events.push(...page.map(readEvent));
  }
  return events.reverse().sort((one, other) => one.createdAt.getTime() - other.createdAt.getTime());
}

const customersAtOnce = 4;

async function catchUp(
  shell: Shell,
  { json, after }: ResyncOptions,
  undelivered: readonly WebhookEvent[],
  { customers: { directory }, account: { sync }, webhooks: { processor } }: Features,
): Promise<void> {
  const events = new Tasks(shell.stderr, 'event', { handled: 0, repeated: 0, failed: 0 });
  const customers = new Tasks(shell.stderr, 'customer', { read: 0, gone: 0, failed: 0 });
  let lastUser = after;
  async function* steps(): AsyncGenerator<string> {
    for (const event of undelivered) {
      await events.attempt(event.id, () => processor.process(event));
      events.throwIfHopeless();
      yield events.describe();
    }
    for await (const page of readMappingPages(directory, { after, pageSize: customersAtOnce })) {
      const refreshed = page.map(({ stripeCustomerId: id }) =>
        customers.attempt(id, async () => ((await sync.refresh(id))?.facts === null ? 'gone' : 'read')),
      );
      await Promise.all(refreshed);
      customers.throwIfHopeless();
      // After a failure, the next run has to start before the user that failed.
      if (customers.totals.failed === 0) lastUser = page.at(-1)?.userId;
      yield customers.describe();
    }
  }
  await runSteps(shell, {
    steps,
    summarize: () =>
      json
        ? JSON.stringify({ events: events.totals, customers: customers.totals })
        : `${events.describe()}; ${customers.describe()}`,
    describeStop: (reason) =>
      `Stopped: ${reason}\nRun it again${lastUser === undefined ? '' : ` with --after ${quote(lastUser)}`} to continue: nothing is done twice.`,
  });
  if (events.totals.failed + customers.totals.failed > 0) shell.exitCode = exitCodes.failed;
}

/** This many failures in a row mean that Stripe or the database is down, or that the key is wrong. */
const failuresToStop = 5;

class Tasks<Outcome extends string> {
  private failuresInRow = 0;
  private lastReason = '';

  constructor(
    private readonly stderr: Shell['stderr'],
    private readonly subject: string,
    readonly totals: Record<Outcome | 'failed', number>,
  ) {}

  async attempt(id: string, work: () => Promise<Outcome>): Promise<void> {
    try {
      this.totals[await work()] += 1;
      this.failuresInRow = 0;
    } catch (error) {
      this.totals.failed += 1;
      this.failuresInRow += 1;
      this.lastReason = describeFailure(error);
      this.stderr.write(`${this.subject} ${id}: ${this.lastReason}\n`);
    }
  }

  throwIfHopeless(): void {
    if (this.failuresInRow >= failuresToStop) throw new CommandError(this.lastReason);
  }

  /** `events: handled 3, repeated 0, failed 0` */
  describe(): string {
    const figures = Object.entries(this.totals).map(([name, count]) => `${name} ${String(count)}`);
    return `${this.subject}s: ${figures.join(', ')}`;
  }
}
