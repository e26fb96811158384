import type { StripeConfig } from '../../config/config.ts';
import type { ConfigurationContent } from '../../configurations/configuration-content.ts';
import { compilePolicy } from '../../policies/compile-policy.ts';
import { type Configuration, findByHash, readMark } from '../../configurations/managed-configuration.ts';
import { featureNames } from '../../configurations/configuration-features.schema.ts';
import { type Policy, type PolicySet, listPolicies } from '../../policies/policy-set.ts';
import type { StripeClient } from '../../stripe/stripe-client.ts';
import { type Judgement, fail, pass, warn } from './finding.ts';

/** Whether Stripe has a configuration for sessions that name none. */
export async function checkDefaultPortal(
  stripe: StripeClient,
  { livemode }: StripeConfig,
  hasPolicies: boolean,
): Promise<Judgement[]> {
  const { data } = await stripe.read((sdk, options) =>
    sdk.billingPortal.configurations.list({ is_default: true, active: true, limit: 1 }, options),
  );
  const [found] = data;
  if (found !== undefined) return [pass(`${found.id} is the default portal configuration`)];
  const mode = livemode ? 'live' : 'test';
  const detail = `no default portal configuration is saved in ${mode} mode`;
  const page = `https://dashboard.stripe.com/${livemode ? '' : 'test/'}settings/billing/portal`;
  const mend = `Save the customer portal's settings at ${page}`;
  return hasPolicies
    ? [warn(`${detail}: policies do without, but nothing opens once they are unset`, mend)]
    : [fail(`${detail}: no session can be opened`, mend)];
}

/** Whether what the policies compile to is at Stripe, ahead of the first session. */
export function checkPolicyPortals(
  configurations: readonly Configuration[],
  set: PolicySet,
  namespace: string,
): Judgement[] {
  const own = configurations.filter((found) => readMark(found)?.namespace === namespace);
  const policies = listPolicies(set);
  const absent = policies.filter((policy) => findByHash(own, compilePolicy(policy).hash)?.active !== true);
  if (absent.length === 0)
    return [pass(`Stripe has a configuration for each of ${policies.length} policies`)];
  return [
    warn(
      `Stripe has no active configuration yet for ${absent.map(({ name }) => name).join(', ')}: the first session makes it`,
      'Make them ahead of traffic by `billing-portal policies apply`.',
    ),
  ];
}

/** A hosted login page lets customers in past the rules, to all that its configuration offers. */
export function checkLoginPages(
  configurations: readonly Configuration[],
  { strictest }: PolicySet,
): Judgement[] {
  const open = configurations.filter(({ active, login_page }) => active && login_page.enabled);
  const warnings = open.flatMap((configuration) => {
    const more = listMore(configuration, strictest);
    if (more.length === 0) return [];
    return warn(
      `the login page of ${configuration.id} offers more than the strictest policy, ${strictest.name}: ${more.join(', ')}`,
      'Switch off the login page of this configuration, or these features of it.',
    );
  });
  if (warnings.length > 0) return warnings;
  return [pass(open.length === 0 ? 'none is active' : 'none offers more than the strictest policy')];
}

/** The features, and the details to change, that a configuration offers and a policy does not. */
function listMore({ features: offered }: Configuration, policy: Policy): string[] {
  const allowed: ConfigurationContent['features'] = compilePolicy(policy).content.features;
  const extra = featureNames.filter((name) => offered[name].enabled && allowed[name]?.enabled !== true);
  const updates = new Set<string>(allowed.customer_update?.allowed_updates);
  const details = offered.customer_update.enabled
    ? offered.customer_update.allowed_updates.filter((name) => !updates.has(name))
    : [];
  return extra.includes('customer_update') || details.length === 0
    ? extra
    : [...extra, `customer_update of ${details.join(', ')}`];
}
