import { type PoliciesCommandConfig, loadPoliciesConfig } from '../../config/command-config.ts';
import type { Configurations } from '../../configurations/create-configurations.ts';
import { type Configuration, productsPath } from '../../configurations/managed-configuration.ts';
import { loadPolicyFile } from '../../policies/policy-file.ts';
import type { PolicySet } from '../../policies/policy-set.ts';
import { withFeatures } from '../platform.ts';
import type { Shell } from '../shell.ts';

/** What the commands on policies need. */
export interface PolicyWorkspace {
  readonly config: PoliciesCommandConfig;
  readonly set: PolicySet;
  readonly configurations: Configurations;
  /** Every configuration of the namespace, with its products. */
  readonly own: readonly Configuration[];
}

/** Reads the policy file and its configurations at Stripe for `use`. */
export async function withPolicies(
  shell: Shell,
  use: (workspace: PolicyWorkspace) => Promise<void> | void,
): Promise<void> {
  const config = loadPoliciesConfig(shell.loadEnvironment());
  const set = await loadPolicyFile(config.policies.file);
  await withFeatures(shell, config, async ({ configurations }) => {
    const own = await configurations.atStripe.list({ expand: [`data.${productsPath}`] });
    await use({ config, set, configurations, own });
  });
}

/** The heading of a list: `policies.yaml, namespace default, test mode`. */
export function describePlace({ policies, stripe }: PoliciesCommandConfig): string {
  return `${policies.file}, namespace ${policies.namespace}, ${stripe.livemode ? 'live' : 'test'} mode`;
}

/** The same facts for scripts. */
export function toPlace({ policies, stripe }: PoliciesCommandConfig): object {
  return { file: policies.file, namespace: policies.namespace, livemode: stripe.livemode };
}

export function toJsonLine(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

/** A line of a list of policies. */
type PolicyLine = readonly [sign: string, name: string, text: string];

export const headings: PolicyLine = [' ', 'POLICY', 'CONFIGURATION'];

/** Lines in columns. */
export function toLines(rows: readonly PolicyLine[]): string {
  const width = Math.max(0, ...rows.map(([, name]) => name.length));
  return rows.map(([sign, name, text]) => `  ${sign} ${name.padEnd(width)}  ${text}\n`).join('');
}
