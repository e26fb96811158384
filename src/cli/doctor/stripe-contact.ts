import type { StripeConfig } from '../../config/config.ts';
import { BillingError } from '../../shared/errors.ts';
import { redact } from '../../logging/logger.ts';
import { StripeConnectionFailure } from '../../stripe/connection-failure.ts';
import type { StripeClient } from '../../stripe/stripe-client.ts';
import { type Judgement, fail, pass, skip, warn } from './finding.ts';
import { type StripeRefusal, findRefusal } from './stripe-refusal.ts';

/** What one call told of Stripe. */
export interface StripeContact {
  /** Null when Stripe did as it was asked. */
  readonly refusal: StripeRefusal | null;
  /** Whether anything answered that could be understood. */
  readonly answered: boolean;
  /** Why nothing answered; null where something did. */
  readonly unreachable: string | null;
  /** Seconds that the clock here is ahead of Stripe's; null when Stripe did not tell the time. */
  readonly aheadSeconds: number | null;
}

export async function contactStripe(stripe: StripeClient): Promise<StripeContact> {
  const startedAt = Date.now();
  try {
    const { lastResponse } = await stripe.read((sdk, options) => sdk.customers.list({ limit: 1 }, options));
    return {
      refusal: null,
      answered: true,
      unreachable: null,
      aheadSeconds: compareClocks(startedAt, lastResponse.headers['date']),
    };
  } catch (error) {
    const refusal = findRefusal(error);
    const aheadSeconds = compareClocks(startedAt, refusal?.headers['date']);
    const unreachable = refusal === null ? describeUnreachable(error) : null;
    return { refusal, answered: refusal !== null, unreachable, aheadSeconds };
  }
}

function describeUnreachable(error: unknown): string {
  const cause = error instanceof BillingError ? error.cause : error;
  if (cause instanceof StripeConnectionFailure) return cause.reason;
  return cause instanceof Error ? redact(cause.message) : 'for no known reason';
}

function compareClocks(startedAt: number, date: string | undefined): number | null {
  const theirs = Date.parse(date ?? '');
  return Number.isNaN(theirs) ? null : Math.round(((startedAt + Date.now()) / 2 - theirs) / 1000);
}

/** Whether more can be asked. What the key may not read is found out call by call. */
export function isUsable({ answered, refusal }: StripeContact): boolean {
  return answered && (refusal === null || (refusal.status === 403 && !isAboutAccount(refusal)));
}

/** Stripe has no code for each of these: no access, no platform, or a restricted key without Connect. */
function isAboutAccount({ code, message }: StripeRefusal): boolean {
  return code === 'account_invalid' || /access to account|\bConnect\b/.test(message);
}

export function judgeKey(
  contact: StripeContact,
  { secretKey, livemode, apiUrl, account }: StripeConfig,
  production: boolean,
): Judgement {
  const place = apiUrl?.origin ?? 'https://api.stripe.com';
  if (!isUsable(contact)) return judgeRefusal(contact, place, account);
  const kind = secretKey.startsWith('rk_') ? 'restricted' : 'secret';
  const detail = `Stripe takes the ${kind} key, of ${livemode ? 'live' : 'test'} mode${account === null ? '' : `, for ${account}`}`;
  if (apiUrl === null || apiUrl.origin === 'https://api.stripe.com') return pass(detail);
  if (!production) return pass(`${detail}, at ${place}`);
  return warn(
    `${place} is asked in the place of Stripe: no customer's real billing is there`,
    'Unset STRIPE_API_URL.',
  );
}

function judgeRefusal(contact: StripeContact, place: string, account: string | null): Judgement {
  const [detail, mend] = describeRefusal(contact, place, account ?? 'the account');
  return fail(detail, mend);
}

function describeRefusal(
  { refusal, unreachable }: StripeContact,
  place: string,
  account: string,
): [string, string] {
  if (refusal === null)
    return [
      `Stripe does not answer at ${place}: ${unreachable ?? 'for no known reason'}`,
      'Let this machine reach it by HTTPS, through HTTPS_PROXY where a proxy is required. https://status.stripe.com lists outages.',
    ];
  if (refusal.status === 401)
    return [
      'Stripe refuses the key',
      'Set STRIPE_SECRET_KEY to a key that the Dashboard lists (Developers, API keys).',
    ];
  if (isAboutAccount(refusal))
    return [
      `the key has no access to ${account}`,
      "Set STRIPE_ACCOUNT to an account that is connected to the key's own (a restricted key needs Connect's permissions), or unset it.",
    ];
  if (refusal.status === 429 || refusal.status >= 500)
    return [
      `Stripe answers with status ${refusal.status}`,
      'Run this again. Outages are told at https://status.stripe.com.',
    ];
  return [
    `${place} answers with status ${refusal.status}, where Stripe would list customers`,
    'Correct STRIPE_API_URL, or unset it.',
  ];
}

const warnSeconds = 30;
const failSeconds = 300;

export function judgeClock({ aheadSeconds }: StripeContact): Judgement {
  if (aheadSeconds === null) return skip('Stripe did not tell the time');
  const distance = Math.abs(aheadSeconds);
  if (distance <= warnSeconds) return pass(`within ${warnSeconds} s of Stripe's`);
  const detail = `the clock is ${distance} s ${aheadSeconds > 0 ? 'ahead of' : 'behind'} Stripe's`;
  const mend = 'Set it by NTP (timedatectl set-ntp true): tokens, contracts and signatures are judged by it.';
  return distance > failSeconds ? fail(detail, mend) : warn(detail, mend);
}
