import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { loadStoreConfig } from '../../config/command-config.ts';
import { checkUserId } from '../../customers/customer-directory.ts';
import { CommandError } from '../command-failure.ts';
import { type Shell, quote } from '../shell.ts';
import { storeHelp } from '../store-help.ts';

export function addEraseCommand(program: Command, shell: Shell): void {
  program
    .command('erase')
    .description('remove everything that is kept about a user')
    .argument('<user>', "the user's id, as the tokens have it")
    .option('--yes', 'do not ask first')
    .addHelpText('after', eraseHelp)
    .action((userId: string, options: { yes?: true }) => erase(shell, userId, options.yes ?? false));
}

const eraseHelp = `
Prints what was removed, and which customer remains at Stripe: with its name,
e-mail address, payment methods, invoices, subscriptions and metadata. Delete that
customer at Stripe where that is called for. A user about whom nothing is kept is
no failure. The audit trail still has what was done, but not to which user. A keyed
hash of the removed link stays, so that no event and no session makes the link
again. Erase in each scope that the user may be in.
${storeHelp}
  billing-portal erase user_1
  billing-portal erase user_1 --yes
`;

async function erase(shell: Shell, userId: string, confirmed: boolean): Promise<void> {
  checkUserId(userId);
  const config = loadStoreConfig(shell.loadEnvironment());
  const who = `user ${quote(userId)} in scope ${config.stripe.scope}`;
  const [{ withFeatures }, { eraseUser }] = await Promise.all([
    import('../features.ts'),
    import('./erase-user.ts'),
  ]);
  await withFeatures(shell, config, async (features) => {
    if (!confirmed) await confirm(shell, `Erase everything that is kept about ${who}? Type yes to go on: `);
    const { removed, stripeCustomerIds } = await eraseUser(features, userId);
    shell.stdout.write(
      removed.length === 0
        ? `Nothing is kept about ${who}.\n`
        : `Erased what was kept about ${who}:\n${removed.map((description) => `  ${description}\n`).join('')}${describeRest(stripeCustomerIds)}`,
    );
  });
}

/** What the erasure did not reach. */
function describeRest(stripeCustomerIds: readonly string[]): string {
  if (stripeCustomerIds.length === 0)
    return 'No customer was linked: look at Stripe for customers of this user.\n';
  return stripeCustomerIds
    .map(
      (id) =>
        `Customer ${id} remains at Stripe, with its name, e-mail address, payment methods, invoices, subscriptions ` +
        'and metadata: delete it there where that is called for. No event and no session links it to this user again.\n',
    )
    .join('');
}

/** @throws CommandError unless the person at the terminal says yes */
async function confirm({ stdin, stderr }: Shell, question: string): Promise<void> {
  if (stdin.isTTY !== true) throw new CommandError('There is no terminal to ask at: add --yes to erase.');
  const terminal = createInterface({ input: stdin, output: stderr });
  terminal.setPrompt(question);
  terminal.prompt();
  try {
    // Ctrl+C and Ctrl+D end the lines without one.
    for await (const answer of terminal) {
      if (answer.trim().toLowerCase() === 'yes') return;
      break;
    }
  } finally {
    terminal.close();
  }
  throw new CommandError('Nothing was erased.');
}
