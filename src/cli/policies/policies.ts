import { type CommandConfig, loadPoliciesConfig } from '../../config/command-config.ts';
import type { Configurations } from '../../configurations/create-configurations.ts';
import type { Configuration } from '../../configurations/managed-configuration.ts';
import type { StripeConfigurations } from '../../configurations/stripe-configurations.service.ts';
import { loadPolicyFile } from '../../policies/policy-file.ts';
import { type Policy, listPolicies } from '../../policies/policy-set.ts';
import { StripeRequestRefusedError } from '../../stripe/stripe.errors.ts';
import { withFeatures } from '../features.ts';
import { type Shell, escapeInvisible, toColumns } from '../shell.ts';
import { type PlannedAction, type PlannedPolicy, listSpares, planPolicies } from './policy-plan.ts';

export interface JsonOption {
  readonly json?: true;
}

interface Workspace {
  /** Empty without a policy file. */
  readonly policies: readonly Policy[];
  readonly configurations: Configurations;
  readonly own: readonly Configuration[];
}

interface Report {
  readonly facts: object;
  readonly rows: readonly (readonly [sign: string, policyName: string | null, text: string])[];
  readonly summary: string;
}

/** Reads the policy file and its configurations at Stripe for `use`, and prints what it reports. */
async function withPolicies(
  shell: Shell,
  { json, needsFile = true }: JsonOption & { readonly needsFile?: boolean },
  use: (workspace: Workspace) => Promise<Report> | Report,
): Promise<void> {
  const config = loadPoliciesConfig(shell.loadEnvironment(), needsFile);
  const { file } = config.policies;
  const policies = file === null ? [] : listPolicies(await loadPolicyFile(file, config.returnUrls));
  await withFeatures(shell, config, async ({ configurations }) => {
    const own = await configurations.atStripe.list();
    const report = await use({ policies, configurations, own });
    shell.stdout.write(json ? toJson(config, report) : toText(config, report));
  });
}

function toJson({ policies, stripe: { livemode } }: CommandConfig, { facts }: Report): string {
  return `${JSON.stringify({ ...policies, livemode, ...facts })}\n`;
}

function toText({ policies, stripe }: CommandConfig, { rows, summary }: Report): string {
  const place = `${policies.file ?? 'no policy file'}, namespace ${policies.namespace}, ${stripe.livemode ? 'live' : 'test'} mode`;
  const cells = rows.map(([sign, name, text]) => [`  ${sign} ${name ?? '(no policy)'}`, text]);
  const table = rows.length === 0 ? '' : `${toColumns([['    POLICY', 'CONFIGURATION'], ...cells])}\n`;
  return `${place}\n\n${table}${summary}`;
}

/** The exit code when there is something to apply, so that CI can tell it from a failure. */
const changesPending = 2;

/** `todo` counts policies in the summary, and `what` follows the configuration's id. */
const actions: Readonly<Record<PlannedAction, { readonly sign: string; todo: string; what: string }>> = {
  create: { sign: '+', todo: 'to create', what: 'to be created' },
  activate: { sign: '~', todo: 'to make active', what: 'to be made active again' },
  restore: { sign: '!', todo: 'to restore', what: 'was edited at Stripe, to be restored' },
  none: { sign: '=', todo: '', what: '' },
};

export function planPolicyFile(shell: Shell, options: JsonOption): Promise<void> {
  return withPolicies(shell, options, ({ policies, own }) => {
    const planned = planPolicies(policies, own);
    const spares = listSpares(policies, own).filter(({ offered }) => !offered);
    if (planned.some(({ action }) => action !== 'none')) shell.exitCode = changesPending;
    return {
      facts: {
        policies: planned.map(({ wanted, ...rest }) => ({ policy: wanted.policyName, ...rest })),
        spare: spares.map(({ id, policy, usedAt }) => ({ id, policy, usedAt })),
      },
      rows: [
        ...planned.map(
          (plan) => [actions[plan.action].sign, plan.wanted.policyName, describePlan(plan)] as const,
        ),
        ...spares.map((spare) => ['-', spare.policy, describeSpare(spare)] as const),
      ],
      summary: summarizePlan(planned, spares.length),
    };
  });
}

