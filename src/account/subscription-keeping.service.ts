import type { AuditTrail } from '../audit/audit-trail.service.ts';
import { CustomerNotFoundError, NoSuchSubscriptionError } from '../customers/customer.errors.ts';
import { type RequestContext, getCaller } from '../graphql/context.ts';
import { type TaskRefusal, hasScheduledChange, running } from '../portal/flow-limits.ts';
import { offersTask } from '../portal/offered-features.ts';
import { FlowNotAllowedError, createRefusal } from '../portal/portal.errors.ts';
import type { StripeClient } from '../stripe/stripe-client.ts';
import { StripeRequestRefusedError } from '../stripe/stripe.errors.ts';
import type { BillingCustomers } from './billing-customers.service.ts';
import type { ChargedItemFacts, SubscriptionFacts } from './customer-facts.ts';
import { toTotal } from './price.mapper.ts';
import type { BillingSubscription } from './subscription.types.ts';

/** What waits for the end of a subscription's period, and how Stripe takes it back. */
type Keepable =
  | { readonly kind: 'cancellation'; readonly revert: { cancel_at: '' } | { cancel_at_period_end: false } }
  | { readonly kind: 'change'; readonly scheduleId: string };

/** Reverts what customers have scheduled for the end of a period. No deep link does it, and no money moves. */
export class SubscriptionKeeping {
  constructor(
    private readonly customers: BillingCustomers,
    private readonly stripe: StripeClient,
    private readonly audit: AuditTrail,
  ) {}

  /** @throws CustomerNotFoundError, BadUserInputError, FlowNotAllowedError, PortalNotConfiguredError */
  async keep(context: RequestContext, id: string): Promise<BillingSubscription> {
    const subscription = await this.findOwn(context, id);
    const keepable = await findKeepable(subscription);
    if (typeof keepable === 'string') throw createRefusal(keepable);
    const actor = getCaller(context);
    const intent = {
      actor,
      action: 'keep_subscription',
      userId: actor.userId,
      target: subscription.facts.customer,
      details: { subscriptionId: id, reverts: keepable.kind },
    } as const;
    await this.audit.record(intent, () => this.revert(context, id, keepable));
    return this.findOwn(context, id);
  }

  private async findOwn(context: RequestContext, id: string): Promise<BillingSubscription> {
    const customer = await this.customers.find(context, 'alone');
    if (customer === null) throw new CustomerNotFoundError();
    const subscription = customer.subscriptions.find((own) => own.id === id);
    if (subscription === undefined) throw new NoSuchSubscriptionError();
    return subscription;
  }

  private async revert(context: RequestContext, id: string, keepable: Keepable): Promise<void> {
    try {
      await this.stripe.write<unknown>((sdk, options) =>
        keepable.kind === 'change'
          ? sdk.subscriptionSchedules.release(keepable.scheduleId, {}, options)
          : sdk.subscriptions.update(id, { ...keepable.revert, proration_behavior: 'none' }, options),
      );
    } catch (error) {
      if (!(error instanceof StripeRequestRefusedError)) throw error;
      // Stripe also refuses what another request has just reverted.
      const now = await findKeepable(await this.findOwn(context, id));
      if (now !== 'NOTHING_SCHEDULED')
        throw new FlowNotAllowedError('NOT_KNOWN', 'Stripe cannot revert this now.', error);
    }
  }
}

type Schedule = NonNullable<SubscriptionFacts['schedule']>;

/** Decides what may be reverted: what customers themselves can have scheduled in the portal. Otherwise returns the reason. */
export async function findKeepable({ facts, access }: BillingSubscription): Promise<Keepable | TaskRefusal> {
  const offered = await access.getOffered();
  if (!offersTask('subscription_cancel', offered, null)) return 'NOT_IN_POLICY';
  if (facts.status === 'incomplete') return 'FIRST_PAYMENT_PENDING';
  if (!running.has(facts.status)) return 'NOT_KNOWN';
  const isCanceled = facts.cancel_at !== null || facts.cancel_at_period_end;
  const { schedule } = facts;
  if (schedule !== null && (isCanceled || hasScheduledChange(facts))) {
    const isOwn = !isCanceled && isPlainDowngrade(facts, schedule);
    return isOwn ? { kind: 'change', scheduleId: schedule.id } : 'SCHEDULED_CHANGE';
  }
  if (!isCanceled) return 'NOTHING_SCHEDULED';
  if (!endsWithPeriod(facts)) return 'END_IS_FIXED';
  return {
    kind: 'cancellation',
    revert: facts.cancel_at_period_end ? { cancel_at_period_end: false } : { cancel_at: '' },
  };
}

/** Another date is the merchant's, and so is the end after a dispute or a failed payment. */
function endsWithPeriod(facts: SubscriptionFacts): boolean {
  const { cancel_at, cancel_at_period_end, cancellation_details: details, items } = facts;
  const isRequested = (details?.reason ?? 'cancellation_requested') === 'cancellation_requested';
  return isRequested && (cancel_at_period_end || items.some((item) => item.current_period_end === cancel_at));
}

/** Merchants schedule other things, such as higher prices and fees: the customer cannot take those back. */
function isPlainDowngrade({ items: [item, ...others] }: SubscriptionFacts, schedule: Schedule): boolean {
  const { status, end_behavior, current_phase: current, phases, pause_schedules: pauses } = schedule;
  if (status !== 'active' || end_behavior !== 'release' || (pauses ?? []).length > 0) return false;
  const end = current?.end_date ?? 0;
  const before = phases.find(({ end_date }) => end_date === end);
  const [next, ...later] = phases.filter(({ start_date }) => start_date >= end);
  if (item === undefined || before === undefined || next === undefined) return false;
  const [change, ...more] = next.items;
  if (change === undefined || others.length + later.length + more.length > 0) return false;
  return (
    end === item.current_period_end &&
    next.trial_end === null &&
    before.terms === next.terms &&
    isDowngrade(item, change)
  );
}

const days: Readonly<Record<string, number>> = { day: 1, week: 7, month: 30, year: 365 };

/** The conditions under which the portal schedules a change: a shorter interval, or a lower amount. */
function isDowngrade(item: ChargedItemFacts, change: ChargedItemFacts): boolean {
  const [before, after] = [getLength(item), getLength(change)];
  if (before !== after) return after < before;
  const [paid, due] = [toTotal([item]), toTotal([change])];
  return paid !== null && due !== null && due.amount < paid.amount;
}

function getLength({ price: { recurring } }: ChargedItemFacts): number {
  return (days[recurring?.interval ?? ''] ?? 0) * (recurring?.interval_count ?? 0);
}
