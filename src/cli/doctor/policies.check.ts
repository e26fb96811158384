import type Stripe from 'stripe';
import { isSet } from '../../config/environment-schema.ts';
import { featureNames } from '../../configurations/configuration-features.schema.ts';
import { productsPath } from '../../configurations/managed-configuration.ts';
import { PolicyFileError } from '../../policies/policy-file.ts';
import { type PolicySet, listExtras, listPolicies } from '../../policies/policy-set.ts';
import { readAll } from '../../stripe/reads.ts';
import type { StripeClient } from '../../stripe/stripe-client.ts';
import { isMissing } from '../../stripe/stripe.errors.ts';
import type { Check, Deployment, Judgement, StripeDeployment } from './check.ts';
import { CheckSkipped, fail, pass, requireVariables, skip, warn } from './check.ts';

export const checkPolicyFile: Check = ({ policies, values: { PORTAL_POLICIES: path = '' } }) => {
  if (policies === null)
    return skip("PORTAL_POLICIES is not set: Stripe's default configuration applies to every user");
  if (policies instanceof PolicyFileError)
    return policies.faults.map((fault) => fail(`${path}, ${fault.path}: expected ${fault.expected}`));
  const names = listPolicies(policies).map(({ name }) => name);
  return pass(`${path} has ${names.join(', ')}`);
};

/** Deployments that share an account and a namespace treat each other's configurations as their own. */
export const checkNamespace: Check = (deployment) => {
  if (deployment.policies === null) return [];
  const { POLICY_NAMESPACE: namespace } = requireVariables(deployment, 'POLICY_NAMESPACE');
  if (isSet(deployment.env, 'POLICY_NAMESPACE')) return pass(namespace);
  return warn(
    `POLICY_NAMESPACE is not set: this deployment shares "${namespace}" with every other one on this Stripe account that does not set it`,
    'Give each deployment its own name, such as POLICY_NAMESPACE=production.',
  );
};

function requirePolicies({ policies }: Deployment): PolicySet {
  if (policies !== null && !(policies instanceof PolicyFileError)) return policies;
  throw new CheckSkipped('the policy file has faults');
}

interface Mention {
  readonly where: string;
  readonly kind: 'product' | 'price' | 'coupon';
  readonly id: string;
  /** The product that a policy offers it with, or the coupon itself; null when a rule names it as a plan. */
  readonly offeredWith: string | null;
}

function listMentions(set: PolicySet): Mention[] {
  const offers = listPolicies(set).flatMap(({ name, features }) => {
    const update = features?.subscription_update;
    const products = update?.enabled === true ? (update.products ?? []) : [];
    return products.flatMap(({ product, prices }): Mention[] => {
      const common = { where: `policy ${name}`, offeredWith: product };
      const offered = prices.map((id) => ({ ...common, kind: 'price', id }) as const);
      return [{ ...common, kind: 'product', id: product }, ...offered];
    });
  });
  const coupons = listPolicies(set).flatMap(({ name, flows = {} }) => {
    const { subscription_cancel: cancel, subscription_update_confirm: change } = flows;
    const discounts = [cancel?.retention.coupon_offer ?? [], change?.discounts ?? []].flat();
    const ids = discounts.flatMap((discount) => ('coupon' in discount ? [discount.coupon] : []));
    return ids.map((id): Mention => ({ where: `policy ${name}`, kind: 'coupon', id, offeredWith: id }));
  });
  const plans = set.rules.flatMap(({ when: { plan = [] } }, index) =>
    [plan].flat().map((id): Mention => {
      const kind = /^(price|plan)_/.test(id) ? 'price' : 'product';
      return { where: `rules.${index}.when.plan`, kind, id, offeredWith: null };
    }),
  );
  return [...offers, ...coupons, ...plans];
}

/** A coupon may have the id of a product. */
function getKey({ kind, id }: Mention): string {
  return kind === 'coupon' ? `coupon ${id}` : id;
}

