import type { Command } from 'commander';
import type { Shell } from '../shell.ts';
import { createTimeOption } from '../times.ts';

/** Stripe's SDK takes its time to load, so each command loads what it needs when it runs. */
export function addPoliciesCommand(program: Command, shell: Shell): void {
  const policies = program
    .command('policies')
    .description('compare the policy file with its configurations at Stripe, and change those')
    .addHelpText('after', policiesHelp);
  policies
    .command('plan')
    .description('show what would change at Stripe; exits with 2 when something would')
    .option('--json', 'print one JSON object, for scripts')
    .addHelpText('after', planHelp)
    .action(async ({ json = false }: { json?: boolean }) => {
      const { planPolicyFile } = await import('./plan.ts');
      await planPolicyFile(shell, json);
    });
  policies
    .command('apply')
    .description('make the configurations ahead of the first session that needs them')
    .option('--json', 'print one JSON object, for scripts')
    .action(async ({ json = false }: { json?: boolean }) => {
      const { applyPolicyFile } = await import('./apply.ts');
      await applyPolicyFile(shell, json);
    });
  addPruneCommand(policies, shell);
  policies
    .command('schema')
    .description('print the JSON Schema of policy files, which editors complete and check by')
    .argument('[file]', 'write it there instead')
    .option('--check', 'only say whether the file holds it')
    .action(async (file: string | undefined, { check = false }: { check?: boolean }) => {
      const { writePolicySchema } = await import('./schema.ts');
      await writePolicySchema(shell, file, check);
    });
}

function addPruneCommand(policies: Command, shell: Shell): void {
  policies
    .command('prune')
    .description('deactivate the configurations that no policy of the file needs any more')
    .addOption(
      createTimeOption({
        flags: '--older-than <time>',
        description: 'only those without a session for so long, such as 7d or 36h',
        preset: '7d',
        units: 'dh',
        expected: 'Expected days or hours, such as 7d or 36h.',
      }),
    )
    .option('--yes', 'deactivate them; without it, only show them')
    .option('--json', 'print one JSON object, for scripts')
    .addHelpText('after', pruneHelp)
    .action(
      async ({
        olderThan,
        yes = false,
        json = false,
      }: {
        olderThan: number;
        yes?: boolean;
        json?: boolean;
      }) => {
        const { prunePolicies } = await import('./prune.ts');
        await prunePolicies(shell, { olderThanMs: olderThan, confirmed: yes, json });
      },
    );
}

const policiesHelp = `
Reads PORTAL_POLICIES and STRIPE_SECRET_KEY, and POLICY_NAMESPACE, STRIPE_API_URL
and STRIPE_ACCOUNT where they are set, as the service does. Configurations of other
namespaces, and those that come from no policy, are neither shown nor touched.

  billing-portal policies plan
  billing-portal policies apply
  billing-portal policies prune --older-than 7d --yes
`;

const planHelp = `
  +  is to be created           ~  is to be made active again
  =  is there, as the file says !  was edited at Stripe, and is to be set back
  -  is needed by no policy of the file any more

With --json: file, namespace, livemode; policies, each with policy, action (create,
activate, restore or none), id, previousId and changes (path, from, to); and spare,
each with id, policy and usedAt.

Exit codes: 0 nothing to apply; 2 something to apply; 1 failed; 78 a variable or
the policy file is wrong.
`;

const pruneHelp = `
The use of a configuration is noted at Stripe about once a day, so give it two
days at least. Never deactivated are the account's default, what the policy file
needs, and what has its login page on. What a session needs after all is made
active again by that session.

With --json: file, namespace, livemode, dryRun; and configurations, each with id,
policy, usedAt and kept (why it stays active; null when it does not).
`;
