import type Stripe from 'stripe';
import { readFirstPage } from '../stripe/reads.ts';
import type { StripeClient } from '../stripe/stripe-client.ts';
import { findById } from '../stripe/stripe.errors.ts';

/** A price as a subscription refers to it: an id in a schedule, and an object without product and tiers in an item. */
export interface PriceReference {
  readonly price: string | Stripe.Price;
  readonly currency: string;
}

const expandPrice = ['product', 'tiers', 'currency_options'];
/** Each may have 100 kB of metadata, and an answer 8 MB. */
const productsAtOnce = 50;

/** Returns a function that finds whole prices, which subscriptions do not contain; null for an id that Stripe no longer has. */
export async function findPrices(
  stripe: StripeClient,
  references: readonly PriceReference[],
): Promise<(reference: PriceReference) => object | null> {
  const prices = new Map<string, Stripe.Price>();
  const add = (found: readonly Stripe.Price[]) => found.forEach((price) => prices.set(price.id, price));
  add(references.flatMap(({ price }) => (typeof price === 'string' ? [] : [price])));
  add(await readMissing(stripe, references, prices));
  const names = await readNames(stripe, prices);
  return ({ price, currency }) => {
    const whole = prices.get(getId(price));
    if (whole === undefined) return null;
    const id = getId(whole.product);
    // Stripe's list leaves out deleted products.
    return { ...whole, ...convert(whole, currency), product: names.get(id) ?? { id } };
  };
}

/** One price is read by itself, and several by one page of the catalogue where it has them. */
async function readMissing(
  stripe: StripeClient,
  references: readonly PriceReference[],
  known: ReadonlyMap<string, Stripe.Price>,
): Promise<readonly Stripe.Price[]> {
  const findMissing = (prices: ReadonlyMap<string, Stripe.Price>) => {
    const missing = references.filter(({ price, currency }) => !isWhole(prices.get(getId(price)), currency));
    return new Set(missing.map(({ price }) => getId(price)));
  };
  if (findMissing(known).size === 0) return [];
  const isAlone = new Set(references.map(({ price }) => getId(price))).size === 1;
  const expand = expandPrice.map((member) => `data.${member}`);
  const listed = isAlone
    ? []
    : await readFirstPage(stripe, (sdk, page, options) => sdk.prices.list({ ...page, expand }, options));
  const found = new Map([...known, ...listed.map((price) => [price.id, price] as const)]);
  const read = [...findMissing(found)].map((id) => {
    const own = references.filter(({ price }) => getId(price) === id);
    return readOne(stripe, id, found.get(id), [...new Set(own.map(({ currency }) => currency))]);
  });
  return [...listed, ...(await Promise.all(read)).filter((price) => price !== undefined)];
}

/** Of a deleted price, only what the subscription contains is known: neither tiers nor other currencies, nor prices of later phases. */
async function readOne(
  stripe: StripeClient,
  id: string,
  known: Stripe.Price | undefined,
  currencies: readonly string[],
): Promise<Stripe.Price | undefined> {
  const foreign =
    known?.billing_scheme === 'tiered' ? currencies.filter((currency) => currency !== known.currency) : [];
  const expand = [...expandPrice, ...foreign.map((currency) => `currency_options.${currency}.tiers`)];
  const reading = stripe.read((sdk, options) => sdk.prices.retrieve(id, { expand }, options));
  const price = await findById(id, reading);
  if (price === null) return known;
  // Only a price that is known says which tiers to expand.
  const isPart = known === undefined && currencies.some((currency) => !isWhole(price, currency));
  return isPart ? readOne(stripe, id, price, currencies) : price;
}

async function readNames(
  stripe: StripeClient,
  prices: ReadonlyMap<string, Stripe.Price>,
): Promise<ReadonlyMap<string, object>> {
  const products = [...prices.values()].map(({ product }) => product);
  const known = products.filter((product) => typeof product !== 'string');
  const names = new Map<string, object>(known.map((product) => [product.id, product]));
  const ids = [...new Set(products.map(getId))].filter((id) => !names.has(id));
  for (let start = 0; start < ids.length; start += productsAtOnce) {
    const some = ids.slice(start, start + productsAtOnce);
    const { data } = await stripe.read((sdk, options) =>
      sdk.products.list({ ids: some, limit: productsAtOnce }, options),
    );
    for (const product of data) names.set(product.id, product);
  }
  return names;
}

function getId(reference: string | { readonly id: string }): string {
  return typeof reference === 'string' ? reference : reference.id;
}

function isWhole(price: Stripe.Price | undefined, currency: string): boolean {
  if (price === undefined) return false;
  const source = price.currency === currency ? price : price.currency_options?.[currency];
  return source !== undefined && (price.billing_scheme !== 'tiered' || source.tiers !== undefined);
}

/** A price in several currencies has the amounts of its main currency. Other currencies have amounts of their own. */
function convert(price: Stripe.Price, currency: string): object {
  if (price.currency === currency) return {};
  const { unit_amount, unit_amount_decimal, tiers, tax_behavior } = price.currency_options?.[currency] ?? {};
  return { currency, unit_amount, unit_amount_decimal, tiers, tax_behavior };
}
