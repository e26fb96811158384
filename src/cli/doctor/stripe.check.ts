import Stripe from 'stripe';
import type { StripeConfig } from '../../config/config.ts';
import { stripeOrigin } from '../../config/environment-schema.ts';
import { expandCustomer, expandSubscriptions } from '../../account/customer-reader.ts';
import { productsPath } from '../../configurations/managed-configuration.ts';
import { markKey } from '../../customers/customer-creation.service.ts';
import { redact } from '../../logging/logger.ts';
import { BillingError } from '../../shared/errors.ts';
import { StripeConnectionFailure } from '../../stripe/stripe.errors.ts';
import type { StripeCall, StripeClient } from '../../stripe/stripe-client.ts';
import { type Deployment, type Judgement, type StripeCheck, fail, pass, skip, warn } from './check.ts';
import { receivesEvents } from './webhooks.check.ts';

type Refusal = Stripe.errors.StripeError;

/** Stripe's refusal of a request; null when the request failed for another reason. */
export function findRefusal(error: unknown): Refusal | null {
  const cause = error instanceof BillingError ? error.cause : undefined;
  return cause instanceof Stripe.errors.StripeError && cause.statusCode !== undefined ? cause : null;
}

/** The result of a first request to Stripe. */
export interface StripeContact {
  /** Stripe's refusal, or why there is no answer; null when Stripe did what was asked. */
  readonly problem: Refusal | string | null;
  /** How many seconds the clock of this machine is ahead of Stripe's; null when Stripe sent no time. */
  readonly aheadSeconds: number | null;
}

export async function contactStripe(stripe: StripeClient): Promise<StripeContact> {
  const startedAt = Date.now();
  try {
    const { lastResponse } = await stripe.read((sdk, options) => sdk.customers.list({ limit: 1 }, options));
    return { problem: null, aheadSeconds: compareClocks(startedAt, lastResponse.headers['date']) };
  } catch (error) {
    const refusal = findRefusal(error);
    return {
      problem: refusal ?? describeUnreachable(error),
      aheadSeconds: compareClocks(startedAt, refusal?.headers?.['date']),
    };
  }
}

function describeUnreachable(error: unknown): string {
  const cause = error instanceof BillingError ? error.cause : error;
  if (cause instanceof StripeConnectionFailure) return cause.reason;
  return cause instanceof Error ? redact(cause.message) : 'the reason is unknown';
}

function compareClocks(startedAt: number, date: string | undefined): number | null {
  const theirs = Date.parse(date ?? '');
  return Number.isNaN(theirs) ? null : Math.round(((startedAt + Date.now()) / 2 - theirs) / 1000);
}

/** Whether other checks can ask Stripe. A missing permission is no obstacle: each check reports its own. */
export function isUsable({ problem }: StripeContact): boolean {
  if (problem === null) return true;
  return typeof problem !== 'string' && problem.statusCode === 403 && !isAboutAccount(problem);
}

/** Stripe has no code for each of these: no access, no platform, or a restricted key without Connect. */
function isAboutAccount({ code, message }: Refusal): boolean {
  return code === 'account_invalid' || /access to account|\bConnect\b/.test(message);
}

export function judgeKey(contact: StripeContact, config: StripeConfig, production: boolean): Judgement {
  const { secretKey, livemode, account, apiUrl } = config;
  const origin = apiUrl?.origin ?? stripeOrigin;
  if (contact.problem !== null && !isUsable(contact)) return judgeProblem(contact.problem, origin, account);
  if (production && origin !== stripeOrigin)
    return warn(
      `requests go to ${origin}, which is not Stripe: it has no real billing data`,
      'Unset STRIPE_API_URL.',
    );
  const kind = secretKey.startsWith('rk_') ? 'restricted' : 'secret';
  const mode = livemode ? 'live' : 'test';
  const place = `${account === null ? '' : `, for ${account}`}${origin === stripeOrigin ? '' : `, at ${origin}`}`;
  return pass(`Stripe accepts the ${kind} key, in ${mode} mode${place}`);
}

