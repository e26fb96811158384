import { AuditAction } from '../audit/audit-log.ts';
import type { AuditTrail } from '../audit/audit-trail.service.ts';
import { CustomerNotFoundError, NoSuchSubscriptionError } from '../customers/customer.errors.ts';
import { type RequestContext, getCaller } from '../graphql/context.ts';
import type { ConfigurationChooser } from '../portal/configuration-chooser.service.ts';
import { FlowNotAllowedError, createRefusal } from '../portal/portal.errors.ts';
import type { StripeClient } from '../stripe/stripe-client.ts';
import { StripeRequestRefusedError } from '../stripe/stripe.errors.ts';
import type { BillingCustomers } from './billing-customers.service.ts';
import { type Keepable, findKeepable } from './keepable.ts';
import { createRequestAccess } from './request-access.ts';
import type { BillingSubscription } from './subscription.types.ts';

type Kept = Exclude<Keepable, { readonly kind: 'refused' }>;

export interface SubscriptionKeepingParts {
  readonly customers: BillingCustomers;
  readonly chooser: Pick<ConfigurationChooser, 'getOffered'>;
  readonly stripe: StripeClient;
  readonly audit: AuditTrail;
}

/** Reverts what customers have scheduled for the end of a period. No deep link does it, and no money moves. */
export class SubscriptionKeeping {
  constructor(private readonly parts: SubscriptionKeepingParts) {}

  /**
   * @throws CustomerNotFoundError, BadUserInputError, FlowNotAllowedError, PortalNotConfiguredError, and the errors of
   *   Stripe and the store
   */
  async keep(context: RequestContext, id: string): Promise<BillingSubscription> {
    const { customerId, subscription } = await this.findOwn(context, id);
    const keepable = findKeepable(subscription.facts, await subscription.access.getOffered());
    if (keepable.kind === 'refused') throw createRefusal(keepable.reason);
    const actor = getCaller(context);
    const intent = {
      actor,
      action: AuditAction.KEEP_SUBSCRIPTION,
      userId: actor.userId,
      target: customerId,
      details: { subscriptionId: id, reverts: keepable.kind },
    };
    await this.parts.audit.record(intent, () => this.revert(context, id, keepable));
    return (await this.findOwn(context, id)).subscription;
  }

  private async findOwn(
    context: RequestContext,
    id: string,
  ): Promise<{ readonly customerId: string; readonly subscription: BillingSubscription }> {
    const { requestId } = context;
    const access = createRequestAccess(context, this.parts.chooser);
    const customer = await this.parts.customers.find(
      getCaller(context),
      { fresh: 'alone', requestId },
      access,
    );
    if (customer === null) throw new CustomerNotFoundError();
    const subscription = customer.subscriptions.find((own) => own.id === id);
    if (subscription === undefined) throw new NoSuchSubscriptionError();
    return { customerId: customer.id, subscription };
  }

  private async revert(context: RequestContext, id: string, keepable: Kept): Promise<void> {
    try {
      await this.write(id, keepable);
    } catch (error) {
      if (!(error instanceof StripeRequestRefusedError)) throw error;
      await this.requireReverted(context, id, error);
    }
  }

  private write(id: string, keepable: Kept): Promise<unknown> {
    return this.parts.stripe.write<unknown>((sdk, options) =>
      keepable.kind === 'change'
        ? sdk.subscriptionSchedules.release(keepable.scheduleId, {}, options)
        : sdk.subscriptions.update(id, { ...keepable.revert, proration_behavior: 'none' }, options),
    );
  }

  /** Stripe refuses what another request has just reverted. */
  private async requireReverted(context: RequestContext, id: string, refusal: Error): Promise<void> {
    const { subscription } = await this.findOwn(context, id);
    const now = findKeepable(subscription.facts, await subscription.access.getOffered());
    if (now.kind !== 'refused' || now.reason !== 'NOTHING_SCHEDULED')
      throw new FlowNotAllowedError('NOT_KNOWN', 'Stripe cannot revert this now.', refusal);
  }
}
