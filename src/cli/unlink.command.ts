import type { Command } from 'commander';
import { AuditAction } from '../audit/audit-action.ts';
import { commandLine } from '../audit/audit-trail.service.ts';
import { CustomerNotFoundError } from '../customers/customer.errors.ts';
import { unlinkUser } from '../customers/unlink-user.ts';
import { type Shell, quote } from './shell.ts';
import { storeHelp, withStore } from './store.ts';

export function addUnlinkCommand(program: Command, shell: Shell): void {
  program
    .command('unlink')
    .description('remove the link between a user and their Stripe customer; the customer stays at Stripe')
    .argument('<user>', "the user's id, as the tokens have it")
    .addHelpText('after', unlinkHelp)
    .action((userId: string) => unlink(shell, userId));
}

const unlinkHelp = `
Fails when the user is not linked. No event and no session makes the removed link
again; only \`link\` and an administrator do. The customer stays at Stripe with
its subscriptions, and is charged as before.
${storeHelp}
  billing-portal unlink user_1
`;

async function unlink(shell: Shell, userId: string): Promise<void> {
  await withStore(shell, async ({ config, database, audit }) => {
    const intent = { actor: commandLine, action: AuditAction.UNLINK_CUSTOMER, userId } as const;
    const removed = await audit.record(intent, async (operation) => {
      const mapping = await unlinkUser(database, userId);
      if (mapping === null)
        throw new CustomerNotFoundError(`User ${quote(userId)} is not linked in scope ${config.scope}.`);
      operation.aimAt(mapping.stripeCustomerId);
      return mapping;
    });
    shell.stdout.write(
      `Unlinked user ${quote(userId)} from ${removed.stripeCustomerId} in scope ${config.scope}.\n`,
    );
  });
}
