import type { Command } from 'commander';
import type { Shell } from '../shell.ts';
import { storeHelp } from '../store.ts';

export function addReconcileCommand(program: Command, shell: Shell): void {
  const reconcile = program
    .command('reconcile')
    .description('find the customers at Stripe of users who are not linked, for a person to confirm')
    .addHelpText('after', reconcileHelp);
  reconcile
    .command('propose')
    .description('write who may be whose customer, by e-mail address, to a CSV file')
    .argument('<users>', 'a CSV file of your users: user_id,email')
    .argument('<proposals>', 'the file to write, which must not be there yet')
    .addHelpText('after', proposeHelp)
    .action(async (users: string, proposals: string) => {
      const { propose } = await import('./propose.ts');
      await propose(shell, users, proposals);
    });
  reconcile
    .command('apply')
    .description('link what was accepted in a file of proposals')
    .argument('<proposals>', 'the file, with yes in the column accept where you agree')
    .option('--errors <file>', 'write the refused lines to this file instead of to stderr')
    .addHelpText('after', applyHelp)
    .action(async (proposals: string, { errors }: { errors?: string }) => {
      const { applyProposals } = await import('./apply.ts');
      await applyProposals(shell, proposals, errors);
    });
}

const reconcileHelp = `
An e-mail address proves nothing: Stripe lets several customers have the same
one, and verifies none. So addresses only propose, and a person accepts.

  billing-portal reconcile propose users.csv proposals.csv
  billing-portal reconcile apply proposals.csv
`;

const proposeHelp = `
The users: in UTF-8, two fields a line, the user's id and the e-mail address
that your product has verified. A line that cannot be read is reported by its
number, and the exit code is 1 then, else 0.

All customers are read from Stripe, fewer than 1,000 a second. Each proposal
says how it stands:
  match                               one user and one customer have the address
  already_linked, no_customer         there is nothing to do
  conflict: several customers         a line for each: accept one at most
  conflict: several users             decide whose it is
  conflict: linked to another user    unlink that user first, if it is wrong
  conflict: metadata names another user
                                      correct userId at Stripe, if it is wrong
A cell that a spreadsheet would take for a formula begins with an apostrophe.
${storeHelp}`;

const applyHelp = `
Before a user is linked, Stripe is asked anew: whether it has the customer, and
the customer still has that address, and names nobody else in its metadata. It
is asked fewer than 20 times a second.

Every refused line is reported with its number and the reason, and all others
are linked. The exit code is 0 when none was refused, else 1. After a stop, run
it again: what is linked already is passed over without asking Stripe.
${storeHelp}`;
