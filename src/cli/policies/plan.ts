import type { ConfigurationChange } from '../../configurations/configuration-changes.ts';
import {
  type PlannedAction,
  type PlannedPolicy,
  type SpareConfiguration,
  listSpares,
  planPolicies,
} from './policy-plan.ts';
import { type Shell, escapeInvisible } from '../shell.ts';
import {
  type PolicyWorkspace,
  describePlace,
  headings,
  toJsonLine,
  toLines,
  toPlace,
  withPolicies,
} from './policy-workspace.ts';

/** The exit code when there is something to apply, so that CI can tell it from a failure. */
const changesPending = 2;

export const signs: Readonly<Record<PlannedAction, string>> = {
  create: '+',
  activate: '~',
  restore: '!',
  none: '=',
};

export async function planPolicyFile(shell: Shell, json: boolean): Promise<void> {
  await withPolicies(shell, (workspace) => {
    const { set, own } = workspace;
    const planned = planPolicies(set, own);
    const spares = listSpares(set, own).filter(({ offered }) => !offered);
    shell.stdout.write(json ? toJson(workspace, planned, spares) : toText(workspace, planned, spares));
    if (planned.some(({ action }) => action !== 'none')) shell.exitCode = changesPending;
  });
}

function toJson(
  { config }: PolicyWorkspace,
  planned: readonly PlannedPolicy[],
  spares: readonly SpareConfiguration[],
): string {
  const policies = planned.map(({ wanted, ...rest }) => ({ policy: wanted.policyName, ...rest }));
  const spare = spares.map(({ id, policyName, usedAt }) => ({ id, policy: policyName, usedAt }));
  return toJsonLine({ ...toPlace(config), policies, spare });
}

function toText(
  { config }: PolicyWorkspace,
  planned: readonly PlannedPolicy[],
  spares: readonly SpareConfiguration[],
): string {
  const lines = toLines([
    headings,
    ...planned.map(
      (policy) => [signs[policy.action], policy.wanted.policyName, describePolicy(policy)] as const,
    ),
    ...spares.map((spare) => ['-', spare.policyName ?? '(no policy)', describeSpare(spare)] as const),
  ]);
  return `${describePlace(config)}\n\n${lines}\n${summarize(planned, spares)}`;
}

function describePolicy({ action, id, previousId, changes }: PlannedPolicy): string {
  const texts: Readonly<Record<PlannedAction, string>> = {
    create: previousId === null ? 'to be created' : `to be created, in place of ${previousId}`,
    activate: `${id ?? ''} to be made active again`,
    restore: `${id ?? ''} was edited at Stripe, to be restored`,
    none: id ?? '',
  };
  return [texts[action], ...changes.map(describeChange)].join('\n        ');
}

function describeChange({ path, from, to }: ConfigurationChange): string {
  const [before, after] = [from, to].map((text) => (text === null ? '(none)' : escapeInvisible(text)));
  return `${path}: ${before ?? ''} → ${after ?? ''}`;
}

export function describeSpare({ id, usedAt }: SpareConfiguration): string {
  return `${id} last used ${usedAt.toISOString().slice(0, 10)}`;
}

function summarize(planned: readonly PlannedPolicy[], spares: readonly SpareConfiguration[]): string {
  const count = (action: PlannedAction): number =>
    planned.filter((policy) => policy.action === action).length;
  const parts = [
    [count('create'), 'to create'],
    [count('activate'), 'to make active'],
    [count('restore'), 'to restore'],
  ] as const;
  const todo = parts.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`);
  const advice = 'Apply with: billing-portal policies apply';
  return [
    todo.length === 0 ? 'Nothing to apply.\n' : `${todo.join(', ')}. ${advice}\n`,
    spares.length === 0 ? '' : `${spares.length} not needed. See: billing-portal policies prune\n`,
  ].join('');
}
