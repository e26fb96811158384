import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import type { Features } from '../app.ts';
import { checkUserId } from '../customers/customer-directory.ts';
import type { Feature } from '../platform.ts';
import type { Erasure } from '../shared/erasure.ts';
import { mappingsHelp, withMappings } from './features.ts';
import { CommandError, type Shell, quote } from './shell.ts';

interface EraseOptions {
  readonly yes?: true;
  readonly json?: true;
}

export function addEraseCommand(program: Command, shell: Shell): void {
  program
    .command('erase')
    .description('delete all data about a user')
    .argument('<user>', "the user's id, as in tokens")
    .option('--yes', 'do not ask for confirmation')
    .option('--json', 'print one JSON object, for scripts')
    .addHelpText('after', eraseHelp)
    .action((userId: string, options: EraseOptions) => erase(shell, userId, options));
}

const eraseHelp = `
Prints what was erased, and which customer remains at Stripe, with what data. A user
without data is not a failure. The audit trail keeps what was done, but not to which
user. A keyed hash of the removed link stays, so that events and sessions do not
restore the link. Run the command for each scope that may have data about the user.

With --json: userId, scope, removed (a text for each part) and stripeCustomerIds (of
the customers that remain at Stripe).
${mappingsHelp}
  billing-portal erase user_1
  billing-portal erase user_1 --yes
`;

async function erase(shell: Shell, userId: string, { yes, json }: EraseOptions): Promise<void> {
  checkUserId(userId);
  await withMappings(shell, async (features, { stripe: { scope } }) => {
    const who = `user ${quote(userId)} in scope ${scope}`;
    if (!yes) await confirm(shell, `Erase all data about ${who}? Type yes to continue: `);
    const erasure = await eraseUser(features, userId);
    shell.stdout.write(json ? `${JSON.stringify({ userId, scope, ...erasure })}\n` : toText(who, erasure));
  });
}

async function eraseUser(
  { customers, emailLinks, ...others }: Features,
  userId: string,
): Promise<Required<Erasure>> {
  const mapping = await customers.directory.findByUserId(userId);
  const user = { userId, stripeCustomerId: mapping?.stripeCustomerId ?? null };
  const erasures: Erasure[] = [];
  // The mapping goes late: if the command stops halfway, the next run still finds the customer by it. A link is only created
  // with a mapping, so links go last.
  for (const feature of [...Object.values<Feature>(others), customers, emailLinks])
    erasures.push((await feature.eraseUser?.(user)) ?? { removed: [] });
  return {
    removed: erasures.flatMap(({ removed }) => removed),
    stripeCustomerIds: erasures.flatMap(({ stripeCustomerIds = [] }) => stripeCustomerIds),
  };
}

function toText(who: string, { removed, stripeCustomerIds }: Required<Erasure>): string {
  if (removed.length === 0) return `There is no data about ${who}.\n`;
  const parts = removed.map((description) => `  ${description}\n`);
  const rest = stripeCustomerIds.map(
    (id) =>
      `Customer ${id} remains at Stripe, with its name, e-mail address, payment methods, invoices, subscriptions ` +
      'and metadata. Delete it there if its data must go too. Events and sessions do not link it to this user again.\n',
  );
  if (rest.length === 0)
    rest.push('No customer was linked: check whether Stripe has a customer of this user.\n');
  return [`Erased the data about ${who}:\n`, ...parts, ...rest].join('');
}

/** @throws CommandError unless the user types yes at the terminal */
async function confirm({ stdin, stderr }: Shell, question: string): Promise<void> {
  if (stdin.isTTY !== true)
    throw new CommandError('There is no terminal for the confirmation: add --yes to erase.');
  const terminal = createInterface({ input: stdin, output: stderr, prompt: question });
  terminal.prompt();
  // Ctrl+C and Ctrl+D end the lines without an answer.
  const line = await terminal[Symbol.asyncIterator]().next();
  terminal.close();
  if (line.done === true || line.value.trim().toLowerCase() !== 'yes')
    throw new CommandError('Nothing was erased.');
}
