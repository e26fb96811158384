import { PortalFlowType } from './portal-flow.ts';
import { type TaskFacts, hasScheduledChange } from './task-facts.ts';

/** Why the portal would not open a task, with a sentence for it. The names are API: clients compare them. */
export const taskRefusals = {
  NOT_IN_POLICY: 'The portal does not offer this to you.',
  ENDED: 'This subscription has ended.',
  ALREADY_CANCELED: 'This subscription is set to end already.',
  SCHEDULED_CHANGE: 'A change of this subscription is scheduled; the portal changes nothing before it.',
  FIRST_PAYMENT_PENDING: 'The first payment of this subscription is pending.',
  PAYMENT_OVERDUE: 'A payment of this subscription is overdue; pay the open invoice first.',
  PAUSED: 'This subscription, or the collection of its payments, is paused.',
  SENT_INVOICE: 'This subscription is paid by invoices that are sent; the portal cannot change its plan.',
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

const { SUBSCRIPTION_CANCEL, SUBSCRIPTION_PAUSE, SUBSCRIPTION_UPDATE, SUBSCRIPTION_UPDATE_CONFIRM } =
  PortalFlowType;
const changes = [SUBSCRIPTION_UPDATE, SUBSCRIPTION_UPDATE_CONFIRM];
const cancel = [SUBSCRIPTION_CANCEL];
const pause = [SUBSCRIPTION_PAUSE];
const all = [...cancel, ...changes, ...pause];

/** https://docs.stripe.com/customer-management#supported-payment-methods */
const supportedPaymentMethods = new Set([
  'acss_debit',
  'amazon_pay',
  'au_becs_debit',
  'bacs_debit',
  'boleto',
  'card',
  'cashapp',
  'link',
  'paypal',
  'sepa_debit',
  'us_bank_account',
]);

const ended = new Set(['canceled', 'incomplete_expired']);
const running = new Set(['active', 'trialing', 'past_due', 'unpaid', 'incomplete', 'paused']);

interface Limit {
  readonly reason: TaskRefusal;
  readonly refuses: readonly PortalFlowType[];
  readonly applies: (facts: TaskFacts) => boolean;
}

/**
 * What the portal refuses whatever its configuration says. The first limit that applies is the reason.
 * https://docs.stripe.com/customer-management#customer-portal-limitations
 * https://docs.stripe.com/billing/subscriptions/pause#limitations
 */
const limits: readonly Limit[] = [
  { reason: 'ENDED', refuses: all, applies: ({ status }) => ended.has(status) },
  { reason: 'NOT_KNOWN', refuses: all, applies: ({ status }) => !running.has(status) },
  {
    reason: 'ALREADY_CANCELED',
    refuses: all,
    applies: ({ cancel_at: at, cancel_at_period_end: atPeriodEnd }) => Boolean(at) || atPeriodEnd,
  },
  { reason: 'SCHEDULED_CHANGE', refuses: [...cancel, ...changes], applies: hasScheduledChange },
  { reason: 'SCHEDULED_CHANGE', refuses: pause, applies: ({ schedule }) => Boolean(schedule) },
  {
    reason: 'FIRST_PAYMENT_PENDING',
    refuses: [...changes, ...pause],
    applies: ({ status }) => status === 'incomplete',
  },
  { reason: 'PAUSED', refuses: [...changes, ...pause], applies: ({ status }) => status === 'paused' },
  { reason: 'PAUSED', refuses: pause, applies: ({ pause_collection: collection }) => Boolean(collection) },
  {
    reason: 'PAYMENT_OVERDUE',
    refuses: [...changes, ...pause],
    applies: ({ status }) => status === 'unpaid',
  },
  { reason: 'PAYMENT_OVERDUE', refuses: pause, applies: ({ status }) => status === 'past_due' },
  {
    reason: 'SENT_INVOICE',
    refuses: changes,
    applies: ({ collection_method: method }) => method === 'send_invoice',
  },
  { reason: 'SEVERAL_PRODUCTS', refuses: changes, applies: ({ items }) => items.length > 1 },
  { reason: 'NOT_KNOWN', refuses: changes, applies: ({ items }) => items.length === 0 },
  {
    reason: 'USAGE_BASED',
    refuses: changes,
    applies: ({ items }) => items.some(({ price }) => price.recurring?.usage_type === 'metered'),
  },
  {
    reason: 'PAYMENT_METHOD',
    refuses: changes,
    applies: ({ paymentMethod }) => paymentMethod !== null && !supportedPaymentMethods.has(paymentMethod),
  },
  {
    reason: 'TAX_BEHAVIOR',
    refuses: changes,
    applies: ({ automatic_tax: tax, items }) =>
      tax?.enabled === true && items.some(({ price }) => price.tax_behavior === 'unspecified'),
  },
  { reason: 'BILLING_MODE', refuses: pause, applies: ({ billing_mode: mode }) => mode?.type === 'classic' },
];

/** Returns null when the portal can do the task for this subscription, if its configuration offers the task. */
export function findLimit(type: PortalFlowType, facts: TaskFacts): TaskRefusal | null {
  return limits.find(({ refuses, applies }) => refuses.includes(type) && applies(facts))?.reason ?? null;
}
