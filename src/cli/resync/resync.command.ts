import { type Command, Option } from 'commander';
import { type Shell, createTimeParser, storeHelp } from '../shell.ts';

interface ResyncOptions {
  /** Milliseconds before now. */
  readonly since: number;
  readonly after?: string;
  readonly json?: true;
}

const parseAge = createTimeParser(30);

export function addResyncCommand(program: Command, shell: Shell): void {
  program
    .command('resync')
    .description('catch up with Stripe: handle undelivered events, and read every customer again')
    .addOption(
      new Option(
        '--since <time>',
        'the age of the oldest events to handle, such as 12h or 7d; Stripe keeps events for 30d',
      )
        .default(parseAge('30d'), '30d')
        .argParser(parseAge),
    )
    .option('--after <user>', 'read only the customers of users after this one, to continue after a stop')
    .option('--json', 'print one JSON object, for scripts')
    .addHelpText('after', resyncHelp)
    .action(async ({ since, after, json }: ResyncOptions) => {
      const { resync } = await import('./resync.ts');
      await resync(shell, { sinceMs: since, after, json: json ?? false });
    });
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
${storeHelp}It also reads LINK_BY_METADATA_KEY and LINK_BY_CLIENT_REFERENCE_ID.

  billing-portal resync
  billing-portal resync --since 12h --json
`;
