import type { Command } from 'commander';
import type { Shell } from '../shell.ts';
import { storeHelp } from '../store-help.ts';
import { createTimeOption } from '../times.ts';

interface ResyncOptions {
  /** In milliseconds before now. */
  readonly since: number;
  readonly after?: string;
  readonly json?: true;
}

export function addResyncCommand(program: Command, shell: Shell): void {
  program
    .command('resync')
    .description('catch up with Stripe: handle events that were not delivered, and read every customer anew')
    .addOption(
      createTimeOption({
        flags: '--since <time>',
        description: 'how old events may be, such as 12h or 30d, for which Stripe lists them',
        preset: '30d',
        units: 'dh',
        longestMs: 30 * 24 * 3_600_000,
        expected: 'Expected hours or days up to 30d, such as 12h or 7d.',
      }),
    )
    .option('--after <user>', 'read only the customers of users after this one, to go on after a stop')
    .option('--json', 'print one JSON object, for scripts')
    .addHelpText('after', resyncHelp)
    .action(async ({ since, after, json }: ResyncOptions) => {
      const { resync } = await import('./resync.ts');
      await resync(shell, { sinceMs: since, after, json: json ?? false });
    });
}

const resyncHelp = `
For after an outage, a lost webhook secret or a restored database. It goes by the
rules of webhooks: run again, or while they come in, it does nothing twice. Stripe
is asked fewer than 20 times a second.

What fails is told on stderr, and all else goes on, unless several fail in a row.
The exit code is 0 when nothing failed, else 1. After a stop, run it again.

With --json: events (handled, repeated, failed) and customers (read, gone, failed).
Repeated events had been handled before; gone are the customers that Stripe no
longer has.
${storeHelp}LINK_BY_METADATA_KEY and LINK_BY_CLIENT_REFERENCE_ID are read as by the service.

  billing-portal resync
  billing-portal resync --since 12h --json
`;
