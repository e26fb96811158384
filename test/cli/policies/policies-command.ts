import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type Stripe from 'stripe';
import type { FeatureName } from '../../../src/configurations/configuration-features.schema.ts';
import { compilePolicy } from '../../../src/policies/policy-set.ts';
import { metadataKeys } from '../../../src/configurations/managed-configuration.ts';
import { narrow } from '../../../src/configurations/narrow-configuration.ts';
import { loadPolicyFile } from '../../../src/policies/policy-file.ts';
import { type CliResult, runCli } from '../run-cli.ts';
import { createTemporaryFolder } from '../../helpers/temporary-folder.ts';
import { type ConfigurationsKit, createConfigurationsKit } from '../../configurations/configurations-kit.ts';

export const invoices = { invoice_history: { enabled: true } };
export const all = {
  ...invoices,
  payment_method_update: { enabled: true },
  subscription_cancel: { enabled: true },
};

export interface Planned {
  readonly policy: string;
  readonly action: string;
  readonly id: string | null;
  readonly changes: readonly object[];
}

/** A policy file, a local Stripe, and the command that compares them. */
export interface PoliciesCommand extends ConfigurationsKit {
  readonly file: string;
  /** A file with a standard policy, which offers `all` unless told, and a strictest one of invoices only. */
  writeFile(standard?: object): void;
  run(command: string, env?: Record<string, string>): Promise<CliResult>;
  readPlan(): Promise<{ policies: Planned[]; spare: object[]; exitCode: number }>;
  /** @returns the ids of the standard configuration and the strictest */
  apply(env?: Record<string, string>): Promise<[string, string]>;
  retrieve(id: string): Promise<Stripe.BillingPortal.Configuration>;
  /** Uses the standard policy, or the part of it that is not hidden, as a session does. */
  use(hidden?: readonly FeatureName[]): Promise<string>;
  /** Notes that a configuration was last used so many days ago. */
  setUsed(id: string, days: number): Promise<void>;
}

export async function createPoliciesCommand(): Promise<PoliciesCommand> {
  const kit = await createConfigurationsKit();
  const file = join(createTemporaryFolder(), 'policies.json');
  const run: PoliciesCommand['run'] = (command, env) => {
    const defaults = {
      STRIPE_SECRET_KEY: 'sk_test_cli',
      STRIPE_API_URL: kit.localStripe.url,
      PORTAL_POLICIES: file,
    };
    return runCli(['policies', ...command.split(' ')], { env: { ...defaults, ...env } });
  };
  const { configurations } = kit.stripe.billingPortal;
  const command: PoliciesCommand = {
    ...kit,
    file,
    run,
    writeFile: (standard = { features: all }) => {
      const policies = { standard, strictest: { features: invoices }, base: { features: {} } };
      writeFileSync(file, JSON.stringify({ policies, default: 'standard', strictest: 'strictest' }));
    },
    readPlan: async () => {
      const { stdout, exitCode } = await run('plan --json');
      return { ...(JSON.parse(stdout) as { policies: Planned[]; spare: object[] }), exitCode };
    },
    apply: async (env) => {
      const { stdout } = await run('apply --json', env);
      const { policies } = JSON.parse(stdout) as { policies: { id: string }[] };
      return [policies[0]?.id ?? '', policies[1]?.id ?? ''];
    },
    retrieve: (id) => configurations.retrieve(id),
    use: async (hidden = []) => {
      const { default: standard } = await loadPolicyFile(file);
      return kit.createReplica().getId(narrow(compilePolicy(standard), hidden));
    },
    setUsed: async (id, days) => {
      const usedAt = new Date(Date.now() - days * 24 * 3_600_000).toISOString();
      await configurations.update(id, { metadata: { [metadataKeys.usedAt]: usedAt } });
    },
  };
  command.writeFile();
  return command;
}
