import Stripe from 'stripe';
import { expandCustomer, expandSubscriptions } from '../../account/customer-reader.ts';
import type { StripeConfig } from '../../config/config.ts';
import { stripeOrigin } from '../../config/environment-schema.ts';
import { productsPath } from '../../configurations/managed-configuration.ts';
import { markKey } from '../../customers/own-customers.service.ts';
import { redact } from '../../logging/logger.ts';
import { BillingError } from '../../shared/errors.ts';
import { StripeConnectionFailure } from '../../stripe/stripe.errors.ts';
import type { StripeCall, StripeClient } from '../../stripe/stripe-client.ts';
import type { Check, Deployment, Judgement, StripeDeployment } from './check.ts';
import { fail, pass, skip, warn } from './check.ts';
import { receivesEvents } from './webhooks.check.ts';

type Refusal = Stripe.errors.StripeError;

/** Stripe's refusal of a request; null when the request failed for another reason. */
export function findRefusal(error: unknown): Refusal | null {
  const cause = error instanceof BillingError ? error.cause : undefined;
  return cause instanceof Stripe.errors.StripeError && cause.statusCode !== undefined ? cause : null;
}

interface StripeContact {
  /** Why the other checks cannot ask Stripe; null when they can. */
  readonly obstacle: Judgement | null;
  /** How many seconds the clock of this machine is ahead of Stripe's; null when Stripe sent no time. */
  readonly aheadSeconds: number | null;
}

export async function contactStripe({ stripe, client }: StripeDeployment): Promise<StripeContact> {
  const startedAt = Date.now();
  try {
    const { lastResponse } = await client.read((sdk, options) => sdk.customers.list({ limit: 1 }, options));
    return { obstacle: null, aheadSeconds: compareClocks(startedAt, lastResponse.headers['date']) };
  } catch (error) {
    const refusal = findRefusal(error);
    return {
      obstacle: refusal === null ? judgeUnreachable(error, stripe) : judgeRefusal(refusal, stripe),
      aheadSeconds: compareClocks(startedAt, refusal?.headers?.['date']),
    };
  }
}

function compareClocks(startedAt: number, date: string | undefined): number | null {
  const theirs = Date.parse(date ?? '');
  return Number.isNaN(theirs) ? null : Math.round(((startedAt + Date.now()) / 2 - theirs) / 1000);
}

function getOrigin({ apiUrl }: StripeConfig): string {
  return apiUrl?.origin ?? stripeOrigin;
}

function judgeUnreachable(error: unknown, config: StripeConfig): Judgement {
  const cause = error instanceof BillingError ? error.cause : error;
  const message = cause instanceof Error ? redact(cause.message) : 'the reason is unknown';
  const reason = cause instanceof StripeConnectionFailure ? cause.reason : message;
  return fail(
    `Stripe does not answer at ${getOrigin(config)}: ${reason}`,
    'Allow this machine to reach it by HTTPS, or set HTTPS_PROXY. https://status.stripe.com lists outages.',
  );
}

function judgeRefusal({ statusCode = 0, code, message }: Refusal, config: StripeConfig): Judgement | null {
  if (statusCode === 401)
    return fail(
      'Stripe refuses the key',
      'Set STRIPE_SECRET_KEY to a key that the Dashboard lists (Developers, API keys).',
    );
  // Stripe has no code for each of these: no access, no platform, or a restricted key without Connect.
  if (code === 'account_invalid' || /access to account|\bConnect\b/.test(message))
    return fail(
      `the key has no access to ${config.account ?? 'the account'}`,
      "Set STRIPE_ACCOUNT to an account that is connected to the key's own (a restricted key needs Connect permissions), or unset it.",
    );
  // A missing permission is no obstacle: each check reports its own.
  if (statusCode === 403) return null;
  const answer = `answers with status ${statusCode}`;
  if (statusCode === 429 || statusCode >= 500)
    return fail(`Stripe ${answer}`, 'Try again. https://status.stripe.com lists outages.');
  const detail = `${getOrigin(config)} ${answer}, where Stripe would list customers`;
  return fail(detail, 'Correct or unset STRIPE_API_URL.');
}

export function judgeKey({ obstacle }: StripeContact, { stripe, production }: StripeDeployment): Judgement {
  if (obstacle !== null) return obstacle;
  const { secretKey, livemode, account } = stripe;
  const origin = getOrigin(stripe);
  const isOther = origin !== stripeOrigin;
  if (production && isOther)
    return warn(
      `requests go to ${origin}, which is not Stripe: it has no real billing data`,
      'Unset STRIPE_API_URL.',
    );
  const kind = secretKey.startsWith('rk_') ? 'restricted' : 'secret';
  const place = `${account === null ? '' : `, for ${account}`}${isOther ? `, at ${origin}` : ''}`;
  return pass(`Stripe accepts the ${kind} key, in ${livemode ? 'live' : 'test'} mode${place}`);
}

const warnSeconds = 30;
const failSeconds = 300;

