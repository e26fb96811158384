import { markKey } from '../../customers/customer-creation.service.ts';
import { productsPath } from '../../configurations/managed-configuration.ts';
import type { StripeCall, StripeClient } from '../../stripe/stripe-client.ts';
import type { Deployment } from './deployment.ts';
import { type Judgement, fail, pass, warn } from './finding.ts';
import { findRefusal } from './stripe-refusal.ts';
import { receivesEvents } from './webhooks.check.ts';

interface Probe {
  readonly what: string;
  readonly run: (stripe: StripeClient) => Promise<unknown>;
}

/** No id of Stripe's has more than one underscore, so that these can never be somebody's. */
const noCustomer = 'cus_billing_portal_doctor';
const noConfiguration = 'bpc_billing_portal_doctor';
const noCheckoutSession = 'cs_billing_portal_doctor';

const serviceProbes: readonly Probe[] = [
  // With what is expanded, since a restricted key needs a permission for that too.
  createReadingProbe('read customers', (sdk, options) =>
    sdk.customers.list({ limit: 1, expand: ['data.invoice_settings.default_payment_method'] }, options),
  ),
  createReadingProbe('read subscriptions', (sdk, options) => sdk.subscriptions.list({ limit: 1 }, options)),
  createReadingProbe('read portal configurations', (sdk, options) =>
    sdk.billingPortal.configurations.list({ limit: 1, expand: [`data.${productsPath}`] }, options),
  ),
  {
    what: 'open portal sessions',
    run: (stripe) =>
      stripe.write((sdk, options) => sdk.billingPortal.sessions.create({ customer: noCustomer }, options)),
  },
];

const policyProbe: Probe = {
  what: 'make portal configurations',
  run: (stripe) =>
    stripe.write((sdk, options) => sdk.billingPortal.configurations.update(noConfiguration, {}, options)),
};

/** What a user's first session needs where it makes a customer. Search is not there for accounts in India. */
const creationProbes: readonly Probe[] = [
  createReadingProbe('search customers', (sdk, options) =>
    sdk.customers.search({ query: `metadata['${markKey}']:'billing_portal_doctor'`, limit: 1 }, options),
  ),
  {
    what: 'create customers',
    run: (stripe) => stripe.write((sdk, options) => sdk.customers.update(noCustomer, {}, options)),
  },
];

/** What an event about a Checkout session leads to. */
const webhookProbe: Probe = createReadingProbe('read Checkout sessions', (sdk, options) =>
  sdk.checkout.sessions.retrieve(noCheckoutSession, {}, options),
);

function createReadingProbe<T>(what: string, call: StripeCall<T>): Probe {
  return { what, run: (stripe) => stripe.read(call) };
}

/** Tries every call that the service makes, in a way that changes nothing. */
export async function checkPermissions(stripe: StripeClient, deployment: Deployment): Promise<Judgement[]> {
  const probes = [
    ...serviceProbes,
    ...(deployment.policyFile === null ? [] : [policyProbe]),
    ...(deployment.values.CUSTOMER_CREATION === 'on_demand' ? creationProbes : []),
    ...(receivesEvents(deployment) ? [webhookProbe] : []),
  ];
  const judgements = await Promise.all(probes.map((probe) => tryProbe(stripe, probe)));
  const bad = judgements.filter((judgement) => judgement !== null);
  return bad.length > 0 ? bad : [pass(`the key may ${probes.map(({ what }) => what).join(', ')}`)];
}

/** Null when it is permitted: then Stripe does it, or says that there is no such object. */
async function tryProbe(stripe: StripeClient, { what, run }: Probe): Promise<Judgement | null> {
  try {
    await run(stripe);
    return null;
  } catch (error) {
    const refusal = findRefusal(error);
    if (refusal?.status === 400 || refusal?.status === 404) return null;
    if (refusal?.status !== 403)
      return warn(`Stripe did not say whether the key may ${what}`, 'Run this again.');
    const [permission] = /rak_\w+/.exec(refusal.message) ?? [];
    return fail(
      `the key may not ${what}${permission === undefined ? '' : `: ${permission} is missing`}`,
      'Give the restricted key this permission in the Dashboard (Developers, API keys).',
    );
  }
}
