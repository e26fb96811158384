import type Stripe from 'stripe';

/** What decides which tasks the portal can do for a subscription, by Stripe's own names. */
export interface TaskFacts {
  readonly status: string;
  readonly cancel_at?: number | null;
  readonly cancel_at_period_end: boolean;
  readonly collection_method: string;
  readonly pause_collection?: object | null;
  readonly billing_mode?: { readonly type: string } | null;
  readonly automatic_tax?: { readonly enabled: boolean } | null;
  /** An id when it is not expanded. */
  readonly schedule?: string | ScheduleFacts | null;
  readonly items: readonly { readonly price: PriceFacts }[];
  /** The type of what is charged, such as `card`; null when there is none, or its type is not known. */
  readonly paymentMethod: string | null;
}

interface ScheduleFacts {
  readonly end_behavior: string;
  readonly current_phase?: { readonly end_date: number } | null;
  readonly phases: readonly { readonly start_date: number }[];
}

interface PriceFacts {
  readonly id: string;
  readonly tax_behavior?: string | null;
  readonly recurring?: { readonly usage_type: string } | null;
}

/** The portal changes subscriptions again once the last phase of a schedule has begun. */
export function hasScheduledChange({ schedule }: Pick<TaskFacts, 'schedule'>): boolean {
  if (!schedule || typeof schedule === 'string') return Boolean(schedule);
  const { phases, current_phase: current, end_behavior } = schedule;
  const isLast = phases.every(({ start_date }) => start_date < (current?.end_date ?? 0));
  return !isLast || end_behavior === 'cancel';
}

type Method = string | Stripe.PaymentMethod | Stripe.CustomerSource | null | undefined;

/** What a subscription itself is charged to; null when the customer's default is charged. */
export function findOwnMethod({ default_payment_method, default_source }: Stripe.Subscription): Method {
  return default_payment_method ?? default_source;
}

export function findDefaultMethod({ invoice_settings, default_source }: Stripe.Customer): Method {
  return invoice_settings.default_payment_method ?? default_source;
}

/** The id says the type of legacy cards and bank accounts. */
export function findMethodType(method: Method): string | null {
  if (!method) return null;
  if (typeof method !== 'string' && (method.object === 'payment_method' || method.object === 'source'))
    return method.type;
  const id = typeof method === 'string' ? method : method.id;
  if (id.startsWith('card_')) return 'card';
  return id.startsWith('ba_') ? 'us_bank_account' : null;
}