export function judgeClock({ aheadSeconds }: StripeContact): Judgement {
  if (aheadSeconds === null) return skip('Stripe did not send the time');
  const distance = Math.abs(aheadSeconds);
  if (distance <= warnSeconds) return pass(`within ${warnSeconds} s of Stripe's`);
  const detail = `the clock is ${distance} s ${aheadSeconds > 0 ? 'ahead of' : 'behind'} Stripe's`;
  const fix = 'Set it by NTP (timedatectl set-ntp true): tokens, contracts and signatures depend on it.';
  return distance > failSeconds ? fail(detail, fix) : warn(detail, fix);
}

const first = { limit: 1 };
// Stripe's ids have one underscore, so no object can have one of these ids.
const noCustomer = 'cus_billing_portal_doctor';
const noConfiguration = 'bpc_billing_portal_doctor';
const noSubscription = 'sub_billing_portal_doctor';
const noCheckoutSession = 'cs_billing_portal_doctor';

/** A request for each permission, which changes nothing, and which Stripe answers by 403 without the permission. */
const requests = {
  // A restricted key needs another permission for the fields that are expanded.
  'read customers': (sdk, options) =>
    sdk.customers.list({ ...first, expand: expandCustomer.map((member) => `data.${member}`) }, options),
  'read subscriptions': (sdk, options) =>
    sdk.subscriptions.list({ ...first, expand: expandSubscriptions }, options),
  'read portal configurations': (sdk, options) =>
    sdk.billingPortal.configurations.list({ ...first, expand: [`data.${productsPath}`] }, options),
  'read feedback options': (sdk, options) => sdk.billing.feedbackOptions.list(first, options),
  'read products': (sdk, options) => sdk.products.list(first, options),
  'read prices': (sdk, options) => sdk.prices.list(first, options),
  'read invoices': (sdk, options) => sdk.invoices.list(first, options),
  'preview invoices': (sdk, options) => sdk.invoices.createPreview({ subscription: noSubscription }, options),
  'change subscriptions': (sdk, options) => sdk.subscriptions.update(noSubscription, {}, options),
  'open portal sessions': (sdk, options) =>
    sdk.billingPortal.sessions.create({ customer: noCustomer }, options),
  'create portal configurations': (sdk, options) =>
    sdk.billingPortal.configurations.update(noConfiguration, {}, options),
  'search customers': (sdk, options) =>
    sdk.customers.search({ ...first, query: `metadata['${markKey}']:'billing_portal_doctor'` }, options),
  'create customers': (sdk, options) => sdk.customers.update(noCustomer, {}, options),
  'read Checkout sessions': (sdk, options) => sdk.checkout.sessions.retrieve(noCheckoutSession, {}, options),
} satisfies Record<string, StripeCall<unknown>>;

type Permission = keyof typeof requests;

/** Without these permissions, sessions still open. */
const optional: readonly Permission[] = [
  'read feedback options',
  'read products',
  'read prices',
  'read invoices',
  'preview invoices',
  'change subscriptions',
];

/** Says of each permission that some deployments do not need whether this one does. */
function listNeeds(deployment: Deployment): Partial<Record<Permission, boolean>> {
  const createsCustomers = deployment.values.CUSTOMER_CREATION === 'on_demand';
  return {
    'create portal configurations': deployment.policies !== null,
    // Stripe has no search for accounts in India.
    'search customers': createsCustomers,
    'create customers': createsCustomers,
    'read Checkout sessions': receivesEvents(deployment),
  };
}

export const checkPermissions: Check<StripeDeployment> = async (deployment) => {
  const needs = listNeeds(deployment);
  const needed = (Object.keys(requests) as Permission[]).filter((permission) => needs[permission] ?? true);
  const tried = await Promise.all(needed.map((permission) => tryRequest(deployment.client, permission)));
  const problems = tried.flat();
  return problems.length > 0 ? problems : pass(`the key may ${needed.join(', ')}`);
};

/** Empty when the key has the permission: Stripe then does what was asked, or says that there is no such object. */
async function tryRequest(client: StripeClient, permission: Permission): Promise<Judgement[]> {
  try {
    await client.read<unknown>(requests[permission]);
    return [];
  } catch (error) {
    const { statusCode, message } = findRefusal(error) ?? {};
    if (statusCode === 400 || statusCode === 404) return [];
    if (statusCode !== 403)
      return [warn(`Stripe did not say whether the key may ${permission}`, 'Try again.')];
    const [missing] = /rak_\w+/.exec(message ?? '') ?? [];
    const detail = `the key may not ${permission}${missing === undefined ? '' : `: ${missing} is missing`}`;
    const fix = 'Give the restricted key this permission in the Dashboard (Developers, API keys).';
    return [optional.includes(permission) ? warn(detail, fix) : fail(detail, fix)];
  }
}

export const checkDefaultPortal: Check<StripeDeployment> = async ({ policies, stripe, client }) => {
  const { data } = await client.read((sdk, options) =>
    sdk.billingPortal.configurations.list({ is_default: true }, options),
  );
  const [found] = data;
  if (found !== undefined) return pass(`${found.id} is the default portal configuration`);
  const [mode, path] = stripe.livemode ? ['live', ''] : ['test', 'test/'];
  const detail = `no default portal configuration is saved in ${mode} mode`;
  const fix = `Save the customer portal's settings at https://dashboard.stripe.com/${path}settings/billing/portal`;
  return policies === null
    ? fail(`${detail}: no session can be opened`, fix)
    : warn(`${detail}: sessions need a policy file until it is`, fix);
};