function judgeProblem(problem: Refusal | string, origin: string, account: string | null): Judgement {
  if (typeof problem === 'string')
    return fail(
      `Stripe does not answer at ${origin}: ${problem}`,
      'Allow this machine to reach it by HTTPS, or set HTTPS_PROXY. https://status.stripe.com lists outages.',
    );
  const { statusCode: status = 0 } = problem;
  if (status === 401)
    return fail(
      'Stripe refuses the key',
      'Set STRIPE_SECRET_KEY to a key that the Dashboard lists (Developers, API keys).',
    );
  if (isAboutAccount(problem))
    return fail(
      `the key has no access to ${account ?? 'the account'}`,
      "Set STRIPE_ACCOUNT to an account that is connected to the key's own (a restricted key needs Connect permissions), or unset it.",
    );
  if (status === 429 || status >= 500)
    return fail(
      `Stripe answers with status ${status}`,
      'Try again. https://status.stripe.com lists outages.',
    );
  return fail(
    `${origin} answers with status ${status}, where Stripe would list customers`,
    'Correct or unset STRIPE_API_URL.',
  );
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

/** A request that Stripe answers by 403 when the key lacks the permission, and that changes nothing. */
interface Probe {
  readonly what: string;
  /** Left out where every deployment needs the permission. */
  readonly isNeeded?: (deployment: Deployment) => boolean;
  readonly call: StripeCall<unknown>;
  /** Without the permission, the service still opens sessions. */
  readonly isOptional?: true;
}

// Stripe's ids have one underscore, so no object can have one of these ids.
const noCustomer = 'cus_billing_portal_doctor';
const noConfiguration = 'bpc_billing_portal_doctor';
const noSubscription = 'sub_billing_portal_doctor';
const noCheckoutSession = 'cs_billing_portal_doctor';

const probes: readonly Probe[] = [
  {
    what: 'read customers',
    // A restricted key needs another permission for the fields that are expanded.
    call: ({ customers }, options) =>
      customers.list({ limit: 1, expand: expandCustomer.map((member) => `data.${member}`) }, options),
  },
  {
    what: 'read subscriptions',
    call: (sdk, options) => sdk.subscriptions.list({ limit: 1, expand: expandSubscriptions }, options),
  },
  {
    what: 'read portal configurations',
    call: ({ billingPortal }, options) =>
      billingPortal.configurations.list({ limit: 1, expand: [`data.${productsPath}`] }, options),
  },
  {
    // Only administrators who ask for the texts of these options need the permission.
    what: 'read feedback options',
    isOptional: true,
    call: ({ billing }, options) => billing.feedbackOptions.list({ limit: 1 }, options),
  },
  {
    what: 'read products',
    isOptional: true,
    call: (sdk, options) => sdk.products.list({ limit: 1 }, options),
  },
  { what: 'read prices', isOptional: true, call: (sdk, options) => sdk.prices.list({ limit: 1 }, options) },
  {
    what: 'read invoices',
    isOptional: true,
    call: (sdk, options) => sdk.invoices.list({ limit: 1 }, options),
  },
  {
    what: 'preview invoices',
    isOptional: true,
    call: (sdk, options) => sdk.invoices.createPreview({ subscription: noSubscription }, options),
  },
  {
    what: 'change subscriptions',
    isOptional: true,
    call: (sdk, options) => sdk.subscriptions.update(noSubscription, {}, options),
  },
  {
    what: 'open portal sessions',
    call: (sdk, options) => sdk.billingPortal.sessions.create({ customer: noCustomer }, options),
  },
  {
    what: 'create portal configurations',
    isNeeded: ({ policies }) => policies !== null,
    call: (sdk, options) => sdk.billingPortal.configurations.update(noConfiguration, {}, options),
  },
  {
    // Stripe has no search for accounts in India.
    what: 'search customers',
    isNeeded: createsCustomers,
    call: ({ customers }, options) =>
      customers.search({ query: `metadata['${markKey}']:'billing_portal_doctor'`, limit: 1 }, options),
  },
  {
    what: 'create customers',
    isNeeded: createsCustomers,
    call: (sdk, options) => sdk.customers.update(noCustomer, {}, options),
  },
  {
    what: 'read Checkout sessions',
    isNeeded: receivesEvents,
    call: (sdk, options) => sdk.checkout.sessions.retrieve(noCheckoutSession, {}, options),
  },
];

function createsCustomers({ values }: Deployment): boolean {
  return values.CUSTOMER_CREATION === 'on_demand';
}

/** Tries every kind of request that the service makes, without changing anything. */
const checkPermissions: StripeCheck = async (deployment, stripe) => {
  const needed = probes.filter(({ isNeeded }) => isNeeded?.(deployment) ?? true);
  const problems = (await Promise.all(needed.map((probe) => tryProbe(stripe, probe)))).flat();
  return problems.length > 0 ? problems : pass(`the key may ${needed.map(({ what }) => what).join(', ')}`);
};

/** Empty when the key has the permission: Stripe then does what was asked, or says that there is no such object. */
async function tryProbe(stripe: StripeClient, { what, call, isOptional }: Probe): Promise<Judgement[]> {
  try {
    await stripe.read(call);
    return [];
  } catch (error) {
    const { statusCode, message } = findRefusal(error) ?? {};
    if (statusCode === 400 || statusCode === 404) return [];
    if (statusCode !== 403) return [warn(`Stripe did not say whether the key may ${what}`, 'Try again.')];
    const [permission] = /rak_\w+/.exec(message ?? '') ?? [];
    const detail = `the key may not ${what}${permission === undefined ? '' : `: ${permission} is missing`}`;
    const fix = 'Give the restricted key this permission in the Dashboard (Developers, API keys).';
    return [isOptional === true ? warn(detail, fix) : fail(detail, fix)];
  }
}

/** Whether Stripe has a configuration for sessions that name none. */
const checkDefaultPortal: StripeCheck = async ({ policies, stripe: { livemode } }, stripe) => {
  const { data } = await stripe.read((sdk, options) =>
    sdk.billingPortal.configurations.list({ is_default: true, active: true, limit: 1 }, options),
  );
  const [found] = data;
  if (found !== undefined) return pass(`${found.id} is the default portal configuration`);
  const detail = `no default portal configuration is saved in ${livemode ? 'live' : 'test'} mode`;
  const fix = `Save the customer portal's settings at https://dashboard.stripe.com/${livemode ? '' : 'test/'}settings/billing/portal`;
  return policies === null
    ? fail(`${detail}: no session can be opened`, fix)
    : warn(`${detail}: sessions need a policy file until it is`, fix);
};

export const stripeChecks = { 'stripe-permissions': checkPermissions, 'default-portal': checkDefaultPortal };
