import type { StripeConfigurations } from '../../configurations/stripe-configurations.service.ts';
import { type SpareConfiguration, listSpares } from './policy-plan.ts';
import { StripeRequestRefusedError } from '../../stripe/stripe.errors.ts';
import { type Shell, escapeInvisible } from '../shell.ts';
import { describeSpare } from './plan.ts';
import { describePlace, headings, toJsonLine, toLines, toPlace, withPolicies } from './policy-workspace.ts';

export interface PruneOptions {
  readonly olderThanMs: number;
  /** Whether to change anything. */
  readonly confirmed: boolean;
  readonly json: boolean;
}

export async function prunePolicies(
  shell: Shell,
  { olderThanMs, confirmed, json }: PruneOptions,
): Promise<void> {
  await withPolicies(shell, async ({ config, set, configurations, own }) => {
    const before = Date.now() - olderThanMs;
    const unused = listSpares(set, own).filter(({ usedAt }) => usedAt.getTime() <= before);
    const outcomes: Outcome[] = [];
    for (const spare of unused) {
      const loginPage = spare.hasLoginPage ? 'its login page is on; turn that off first' : null;
      const kept = loginPage ?? (confirmed ? await deactivate(configurations.atStripe, spare.id) : null);
      outcomes.push({ spare, kept });
    }
    const place = { ...toPlace(config), dryRun: !confirmed };
    shell.stdout.write(
      json
        ? toJsonLine({ ...place, configurations: outcomes.map(toJson) })
        : `${describePlace(config)}\n\n${toText(outcomes)}${summarize(outcomes, confirmed)}`,
    );
  });
}

interface Outcome {
  readonly spare: SpareConfiguration;
  /** Why the configuration stays active; null when it is deactivated. */
  readonly kept: string | null;
}

/** Returns Stripe's reason when Stripe refuses, so that the others are still deactivated. */
async function deactivate(registry: StripeConfigurations, id: string): Promise<string | null> {
  try {
    await registry.deactivate(id);
    return null;
  } catch (error) {
    if (error instanceof StripeRequestRefusedError) return `Stripe says: ${error.stripeMessage}`;
    throw error;
  }
}

function toJson({ spare: { id, policyName, usedAt }, kept }: Outcome): object {
  return { id, policy: policyName, usedAt, kept };
}

function toText(outcomes: readonly Outcome[]): string {
  const lines = outcomes.map(({ spare, kept }) => {
    const reason = kept === null ? '' : `; kept: ${escapeInvisible(kept)}`;
    return [
      kept === null ? '-' : '=',
      spare.policyName ?? '(no policy)',
      `${describeSpare(spare)}${reason}`,
    ] as const;
  });
  return lines.length === 0 ? '' : `${toLines([headings, ...lines])}\n`;
}

function summarize(outcomes: readonly Outcome[], confirmed: boolean): string {
  const count = outcomes.filter(({ kept }) => kept === null).length;
  if (count === 0) return 'Nothing to prune.\n';
  return confirmed
    ? `${count} deactivated.\n`
    : `${count} to deactivate. Nothing was changed: add --yes to deactivate them.\n`;
}
