import type { Command } from 'commander';
import { commandLine } from '../audit/audit-trail.service.ts';
import { loadStoreConfig } from '../config/command-config.ts';
import { CustomerNotFoundError } from '../customers/customer.errors.ts';
import { CommandError } from './command-failure.ts';
import { type Shell, quote, storeHelp } from './shell.ts';

export function addUnlinkCommand(program: Command, shell: Shell): void {
  program
    .command('unlink')
    .description('remove the link between a user and their Stripe customer; the customer stays at Stripe')
    .argument('<user>', "the user's id, as in tokens")
    .addHelpText('after', unlinkHelp)
    .action((userId: string) => unlink(shell, userId));
}

const unlinkHelp = `
Fails when the user is not linked. Events and sessions never restore the link; only
\`link\` and administrators do. The customer stays at Stripe, keeps its
subscriptions and is still charged.
${storeHelp}
  billing-portal unlink user_1
`;

async function unlink(shell: Shell, userId: string): Promise<void> {
  const config = loadStoreConfig(shell.loadEnvironment());
  const { scope } = config.stripe;
  const { withFeatures } = await import('./platform.ts');
  await withFeatures(shell, config, async ({ customers }) => {
    const { stripeCustomerId } = await customers.admin.unlink(commandLine, userId).catch((error: unknown) => {
      throw error instanceof CustomerNotFoundError
        ? new CommandError(`User ${quote(userId)} is not linked in scope ${scope}.`)
        : error;
    });
    shell.stdout.write(`Unlinked user ${quote(userId)} from ${stripeCustomerId} in scope ${scope}.\n`);
  });
}
