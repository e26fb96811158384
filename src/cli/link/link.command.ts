import type { Command } from 'commander';
import { commandLine } from '../../audit/audit-trail.service.ts';
import { CustomerNotFoundError } from '../../customers/customer.errors.ts';
import { type MappingIds, checkMappingIds } from '../../customers/customer-directory.ts';
import { BillingError } from '../../shared/errors.ts';
import { mappingsHelp, withMappings } from '../features.ts';
import { CommandError, type Shell, describeFailure, quote } from '../shell.ts';
import { type ImportOptions, importLinkFile } from './import-link-file.ts';
import { findDoubt } from './read-link-rows.ts';

interface LinkOptions extends Partial<ImportOptions> {
  readonly verify: boolean;
}

export function addLinkCommand(program: Command, shell: Shell): void {
  program
    .command('link')
    .usage(
      '<user> <customer> [--no-verify]\n       billing-portal link --from <file.csv> [--errors <file>] [--json]',
    )
    .description('link a user to their Stripe customer, or many users from a CSV file')
    .argument('[user]', "the user's id, as in tokens")
    .argument('[customer]', "the customer's id at Stripe, cus_…")
    .option('--no-verify', 'link without asking Stripe whether it has the customer')
    .option('--from <file>', 'link every line of a CSV file, without asking Stripe')
    .option('--errors <file>', 'report the refused lines of --from in this file instead of on stderr')
    .option('--json', 'report the refused lines and the totals of --from as JSON, for scripts')
    .addHelpText('after', linkHelp)
    .action(
      (user: string | undefined, customer: string | undefined, options: LinkOptions, command: Command) => {
        const { verify, from, errors, json } = options;
        if (user === undefined && from !== undefined) return importLinkFile(shell, { from, errors, json });
        const isOne = user !== undefined && customer !== undefined;
        if (isOne && (from ?? errors ?? json) === undefined)
          return linkUser(shell, { userId: user, stripeCustomerId: customer }, verify);
        return command.error('error: give a user and a customer, or a file with --from');
      },
    );
}

const linkHelp = `
A user has one customer, and a customer has one user. Linking the same two again
changes nothing. To link a user to another customer, unlink the user first. A user
id that begins or ends with white space, or contains invisible characters, is
refused. If your tokens carry such ids, use the mutation linkCustomer.

The CSV file:
  The file is in UTF-8. Each line has the user's id and the customer's id, with a
  comma between them, or a semicolon in all lines. Fields may be quoted. Spaces
  around fields and empty lines are ignored. The first line may be the headings
  user_id,stripe_customer_id. A user id that a spreadsheet has rounded, such as
  1.23E+17, is refused.

  Every refused line is reported with its number and the reason, and all other
  lines are linked. The exit code is 0 when no line was refused, else 1.

  With --json, each refused line is one JSON object (line, reason), and the totals
  on stdout are one (linked, unchanged, refused).

  If the import stops, by Ctrl+C, a crash or a lost database, run it again: links
  that were reported stay, and count as unchanged.
${mappingsHelp}
  billing-portal link user_1 cus_NffrFeUfNV2Hib
  billing-portal link --from customers.csv --errors refused.txt
`;

async function linkUser(shell: Shell, link: MappingIds, verify: boolean): Promise<void> {
  checkMappingIds(link);
  const doubt = findDoubt(link.userId);
  if (doubt !== null) throw new CommandError(`Not linked: ${doubt}.`);
  await withMappings(shell, async ({ customers }, { stripe }) => {
    const isVerified = verify && stripe.secretKey !== null;
    if (verify && !isVerified)
      shell.stderr.write('The customer was not verified at Stripe: STRIPE_SECRET_KEY is not set.\n');
    const { created } = await customers.admin.link(commandLine, link, isVerified).catch(adviseNoVerify);
    const what = `user ${quote(link.userId)} to ${link.stripeCustomerId} in scope ${stripe.scope}`;
    shell.stdout.write(created ? `Linked ${what}.\n` : `Already linked ${what}.\n`);
  });
}

function adviseNoVerify(error: unknown): never {
  if (!(error instanceof BillingError && error.code.startsWith('STRIPE_'))) throw error;
  throw new CommandError(`${describeFailure(error)}\nAdd --no-verify to link without asking Stripe.`);
}

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
${mappingsHelp}
  billing-portal unlink user_1
`;

function unlink(shell: Shell, userId: string): Promise<void> {
  return withMappings(shell, async ({ customers }, { stripe: { scope } }) => {
    const { stripeCustomerId } = await customers.admin.unlink(commandLine, userId).catch((error: unknown) => {
      if (!(error instanceof CustomerNotFoundError)) throw error;
      throw new CommandError(`User ${quote(userId)} is not linked in scope ${scope}.`);
    });
    shell.stdout.write(`Unlinked user ${quote(userId)} from ${stripeCustomerId} in scope ${scope}.\n`);
  });
}