function describePlan({ action, id, previousId, changes }: PlannedPolicy): string {
  const text = `${id ?? ''} ${actions[action].what}${previousId === null ? '' : `, in place of ${previousId}`}`;
  const show = (value: string | null): string => (value === null ? '(none)' : escapeInvisible(value));
  const lines = changes.map(({ path, from, to }) => `${path}: ${show(from)} → ${show(to)}`);
  return [text.trim(), ...lines].join('\n        ');
}

function describeSpare({ id, usedAt }: { readonly id: string; readonly usedAt: Date }): string {
  return `${id} last used ${usedAt.toISOString().slice(0, 10)}`;
}

function summarizePlan(planned: readonly PlannedPolicy[], spares: number): string {
  const todo = Object.entries(actions).flatMap(([action, { todo: text }]) => {
    const count = planned.filter((policy) => policy.action === action).length;
    return count > 0 && text !== '' ? [`${count} ${text}`] : [];
  });
  const advice = 'Apply with: billing-portal policies apply';
  const changes = todo.length === 0 ? 'Nothing to apply.\n' : `${todo.join(', ')}. ${advice}\n`;
  return spares === 0 ? changes : `${changes}${spares} not needed. See: billing-portal policies prune\n`;
}

export function applyPolicyFile(shell: Shell, options: JsonOption): Promise<void> {
  return withPolicies(shell, options, async ({ policies, configurations, own }) => {
    const applied: { policy: string; action: PlannedAction; id: string }[] = [];
    for (const { wanted, action, changes } of planPolicies(policies, own)) {
      const id = await configurations.ids.getId(wanted);
      if (action !== 'create' && changes.length > 0) await configurations.atStripe.restore(id, wanted);
      applied.push({ policy: wanted.policyName, action, id });
    }
    const changed = applied.filter(({ action }) => action !== 'none').length;
    return {
      facts: { policies: applied },
      rows: applied.map(({ policy, action, id }) => [actions[action].sign, policy, id] as const),
      summary: changed === 0 ? 'Nothing to apply.\n' : `${changed} applied.\n`,
    };
  });
}

export interface PruneOptions extends JsonOption {
  /** In milliseconds. */
  readonly olderThan: number;
  /** Without it, nothing is changed. */
  readonly yes?: true;
}

export function prunePolicies(shell: Shell, { olderThan, yes, json }: PruneOptions): Promise<void> {
  return withPolicies(shell, { json, needsFile: false }, async ({ policies, configurations, own }) => {
    const before = Date.now() - olderThan;
    const outcomes: { id: string; policy: string | null; usedAt: Date; kept: string | null }[] = [];
    for (const { id, policy, usedAt, hasLoginPage } of listSpares(policies, own)) {
      if (usedAt.getTime() > before) continue;
      const loginPage = hasLoginPage ? 'its login page is on; turn that off first' : null;
      const kept = loginPage ?? (yes ? await deactivate(configurations.atStripe, id) : null);
      outcomes.push({ id, policy, usedAt, kept });
    }
    const count = outcomes.filter(({ kept }) => kept === null).length;
    const advice = 'Nothing was changed: add --yes to deactivate them.';
    const summary = yes ? `${count} deactivated.` : `${count} to deactivate. ${advice}`;
    return {
      facts: { dryRun: yes !== true, configurations: outcomes },
      rows: outcomes.map(({ policy, kept, ...facts }) => {
        const reason = kept === null ? '' : `; kept: ${escapeInvisible(kept)}`;
        return [kept === null ? '-' : '=', policy, `${describeSpare(facts)}${reason}`] as const;
      }),
      summary: count === 0 ? 'Nothing to prune.\n' : `${summary}\n`,
    };
  });
}

/** Returns Stripe's reason when Stripe refuses, so that the others are still deactivated. */
async function deactivate(registry: StripeConfigurations, id: string): Promise<string | null> {
  try {
    await registry.deactivate(id);
    return null;
  } catch (error) {
    if (error instanceof StripeRequestRefusedError) return `Stripe says: ${error.refusal.message}`;
    throw error;
  }
}
