import { type PlannedPolicy, planPolicies } from './policy-plan.ts';
import type { Shell } from '../shell.ts';
import { signs } from './plan.ts';
import { describePlace, headings, toJsonLine, toLines, toPlace, withPolicies } from './policy-workspace.ts';

/** Creates and activates what sessions need, and restores what was edited at Stripe. */
export async function applyPolicyFile(shell: Shell, json: boolean): Promise<void> {
  await withPolicies(shell, async ({ config, set, configurations, own }) => {
    const policies: object[] = [];
    const planned = planPolicies(set, own);
    const [noSign, nameHeading, textHeading] = headings;
    const width = Math.max(nameHeading.length, ...planned.map(({ wanted }) => wanted.policyName.length));
    const toLine = (sign: string, name: string, text: string): string =>
      toLines([[sign, name.padEnd(width), text]]);
    if (!json) shell.stdout.write(`${describePlace(config)}\n\n${toLine(noSign, nameHeading, textHeading)}`);
    for (const { wanted, action, changes } of planned) {
      const id = await configurations.ids.getId(wanted);
      if (action !== 'create' && changes.length > 0) await configurations.atStripe.restore(id, wanted);
      policies.push({ policy: wanted.policyName, action, id });
      if (!json) shell.stdout.write(toLine(signs[action], wanted.policyName, id));
    }
    shell.stdout.write(json ? toJsonLine({ ...toPlace(config), policies }) : `\n${summarize(planned)}`);
  });
}

function summarize(planned: readonly PlannedPolicy[]): string {
  const changed = planned.filter(({ action }) => action !== 'none').length;
  return changed === 0 ? 'Nothing to apply.\n' : `${changed} applied.\n`;
}
