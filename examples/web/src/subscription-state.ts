import type { BillingSubscription } from 'billing-portal-client';
import { formatDate } from './format.ts';

export interface SubscriptionState {
  readonly label: string;
  readonly tone: 'good' | 'calm' | 'warn' | 'bad';
  /** What it means to the customer, and what comes next. */
  readonly sentence: string;
}

/** Stripe's portal changes subscriptions of one item only, and none that is set to end. */
export function canChangePlan({ status, items, cancelsAt }: BillingSubscription): boolean {
  const isRunning = status === 'ACTIVE' || status === 'TRIALING' || status === 'PAST_DUE';
  return isRunning && items.length === 1 && cancelsAt === null;
}

export function canPause({ status, cancelsAt }: BillingSubscription): boolean {
  return (status === 'ACTIVE' || status === 'TRIALING') && cancelsAt === null;
}

export function canCancel({ cancelsAt }: BillingSubscription): boolean {
  return cancelsAt === null;
}

/** Puts a subscription's state in words: what needs the customer's attention goes first. */
export function describeSubscription(subscription: BillingSubscription): SubscriptionState {
  const { status, cancelsAt, trialEndsAt, currentPeriodEnd, pause } = subscription;
  if (status === 'PAST_DUE' || status === 'UNPAID') {
    const sentence = 'Your last payment did not go through. Update your card to keep your plan.';
    return { label: 'Past due', tone: 'bad', sentence };
  }
  if (status === 'INCOMPLETE') {
    const sentence = 'Your first payment is still open. Update your card to start your plan.';
    return { label: 'Payment needed', tone: 'bad', sentence };
  }
  if (cancelsAt !== null) {
    const sentence = 'You can use your plan until then, and change your mind in Manage billing.';
    return { label: `Cancels on ${formatDate(cancelsAt)}`, tone: 'warn', sentence };
  }
  if (pause) return describePause(pause);
  if (status === 'TRIALING' && trialEndsAt !== null) {
    return { label: 'Trial', tone: 'calm', sentence: `Your free trial ends on ${formatDate(trialEndsAt)}.` };
  }
  const sentence = currentPeriodEnd === null ? '' : `Renews on ${formatDate(currentPeriodEnd)}.`;
  return { label: 'Active', tone: 'good', sentence };
}

function describePause({ until }: NonNullable<BillingSubscription['pause']>): SubscriptionState {
  const sentence =
    until === null
      ? 'Nothing is charged while it is paused. Manage billing shows when it resumes.'
      : `It resumes by itself on ${formatDate(until)}.`;
  return { label: 'Paused', tone: 'warn', sentence };
}
