import type Stripe from 'stripe';
import { isSet } from '../../config/environment-schema.ts';
import type { ConfigurationContent } from '../../configurations/configuration-content.ts';
import { featureNames } from '../../configurations/configuration-features.schema.ts';
import type { Configuration } from '../../configurations/managed-configuration.ts';
import { compilePolicy } from '../../policies/compile-policy.ts';
import { PolicyFileError } from '../../policies/policy-file.errors.ts';
import { type Policy, type PolicySet, listPolicies } from '../../policies/policy-set.ts';
import { readAll } from '../../stripe/reads.ts';
import type { StripeClient } from '../../stripe/stripe-client.ts';
import { StripeRequestRefusedError } from '../../stripe/stripe.errors.ts';
import {
  type Check,
  type CheckResult,
  CheckSkipped,
  type Deployment,
  type Judgement,
  type StripeCheck,
  fail,
  pass,
  requireVariables,
  skip,
  warn,
} from './check.ts';

function checkPolicyFile({ policies, values: { PORTAL_POLICIES: path = '' } }: Deployment): CheckResult {
  if (policies === null)
    return skip("PORTAL_POLICIES is not set: Stripe's default configuration applies to every user");
  if (policies instanceof PolicyFileError)
    return policies.faults.map((fault) => fail(`${path}, ${fault.path}: expected ${fault.expected}`));
  return pass(`${path} has ${joinNames(listPolicies(policies))}`);
}

function joinNames(policies: readonly Policy[]): string {
  return policies.map(({ name }) => name).join(', ');
}

/** Deployments that share an account and a namespace treat each other's configurations as their own. */
function checkNamespace(deployment: Deployment): CheckResult {
  if (deployment.policies === null) return [];
  const { POLICY_NAMESPACE: namespace } = requireVariables(deployment, 'POLICY_NAMESPACE');
  if (isSet(deployment.env, 'POLICY_NAMESPACE')) return pass(namespace);
  return warn(
    `POLICY_NAMESPACE is not set: this deployment shares "${namespace}" with every other one on this Stripe account that does not set it`,
    'Give each deployment its own name, such as POLICY_NAMESPACE=production.',
  );
}

/** @throws CheckSkipped when the policy file has faults */
function requirePolicies({ policies }: Deployment): PolicySet {
  if (policies !== null && !(policies instanceof PolicyFileError)) return policies;
  throw new CheckSkipped('the policy file has faults');
}

export const policyFileChecks: Readonly<Record<string, Check>> = {
  'policy-file': checkPolicyFile,
  'policy-namespace': checkNamespace,
};

/** A product or a price that the policy file names. */
interface Mention {
  readonly where: string;
  readonly kind: 'product' | 'price';
  readonly id: string;
  /** The product that a policy offers it with; null when a rule names it as a plan. */
  readonly offeredWith: string | null;
}

function listMentions(set: PolicySet): Mention[] {
  const offers = listPolicies(set).flatMap(({ name, features }) => {
    const update = features?.subscription_update;
    if (update?.enabled !== true) return [];
    return (update.products ?? []).flatMap(({ product, prices }): Mention[] => {
      const common = { where: `policy ${name}`, offeredWith: product };
      const offered = prices.map((id) => ({ ...common, kind: 'price', id }) as const);
      return [{ ...common, kind: 'product', id: product }, ...offered];
    });
  });
  const plans = set.rules.flatMap(({ when: { plan = [] } }, index) =>
    [plan].flat().map((id): Mention => {
      const kind = /^(price|plan)_/.test(id) ? 'price' : 'product';
      return { where: `rules.${index}.when.plan`, kind, id, offeredWith: null };
    }),
  );
  return [...offers, ...plans];
}

/** Whether the products and prices that the policy file names exist at Stripe. The client paces the requests. */
const checkPlans: StripeCheck = async (deployment, stripe) => {
  const mentions = listMentions(requirePolicies(deployment));
  const found = new Map<string, Promise<Found>>();
  const judgements = await Promise.all(
    mentions.map(async (mention) => {
      const { id } = mention;
      const reading = found.get(id) ?? find(stripe, mention);
      found.set(id, reading);
      return judgeMention(mention, await reading);
    }),
  );
  if (judgements.flat().length > 0) return judgements.flat();
  const products = new Set(mentions.filter(({ kind }) => kind === 'product').map(({ id }) => id));
  return pass(`products: ${products.size}, prices: ${found.size - products.size}; all can be used`);
};

/** An object of Stripe's, or Stripe's reason why there is none, which also says when the id is of the other mode. */
type Found = Stripe.Product | Stripe.DeletedProduct | Stripe.Price | string;

async function find(stripe: StripeClient, { kind, id }: Mention): Promise<Found> {
  try {
    return await stripe.read<Exclude<Found, string>>((sdk, options) =>
      kind === 'price' ? sdk.prices.retrieve(id, {}, options) : sdk.products.retrieve(id, {}, options),
    );
  } catch (error) {
    if (error instanceof StripeRequestRefusedError && error.stripeCode === 'resource_missing')
      return error.stripeMessage;
    throw error;
  }
}

/** A rule may name an archived plan, since customers can still have it. */
function judgeMention({ where, offeredWith }: Mention, found: Found): Judgement[] {
  const fault = typeof found === 'string' ? found : offeredWith && findFault(found, offeredWith);
  if (fault === null) return [];
  if (offeredWith === null)
    return [warn(`${where}: ${fault}`, 'Correct or remove the id: no customer can have this plan.')];
  const fix = 'Correct the id in the policy file; test and live mode have different ids.';
  return [fail(`${where}: ${fault}`, fix)];
}

function findFault(found: Exclude<Found, string>, product: string): string | null {
  const name = `${found.object} ${found.id}`;
  if ('deleted' in found && found.deleted === true) return `${name} was deleted`;
  if (found.object === 'price') {
    const owner = typeof found.product === 'string' ? found.product : found.product.id;
    if (owner !== product) return `${name} belongs to product ${owner}, not to ${product}`;
    if (found.recurring === null) return `${name} does not recur`;
  }
  return 'active' in found && !found.active ? `${name} is archived` : null;
}

/** A hosted login page bypasses the rules: it offers customers everything in its configuration. */
const checkLoginPages: StripeCheck = async (deployment, stripe) => {
  const { strictest } = requirePolicies(deployment);
  const configurations = await readAll(stripe, (sdk, page, options) =>
    sdk.billingPortal.configurations.list(page, options),
  );
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
  return pass(open.length === 0 ? 'none is active' : 'none offers more than the strictest policy');
};

export const policyChecks = {
  'policy-plans': checkPlans,
  'login-pages': checkLoginPages,
};

/** The features, and the customer details, that a configuration offers and a policy does not. */
function listMore({ features: offered }: Configuration, policy: Policy): string[] {
  const allowed: ConfigurationContent['features'] = compilePolicy(policy).content.features;
  const extra = featureNames.filter((name) => offered[name].enabled && allowed[name]?.enabled !== true);
  if (!offered.customer_update.enabled || extra.includes('customer_update')) return extra;
  const updates = new Set<string>(allowed.customer_update?.allowed_updates);
  const details = offered.customer_update.allowed_updates.filter((name) => !updates.has(name));
  return details.length === 0 ? extra : [...extra, `customer_update of ${details.join(', ')}`];
}
