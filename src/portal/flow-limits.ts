import type Stripe from 'stripe';
import { isEnded } from '../customers/customer-subscriptions.ts';
import type { PortalFlowType } from './portal-flow.types.ts';

/** Why the portal would not open a task, with a sentence for it. The names are API: clients compare them. */
export const taskRefusals = {
  NOT_IN_POLICY: 'The portal does not offer this to you.',
  ENDED: 'This subscription has ended.',
  ALREADY_CANCELED: 'This subscription is set to end already.',
  SCHEDULED_CHANGE: 'A change of this subscription is scheduled; the portal changes nothing before it.',
  FIRST_PAYMENT_PENDING: 'The first payment of this subscription is pending.',
  PAYMENT_OVERDUE: 'A payment of this subscription is overdue; pay the open invoice first.',
  PAUSED: 'This subscription, or the collection of its payments, is paused.',
  SENT_INVOICE: 'This subscription is paid by invoices that are sent; the portal only cancels it.',
  SEVERAL_PRODUCTS: 'This subscription has several products; the portal cannot change its plan.',
  USAGE_BASED: 'This subscription is charged by usage; the portal cannot change its plan.',
  PAYMENT_METHOD: 'The portal does not support the payment method of this subscription for changes of plan.',
  TAX_BEHAVIOR:
    'The price of this subscription does not say whether it includes tax; the portal cannot change its plan.',
  BILLING_MODE: "Stripe pauses only subscriptions with the flexible billing mode, and this one's is classic.",
  NOTHING_SCHEDULED: 'Nothing is scheduled for this subscription that could be reverted.',
  END_IS_FIXED: 'The end of this subscription is not one that can be reverted here.',
  NOT_KNOWN: 'Whether the portal can do this for the subscription is not known.',
} as const;

export type TaskRefusal = keyof typeof taskRefusals;

export const planChanges: readonly PortalFlowType[] = ['subscription_update', 'subscription_update_confirm'];
const cancel: readonly PortalFlowType[] = ['subscription_cancel'];
const pause: readonly PortalFlowType[] = ['subscription_pause'];
const all = [...cancel, ...planChanges, ...pause];

/** https://docs.stripe.com/customer-management#supported-payment-methods */
const supportedMethods =
  'acss_debit amazon_pay au_becs_debit bacs_debit boleto card cashapp link paypal sepa_debit us_bank_account';
const supported = new Set(supportedMethods.split(' '));

/** The statuses of subscriptions that have not ended, as far as this release knows them. */
export const running = new Set(['active', 'trialing', 'past_due', 'unpaid', 'incomplete', 'paused']);

type Limit = readonly [
  reason: TaskRefusal,
  refuses: readonly PortalFlowType[],
  applies: (facts: TaskFacts) => boolean,
];

/**
 * What the portal refuses whatever its configuration says. The first limit that applies is the reason.
 * https://docs.stripe.com/customer-management#customer-portal-limitations
 * https://docs.stripe.com/billing/subscriptions/pause#limitations
 */
const limits: readonly Limit[] = [
  ['ENDED', all, isEnded],
  ['NOT_KNOWN', all, ({ status }) => !running.has(status)],
  ['ALREADY_CANCELED', all, (facts) => Boolean(facts.cancel_at) || facts.cancel_at_period_end],
  ['SCHEDULED_CHANGE', [...cancel, ...planChanges], hasScheduledChange],
  ['SCHEDULED_CHANGE', pause, ({ schedule }) => Boolean(schedule)],
  ['FIRST_PAYMENT_PENDING', [...planChanges, ...pause], ({ status }) => status === 'incomplete'],
  ['PAUSED', [...planChanges, ...pause], ({ status }) => status === 'paused'],
  ['PAUSED', pause, ({ pause_collection: collection }) => Boolean(collection)],
  ['PAYMENT_OVERDUE', [...planChanges, ...pause], ({ status }) => status === 'unpaid'],
  ['PAYMENT_OVERDUE', pause, ({ status }) => status === 'past_due'],
  ['SENT_INVOICE', [...planChanges, ...pause], ({ collection_method: method }) => method === 'send_invoice'],
  ['SEVERAL_PRODUCTS', planChanges, ({ items }) => items.length > 1],
  ['NOT_KNOWN', planChanges, ({ items }) => items.length === 0],
  ['USAGE_BASED', planChanges, ({ items }) => items.some(isMetered)],
  ['PAYMENT_METHOD', planChanges, ({ paymentMethod: type }) => type !== null && !supported.has(type)],
  ['TAX_BEHAVIOR', planChanges, hidesTax],
  ['BILLING_MODE', pause, ({ billing_mode: mode }) => mode?.type === 'classic'],
];

export function isMetered({ price }: TaskItem): boolean {
  return price.recurring?.usage_type === 'metered';
}

/** A price has a tax behavior in each of its currencies, and Stripe's subscriptions have only that of its main currency. */
function hidesTax({ automatic_tax: tax, currency, items }: TaskFacts): boolean {
  const own = items.filter(({ price }) => price.currency === currency);
  return Boolean(tax?.enabled) && own.some(({ price }) => price.tax_behavior === 'unspecified');
}

/** Returns null when the portal can do the task for this subscription, if its configuration offers the task. */
export function findLimit(type: PortalFlowType, facts: TaskFacts): TaskRefusal | null {
  const limit = limits.find(([, refuses, applies]) => refuses.includes(type) && applies(facts));
  return limit?.[0] ?? null;
}

/** What decides which tasks the portal can do for a subscription, by Stripe's own names. */
export interface TaskFacts {
  readonly status: string;
  readonly currency: string;
  readonly cancel_at?: number | null;
  readonly cancel_at_period_end: boolean;
  readonly collection_method: string;
  readonly pause_collection?: object | null;
  readonly billing_mode?: { readonly type: string } | null;
  readonly automatic_tax?: { readonly enabled: boolean } | null;
  /** An id when it is not expanded. */
  readonly schedule?: string | TaskSchedule | null;
  readonly items: readonly TaskItem[];
  /** The payment method's type, such as `card`; null without one, or when its type is unknown. */
  readonly paymentMethod: string | null;
}

interface TaskSchedule {
  readonly end_behavior: string;
  readonly current_phase?: { readonly end_date: number } | null;
  readonly phases: readonly { readonly start_date: number }[];
}

interface TaskItem {
  readonly price: {
    readonly id: string;
    readonly currency: string;
    readonly tax_behavior?: string | null;
    readonly recurring?: { readonly usage_type: string } | null;
  };
}

/** The portal changes subscriptions again once the last phase of a schedule has begun. */
export function hasScheduledChange({ schedule }: Pick<TaskFacts, 'schedule'>): boolean {
  if (!schedule || typeof schedule === 'string') return Boolean(schedule);
  const { phases, current_phase: current, end_behavior } = schedule;
  const isLast = phases.every(({ start_date }) => start_date < (current?.end_date ?? 0));
  return !isLast || end_behavior === 'cancel';
}

export type PaymentMethod = string | Stripe.PaymentMethod | Stripe.CustomerSource | null | undefined;

/** Null for legacy cards and bank accounts too: they have no type, and the portal supports them. */
export function findMethodType(method: PaymentMethod): string | null {
  if (!method || typeof method === 'string') return null;
  return method.object === 'payment_method' || method.object === 'source' ? method.type : null;
}
