import { type BillingSubscription, formatMoney } from 'billing-portal-client';
import { formatDate } from './format.ts';

export interface SubscriptionState {
  readonly label: string;
  readonly tone: 'good' | 'calm' | 'warn' | 'bad';
  /** What it means to the customer, and what comes next. */
  readonly sentence: string;
}

/** Puts a subscription's state in words: what needs the customer's attention goes first. */
export function describeSubscription(subscription: BillingSubscription): SubscriptionState {
  const { status, cancelsAt, trialEndsAt, currentPeriodEnd, pause } = subscription;
  if (status === 'PAST_DUE' || status === 'UNPAID') {
    return { label: 'Past due', tone: 'bad', sentence: describeDebt(subscription) };
  }
  if (status === 'INCOMPLETE') {
    const sentence = 'Your first payment is still open. Pay now to start your plan.';
    return { label: 'Payment needed', tone: 'bad', sentence };
  }
  if (cancelsAt !== null) {
    const sentence = 'You can use your plan until then.';
    return { label: `Cancels on ${formatDate(cancelsAt)}`, tone: 'warn', sentence };
  }
  if (pause) return describePause(pause);
  if (status === 'TRIALING' && trialEndsAt !== null) {
    return { label: 'Trial', tone: 'calm', sentence: `Your free trial ends on ${formatDate(trialEndsAt)}.` };
  }
  if (status !== 'ACTIVE' && status !== 'TRIALING')
    return { label: 'Unknown state', tone: 'warn', sentence: 'Manage billing shows how your plan stands.' };
  const sentence = currentPeriodEnd === null ? '' : `Renews on ${formatDate(currentPeriodEnd)}.`;
  return { label: 'Active', tone: 'good', sentence };
}

function describeDebt({ collectionMethod, cancelsAt, openInvoice }: BillingSubscription): string {
  const cause =
    collectionMethod === 'SEND_INVOICE'
      ? 'Your last invoice is not paid yet.'
      : 'Your last payment did not go through.';
  // Without an open invoice, there are only drafts, which the seller must release.
  const pay = openInvoice ? 'Pay now to keep your plan.' : 'Contact us to keep your plan.';
  const next = cancelsAt === null ? pay : `Cancels on ${formatDate(cancelsAt)}.`;
  return `${cause} ${next}`;
}

const pauseReasons: Partial<Record<NonNullable<BillingSubscription['pause']>['reason'], string>> = {
  PAUSE_REQUESTED: 'You paused it',
  TRIAL_END_WITHOUT_PAYMENT_METHOD: 'Your trial ended without a payment method',
};

function describePause({
  reason,
  since,
  until,
}: NonNullable<BillingSubscription['pause']>): SubscriptionState {
  const cause = pauseReasons[reason];
  const begin = cause === undefined ? '' : `${cause}${since === null ? '' : ` on ${formatDate(since)}`}. `;
  const end =
    until === null
      ? 'Nothing is charged while it is paused.'
      : `It resumes by itself on ${formatDate(until)}.`;
  return { label: 'Paused', tone: 'warn', sentence: begin + end };
}

/** What waits for a date: `Changes to Basic for $9.00 on 1 July 2027.` */
export function describeScheduledChange({
  at,
  items,
  total,
}: NonNullable<BillingSubscription['scheduledChange']>): string {
  const names = items.map(({ price, quantity }) => {
    const name = price.productName ?? 'another plan';
    return (quantity ?? 1) === 1 ? name : `${String(quantity)} × ${name}`;
  });
  if (names.length === 0) return `Your plan changes on ${formatDate(at)}.`;
  const price = total === null ? '' : ` for ${formatMoney(total)}`;
  return `Changes to ${names.join(' and ')}${price} on ${formatDate(at)}.`;
}

/** The portal has no task for it: its home page resumes a plan, where it offers pausing. */
export function canResume({ pause, tasks }: BillingSubscription): boolean {
  const task = tasks?.find(({ type }) => type === 'SUBSCRIPTION_PAUSE');
  return pause?.reason === 'PAUSE_REQUESTED' && task?.reason === 'PAUSED';
}

const refusals: Partial<
  Record<NonNullable<NonNullable<BillingSubscription['tasks']>[number]['reason']>, string>
> = {
  SCHEDULED_CHANGE: 'Your plan can be changed again after the change that is scheduled.',
  SENT_INVOICE: 'Your plan is paid by invoice. Contact us to change it.',
  SEVERAL_PRODUCTS: 'Your plan has several parts. Contact us to change it.',
  USAGE_BASED: 'Your plan is charged by usage. Contact us to change it.',
  TAX_BEHAVIOR: 'Your plan cannot be changed online. Contact us to change it.',
  PAYMENT_METHOD: 'Update your payment method to change your plan.',
};

/** Why a plan cannot be changed, where the customer can do something about it. */
export function explainNoChange({ tasks }: BillingSubscription): string | null {
  const task = tasks?.find(({ type }) => type === 'SUBSCRIPTION_UPDATE');
  return (task?.reason && refusals[task.reason]) ?? null;
}