export const checkPlans: Check<StripeDeployment> = async (deployment) => {
  const mentions = listMentions(requirePolicies(deployment));
  // Offers come first, and have a known kind. Whether a rule's plan is a product or a price is a guess.
  const distinct = mentions.filter(
    (mention, index) => mentions.findIndex((other) => getKey(other) === getKey(mention)) === index,
  );
  const found = new Map<string, Plan | string>();
  const read = async (mention: Mention) => found.set(getKey(mention), await find(deployment.client, mention));
  // The client refuses requests that would wait for their turn for more than a second.
  for (let rest = distinct; rest.length > 0; rest = rest.slice(5))
    await Promise.all(rest.slice(0, 5).map(read));
  const problems = mentions.flatMap((mention) => judgeMention(mention, found.get(getKey(mention))));
  if (problems.length > 0) return problems;
  const count = (wanted: Mention['kind']) => distinct.filter(({ kind }) => kind === wanted).length;
  return pass(
    `products: ${count('product')}, prices: ${count('price')}, coupons: ${count('coupon')}; all can be used`,
  );
};

type Plan = Stripe.Product | Stripe.DeletedProduct | Stripe.Price | Stripe.Coupon;

/** Returns Stripe's reason where it has no such object; the reason also says when the id is of the other mode. */
async function find(client: StripeClient, { kind, id }: Mention): Promise<Plan | string> {
  try {
    return await client.read<Plan>((sdk, options) => {
      if (kind === 'coupon') return sdk.coupons.retrieve(id, {}, options);
      return kind === 'price' ? sdk.prices.retrieve(id, {}, options) : sdk.products.retrieve(id, {}, options);
    });
  } catch (error) {
    if (isMissing(error)) return error.refusal.message;
    throw error;
  }
}

/** A rule may name an archived plan, since customers can still have it. */
function judgeMention({ where, offeredWith }: Mention, found: Plan | string | undefined): Judgement[] {
  if (typeof found === 'string' && offeredWith === null)
    return [warn(`${where}: ${found}`, 'Correct or remove the id: no customer can have this plan.')];
  if (found === undefined || offeredWith === null) return [];
  const fault = typeof found === 'string' ? found : findFault(found, offeredWith);
  const fix = 'Correct the id in the policy file, or activate it at Stripe; each mode has ids of its own.';
  return fault === null ? [] : [fail(`${where}: ${fault}`, fix)];
}

function findFault(found: Plan, product: string): string | null {
  const name = `${found.object} ${found.id}`;
  if ('deleted' in found && found.deleted === true) return `${name} was deleted`;
  if (found.object === 'coupon') return found.valid ? null : `${name} can no longer be redeemed`;
  if (found.object === 'price') {
    const owner = typeof found.product === 'string' ? found.product : found.product.id;
    if (owner !== product) return `${name} belongs to product ${owner}, not to ${product}`;
    if (found.recurring === null) return `${name} does not recur`;
  }
  return 'active' in found && !found.active ? `${name} is archived` : null;
}

/** A hosted login page bypasses the rules: it offers customers everything in its configuration. */
export const checkLoginPages: Check<StripeDeployment> = async (deployment) => {
  const { strictest } = requirePolicies(deployment);
  const configurations = await readAll(deployment.client, (sdk, page, options) =>
    sdk.billingPortal.configurations.list({ ...page, expand: [`data.${productsPath}`] }, options),
  );
  const open = configurations.filter(({ active, login_page }) => active && login_page.enabled);
  const warnings = open.flatMap((configuration) => {
    const more = featureNames
      .flatMap((name) => listExtras(name, configuration.features, strictest.features))
      .join(', ');
    if (more === '') return [];
    return warn(
      `the login page of ${configuration.id} offers more than the strictest policy, ${strictest.name}: ${more}`,
      'Switch off the login page of this configuration, or these features of it.',
    );
  });
  if (warnings.length > 0) return warnings;
  return pass(open.length === 0 ? 'none is active' : 'none offers more than the strictest policy');
};
