import type { Command } from 'commander';
import { type Shell, createTimeOption } from '../shell.ts';
import type { JsonOption, PruneOptions } from './policies.ts';

const jsonHelp = 'print one JSON object, for scripts';
const olderThanHelp = 'only configurations without a session for this time, such as 7d or 36h';

/** Stripe's SDK is slow to load, so each command loads what it needs when it runs. */
export function addPoliciesCommand(program: Command, shell: Shell): void {
  const policies = program
    .command('policies')
    .description('compare the policy file with its configurations at Stripe, and update them')
    .addHelpText('after', policiesHelp);
  policies
    .command('plan')
    .description('show what would change at Stripe; exits with 2 when there are changes')
    .option('--json', jsonHelp)
    .addHelpText('after', planHelp)
    .action(async (options: JsonOption) => (await import('./policies.ts')).planPolicyFile(shell, options));
  policies
    .command('apply')
    .description('create and update the configurations before the first session needs them')
    .option('--json', jsonHelp)
    .action(async (options: JsonOption) => (await import('./policies.ts')).applyPolicyFile(shell, options));
  policies
    .command('prune')
    .description('deactivate the configurations that no policy of the file needs')
    .addOption(createTimeOption('--older-than <time>', olderThanHelp, 9_999, '7d'))
    .option('--yes', 'deactivate them; without this option, only show them')
    .option('--json', jsonHelp)
    .addHelpText('after', pruneHelp)
    .action(async (options: PruneOptions) => (await import('./policies.ts')).prunePolicies(shell, options));
  policies
    .command('schema')
    .description('print the JSON Schema of policy files, for completion and checks in editors')
    .argument('[file]', 'write the schema to this file instead')
    .option('--check', 'write nothing; fail when the file is out of date')
    .action(async (file: string | undefined, { check }: { check?: true }) => {
      const { printPolicySchema, writeGenerated } = await import('../schema.command.ts');
      await writeGenerated(shell, printPolicySchema(), { file, check });
    });
}

const policiesHelp = `
Reads PORTAL_POLICIES, STRIPE_SECRET_KEY, POLICY_NAMESPACE, STRIPE_API_URL,
STRIPE_ACCOUNT and RETURN_URLS, as the service does. It never shows or changes
configurations of other namespaces, or configurations that the service did not
make.

  billing-portal policies plan
  billing-portal policies apply
  billing-portal policies prune --older-than 7d --yes
`;

const planHelp = `
  +  to be created              ~  to be made active again
  =  up to date                 !  edited at Stripe, to be restored
  -  no policy of the file needs it

With --json: file, namespace, livemode; policies, each with policy, action (create,
activate, restore or none), id, previousId and changes (path, from, to); and spare,
each with id, policy and usedAt.

Exit codes: 0 nothing to apply; 2 something to apply; 1 failed; 78 a variable or
the policy file is wrong.
`;

const pruneHelp = `
Without PORTAL_POLICIES, the command covers only copies of the account's default
that sessions with hidden features have made.

The service records the use of a configuration at Stripe about once a day, so give
at least two days. The command never deactivates the account's default, what the
policy file needs, or a configuration with a login page. When a session needs a
configuration that is not active, the session activates it again.

With --json: file, namespace, livemode, dryRun; and configurations, each with id,
policy, usedAt and kept (why it stays active, or null).
`;
