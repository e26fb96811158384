import type { StripeConfig } from '../../config/config.ts';
import type { Configuration } from '../../configurations/managed-configuration.ts';
import type { PolicySet } from '../../policies/policy-set.ts';
import { readAll } from '../../stripe/read-all.ts';
import type { StripeClient } from '../../stripe/stripe-client.ts';
import type { Check } from './check.ts';
import { type Deployment, isProduction } from './deployment.ts';
import { type Judgement, skip } from './finding.ts';
import { checkPermissions } from './permissions.check.ts';
import { checkPolicyPlans } from './policy-plans.check.ts';
import { checkDefaultPortal, checkLoginPages, checkPolicyPortals } from './portals.check.ts';
import { contactStripe, isUsable, judgeClock, judgeKey } from './stripe-contact.ts';
import { checkWebhookEndpoint, receivesEvents } from './webhooks.check.ts';

type Look = (stripe: StripeClient) => Promise<Judgement[]>;

/** What is asked of Stripe. One first call tells whether there is a point in the others. */
export function listStripeChecks(
  deployment: Deployment,
  stripe: StripeClient,
  config: StripeConfig,
): Check[] {
  const contact = contactStripe(stripe);
  const hasPolicies = deployment.policyFile !== null;
  const ask = async (look: Look): Promise<Judgement[]> =>
    isUsable(await contact) ? look(stripe) : [skip('Stripe cannot be asked')];
  return [
    { name: 'stripe-key', run: async () => [judgeKey(await contact, config, isProduction(deployment))] },
    { name: 'stripe-clock', run: async () => [judgeClock(await contact)] },
    { name: 'stripe-permissions', run: () => ask(() => checkPermissions(stripe, deployment)) },
    { name: 'default-portal', run: () => ask(() => checkDefaultPortal(stripe, config, hasPolicies)) },
    ...(receivesEvents(deployment)
      ? [{ name: 'webhook-endpoint', run: () => ask(() => checkWebhookEndpoint(config, deployment)) }]
      : []),
    ...(hasPolicies ? listPolicyChecks(deployment, ask) : []),
  ];
}

function listPolicyChecks(
  { policyFile, values: { POLICY_NAMESPACE: namespace } }: Deployment,
  ask: (look: Look) => Promise<Judgement[]>,
): Check[] {
  let configurations: Promise<Configuration[]> | undefined;
  const list = (stripe: StripeClient): Promise<Configuration[]> =>
    (configurations ??= readAll(stripe, (sdk, page, options) =>
      sdk.billingPortal.configurations.list(page, options),
    ));
  const askOf = async (
    look: (stripe: StripeClient, set: PolicySet) => Promise<Judgement[]>,
  ): Promise<Judgement[]> => {
    const set = policyFile?.set ?? null;
    return set === null ? [skip('the policy file has faults')] : ask((stripe) => look(stripe, set));
  };
  return [
    { name: 'policy-plans', run: () => askOf(checkPolicyPlans) },
    {
      name: 'policy-portals',
      run: () =>
        askOf(async (stripe, set) =>
          namespace === undefined
            ? [skip('POLICY_NAMESPACE cannot be read')]
            : checkPolicyPortals(await list(stripe), set, namespace),
        ),
    },
    {
      name: 'login-pages',
      run: () => askOf(async (stripe, set) => checkLoginPages(await list(stripe), set)),
    },
  ];
}
