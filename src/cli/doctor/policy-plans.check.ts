import type Stripe from 'stripe';
import { type PolicySet, listPolicies } from '../../policies/policy-set.ts';
import type { StripeCall, StripeClient } from '../../stripe/stripe-client.ts';
import { StripeRequestRefusedError } from '../../stripe/stripe.errors.ts';
import { type Judgement, fail, pass, warn } from './finding.ts';

/** Stripe takes 25 reads a second in test mode, and others may be reading. */
const readsAtOnce = 8;

/** What Stripe has by an id; or its own words for why there is nothing, which tell of ids of the other mode. */
type Found<T> = { readonly object: T } | { readonly missing: string };

interface Catalog {
  readonly products: ReadonlyMap<string, Found<Stripe.Product | Stripe.DeletedProduct>>;
  readonly prices: ReadonlyMap<string, Found<Stripe.Price>>;
}

/** Whether the products and prices that policies offer, and those that rules ask for, are at Stripe. */
export async function checkPolicyPlans(stripe: StripeClient, set: PolicySet): Promise<Judgement[]> {
  const offers = listOffers(set);
  const asked = listAskedPlans(set);
  const catalog = await readCatalog(stripe, offers, asked);
  const faults = [
    ...offers.flatMap((offer) => judgeOffer(offer, catalog)),
    ...asked.flatMap((plan) => judgeAskedPlan(plan, catalog)),
  ];
  if (faults.length > 0) return faults;
  const { products, prices } = catalog;
  return [pass(`products: ${products.size}, prices: ${prices.size}; all can be used`)];
}

interface Offer {
  readonly policyName: string;
  readonly product: string;
  readonly prices: readonly string[];
}

function listOffers(set: PolicySet): Offer[] {
  return listPolicies(set).flatMap(({ name, features }) => {
    const update = features?.subscription_update;
    if (update?.enabled !== true) return [];
    return (update.products ?? []).map(({ product, prices }) => ({ policyName: name, product, prices }));
  });
}

interface AskedPlan {
  readonly id: string;
  readonly path: string;
}

function listAskedPlans({ rules }: PolicySet): AskedPlan[] {
  return rules.flatMap(({ when: { plan = [] } }, index) =>
    [plan].flat().map((id) => ({ id, path: `rules.${index}.when.plan` })),
  );
}

function isPriceId(id: string): boolean {
  return /^(price|plan)_/.test(id);
}

async function readCatalog(
  stripe: StripeClient,
  offers: readonly Offer[],
  asked: readonly AskedPlan[],
): Promise<Catalog> {
  const ids = asked.map(({ id }) => id);
  const productIds = [...offers.map(({ product }) => product), ...ids.filter((id) => !isPriceId(id))];
  const priceIds = [...offers.flatMap(({ prices }) => prices), ...ids.filter(isPriceId)];
  const products = await readEach<Stripe.Product | Stripe.DeletedProduct>(
    productIds,
    (id) => (sdk, options) => sdk.products.retrieve(id, {}, options),
    stripe,
  );
  const prices = await readEach(
    priceIds,
    (id) => (sdk, options) => sdk.prices.retrieve(id, {}, options),
    stripe,
  );
  return { products, prices };
}

async function readEach<T>(
  ids: readonly string[],
  retrieve: (id: string) => StripeCall<T>,
  stripe: StripeClient,
): Promise<Map<string, Found<T>>> {
  const rest = [...new Set(ids)];
  const found = new Map<string, Found<T>>();
  while (rest.length > 0) {
    const some = rest.splice(0, readsAtOnce);
    await Promise.all(some.map(async (id) => found.set(id, await find(stripe, retrieve(id)))));
  }
  return found;
}

async function find<T>(stripe: StripeClient, retrieve: StripeCall<T>): Promise<Found<T>> {
  try {
    return { object: await stripe.read(retrieve) };
  } catch (error) {
    if (error instanceof StripeRequestRefusedError && error.stripeCode === 'resource_missing')
      return { missing: error.reason };
    throw error;
  }
}

function judgeOffer({ policyName, product, prices }: Offer, catalog: Catalog): Judgement[] {
  const mend = 'Correct the id in the policy file; test and live mode have different ones.';
  const where = `policy ${policyName}: `;
  const fault = findProductFault(product, catalog);
  return [
    ...(fault === null ? [] : [fail(where + fault, mend)]),
    ...prices.flatMap((price) => {
      const priceFault = findPriceFault(price, product, catalog);
      return priceFault === null ? [] : [fail(where + priceFault, mend)];
    }),
  ];
}

function findProductFault(id: string, { products }: Catalog): string | null {
  const found = products.get(id);
  if (found === undefined || 'missing' in found) return found?.missing ?? `product ${id} was not read`;
  const { object } = found;
  if ('deleted' in object && object.deleted) return `product ${id} was deleted`;
  return 'active' in object && !object.active ? `product ${id} is archived` : null;
}

function findPriceFault(id: string, product: string, { prices }: Catalog): string | null {
  const found = prices.get(id);
  if (found === undefined || 'missing' in found) return found?.missing ?? `price ${id} was not read`;
  const { active, recurring, product: owner } = found.object;
  const ownerId = typeof owner === 'string' ? owner : owner.id;
  if (ownerId !== product) return `price ${id} is of product ${ownerId}, and not of ${product}`;
  if (recurring === null) return `price ${id} does not recur`;
  return active ? null : `price ${id} is archived`;
}

/** Customers may have a plan that is archived; one that does not exist they cannot have. */
function judgeAskedPlan({ id, path }: AskedPlan, { products, prices }: Catalog): Judgement[] {
  const found = (isPriceId(id) ? prices : products).get(id);
  if (found === undefined || !('missing' in found)) return [];
  return [
    warn(`${path}: ${found.missing}`, 'Correct the id, or take it out: no customer can have such a plan.'),
  ];
}
