import type { Stripe } from 'stripe';

/** The objects that the demo starts with. */
export interface DemoData {
  readonly customerId: string;
  readonly subscriptionId: string;
  readonly productIds: readonly string[];
  /** Monthly and yearly price of each product, in the order of `productIds`. */
  readonly prices: readonly { readonly month: string; readonly year: string }[];
  /** The default portal configuration. */
  readonly configurationId: string;
}

/** What the demo needs of a Stripe client: the SDK has it, and so does the command line, which works without the SDK. */
export interface StripeRequests {
  rawRequest(method: string, path: string, params?: Readonly<Record<string, unknown>>): Promise<unknown>;
}

async function post<T>(
  stripe: StripeRequests,
  path: string,
  params: Readonly<Record<string, unknown>>,
): Promise<T> {
  return (await stripe.rawRequest('POST', path, params)) as T;
}

const range = [
  { name: 'Starter', description: 'For one person finding their feet', month: 900, year: 9000 },
  { name: 'Pro', description: 'For small teams that ship', month: 2900, year: 29000 },
  { name: 'Team', description: 'For everyone, with roles and audit', month: 7900, year: 79000 },
];

/**
 * Fills the local Stripe, or a Stripe test account: a customer with a card, three products, a subscription
 * that was upgraded once and so has two paid invoices, and default portal settings that allow everything.
 */
export async function seedDemoData(stripe: StripeRequests): Promise<DemoData> {
  const products = await Promise.all(range.map((product) => createDemoProduct(stripe, product)));
  const customer = await post<Stripe.Customer>(stripe, '/v1/customers', {
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    phone: '+44 20 7946 0958',
    address: { line1: '12 St James’s Square', city: 'London', postal_code: 'SW1Y 4JH', country: 'GB' },
    payment_method: 'pm_card_visa',
    invoice_settings: { default_payment_method: 'pm_card_visa' },
  });
  const [starter, pro] = products;
  if (!starter || !pro) throw new Error('The demo range needs two products.');
  const subscription = await post<Stripe.Subscription>(stripe, '/v1/subscriptions', {
    customer: customer.id,
    items: [{ price: starter.month }],
  });
  await post(stripe, `/v1/subscriptions/${subscription.id}`, {
    items: subscription.items.data.map((item) => ({ id: item.id, price: pro.month })),
    proration_behavior: 'always_invoice',
  });
  return {
    customerId: customer.id,
    subscriptionId: subscription.id,
    productIds: products.map(({ id }) => id),
    prices: products.map(({ month, year }) => ({ month, year })),
    configurationId: await saveDemoSettings(stripe, products),
  };
}

const demoStates = [
  'discounted',
  'scheduled_change',
  'canceling',
  'paused',
  'several_currencies',
  'graduated_tiers',
  'usage_based',
  'sent_invoices',
];

/** Creates a second customer of the local Stripe, with a subscription in each state that a billing page shows. */
export async function seedDemoStates(stripe: StripeRequests): Promise<string> {
  const { id: customer } = await post<Stripe.Customer>(stripe, '/v1/customers', {
    name: 'Grace Hopper',
    email: 'grace@example.com',
    payment_method: 'pm_card_visa',
    invoice_settings: { default_payment_method: 'pm_card_visa' },
  });
  for (const state of demoStates) await post(stripe, '/_control/subscription_states', { customer, state });
  return customer;
}

interface DemoProduct {
  readonly id: string;
  readonly month: string;
  readonly year: string;
}

/** Product ids are the same in every run, so that a frontend can refer to its plans by id. */
async function createDemoProduct(stripe: StripeRequests, plan: (typeof range)[number]): Promise<DemoProduct> {
  const { name, description } = plan;
  const id = `prod_demo_${name.toLowerCase()}`;
  const found = await stripe.rawRequest('GET', `/v1/products?ids[0]=${id}`);
  const [existing] = (found as Stripe.ApiList<Stripe.Product>).data;
  const product = existing ?? (await post<Stripe.Product>(stripe, '/v1/products', { id, name, description }));
  const createPrice = (interval: 'month' | 'year') =>
    post<Stripe.Price>(stripe, '/v1/prices', {
      product: product.id,
      currency: 'usd',
      unit_amount: plan[interval],
      recurring: { interval },
    });
  const month = await createPrice('month');
  const year = await createPrice('year');
  return { id: product.id, month: month.id, year: year.id };
}

/**
 * Stripe's API cannot save an account's default portal settings. At Stripe they must be saved in the Dashboard first;
 * the local Stripe has a control for it.
 */
async function saveDemoSettings(stripe: StripeRequests, products: readonly DemoProduct[]): Promise<string> {
  const path = '/v1/billing_portal/configurations?is_default=true&limit=1';
  const existing = await stripe.rawRequest('GET', path);
  const [found] = (existing as Stripe.ApiList<Stripe.BillingPortal.Configuration>).data;
  if (found) return found.id;
  const settings = { ...demoSettings(products) };
  return (await post<{ readonly id: string }>(stripe, '/_control/portal_settings', settings)).id;
}

function demoSettings(products: readonly DemoProduct[]): Stripe.BillingPortal.ConfigurationCreateParams {
  return {
    name: 'Demo',
    business_profile: {
      headline: 'Manage your Acme subscription',
      privacy_policy_url: 'https://example.com/privacy',
      terms_of_service_url: 'https://example.com/terms',
    },
    features: {
      customer_update: { enabled: true, allowed_updates: ['name', 'email', 'address', 'phone'] },
      invoice_history: { enabled: true },
      payment_method_update: { enabled: true },
      subscription_cancel: {
        enabled: true,
        mode: 'at_period_end',
        cancellation_reason: {
          enabled: true,
          options: ['too_expensive', 'missing_features', 'switched_service', 'unused', 'other'],
        },
      },
      subscription_pause: { enabled: true },
      subscription_update: {
        enabled: true,
        default_allowed_updates: ['price', 'quantity'],
        proration_behavior: 'create_prorations',
        products: products.map(({ id, month, year }) => ({
          product: id,
          prices: [month, year],
          adjustable_quantity: { enabled: true, minimum: 1, maximum: 50 },
        })),
      },
    },
  };
}
