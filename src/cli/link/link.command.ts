import type { Command } from 'commander';
import { commandLine } from '../../audit/audit-trail.service.ts';
import { loadStoreConfig } from '../../config/command-config.ts';
import { type CustomerLink, checkCustomerLink } from '../../customers/customer-directory.ts';
import { type Shell, quote } from '../shell.ts';
import { storeHelp } from '../store-help.ts';
import { importLinkFile } from './import-link-file.ts';

interface LinkOptions {
  readonly verify: boolean;
  readonly from?: string;
  readonly errors?: string;
}

export function addLinkCommand(program: Command, shell: Shell): void {
  program
    .command('link')
    .usage('<user> <customer> [--no-verify]\n       billing-portal link --from <file.csv> [--errors <file>]')
    .description('link a user to their Stripe customer, or many users from a CSV file')
    .argument('[user]', "the user's id, as the tokens have it")
    .argument('[customer]', "Stripe's id of the customer, cus_…")
    .option('--no-verify', 'link without asking Stripe whether it has the customer')
    .option('--from <file>', 'link every line of a CSV file; none is verified at Stripe')
    .option('--errors <file>', 'write the refused lines of --from to this file instead of to stderr')
    .addHelpText('after', linkHelp)
    .action(
      async (
        userId: string | undefined,
        stripeCustomerId: string | undefined,
        options: LinkOptions,
        command: Command,
      ) => {
        const { from, errors, verify } = options;
        if (from !== undefined && userId === undefined) return importLinkFile(shell, { from, errors });
        if (
          from === undefined &&
          errors === undefined &&
          userId !== undefined &&
          stripeCustomerId !== undefined
        ) {
          return linkUser(shell, { userId, stripeCustomerId }, verify);
        }
        return command.error('error: give a user and a customer, or a file with --from');
      },
    );
}

const linkHelp = `
A user has one customer and a customer one user. The same link again is no
change; to link a user anew, unlink first.

The CSV file:
  In UTF-8, two fields a line, with a comma or a semicolon between them: the
  user's id and the customer's. Fields may be quoted; spaces around them do not
  count, nor do empty lines. The first line may be the headings
  user_id,stripe_customer_id. A user id that a spreadsheet has rounded, such as
  1.23E+17, is refused.

  Every refused line is reported with its number and the reason, and all others
  are linked. The exit code is 0 when none was refused, else 1.

  After a stop, by Ctrl+C, a crash or a lost database, run it again: what was
  reported as linked stays linked, and is quickly passed over as unchanged.
${storeHelp}
  billing-portal link user_1 cus_NffrFeUfNV2Hib
  billing-portal link --from customers.csv --errors refused.txt
`;

async function linkUser(shell: Shell, link: CustomerLink, verify: boolean): Promise<void> {
  checkCustomerLink(link);
  const config = loadStoreConfig(shell.loadEnvironment());
  const [{ withFeatures }, { verifyCustomer }] = await Promise.all([
    import('../features.ts'),
    import('./verify-customer.ts'),
  ]);
  await withFeatures(shell, config, async ({ customers }, { stripe }) => {
    if (verify && config.stripe.secretKey === null)
      shell.stderr.write('Stripe was not asked whether it has the customer: STRIPE_SECRET_KEY is not set.\n');
    else if (verify) await verifyCustomer(stripe, link.stripeCustomerId);
    const { created } = await customers.admin.linkUnverified(commandLine, link);
    const what = `user ${quote(link.userId)} to ${link.stripeCustomerId} in scope ${config.stripe.scope}`;
    shell.stdout.write(created ? `Linked ${what}.\n` : `Unchanged, as linked before: ${what}.\n`);
  });
}
