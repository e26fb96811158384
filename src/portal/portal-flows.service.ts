import type Stripe from 'stripe';
import { type CustomerSubscriptions, isCurrent } from '../customers/customer-subscriptions.ts';
import { BadUserInputError } from '../shared/errors.ts';
import type { FeatureName } from '../configurations/configuration-features.schema.ts';
import type { Policy } from '../policies/policy-set.ts';
import { countCharacters } from '../shared/texts.ts';
import { type OfferedFeatures, requireOfferedChange } from './offered-features.ts';
import { FlowCompletionType, type PortalFlow, PortalFlowType } from './portal-flow.ts';
import { FlowNotAllowedError } from './portal.errors.ts';
import type { ReturnUrls } from '../return-urls/return-urls.ts';

type FlowData = Stripe.BillingPortal.SessionCreateParams.FlowData;

/** What a flow is checked against, and the policy, which may add parameters to it. */
interface FlowContext {
  readonly stripeCustomerId: string;
  readonly features: OfferedFeatures;
  readonly policy: Policy | null;
}

const featureByFlow: Readonly<Record<PortalFlowType, FeatureName>> = {
  [PortalFlowType.PAYMENT_METHOD_UPDATE]: 'payment_method_update',
  [PortalFlowType.SUBSCRIPTION_CANCEL]: 'subscription_cancel',
  [PortalFlowType.SUBSCRIPTION_UPDATE]: 'subscription_update',
  [PortalFlowType.SUBSCRIPTION_UPDATE_CONFIRM]: 'subscription_update',
  [PortalFlowType.SUBSCRIPTION_PAUSE]: 'subscription_pause',
  [PortalFlowType.CUSTOMER_UPDATE]: 'customer_update',
};

/** Stripe's limit. */
const maxMessage = 500;

const withoutSubscription = new Set([PortalFlowType.PAYMENT_METHOD_UPDATE, PortalFlowType.CUSTOMER_UPDATE]);

/** Converts the deep links that clients ask for to Stripe's, within what the policy offers. */
export class PortalFlows {
  constructor(
    private readonly returnUrls: ReturnUrls,
    private readonly subscriptions: CustomerSubscriptions,
  ) {}

  /**
   * Checks everything that needs only the input, before Stripe is called.
   * @throws BadUserInputError, ReturnUrlNotAllowedError
   */
  check(flow: PortalFlow): void {
    const confirms = flow.type === PortalFlowType.SUBSCRIPTION_UPDATE_CONFIRM;
    if (!confirms && ((flow.priceId ?? null) !== null || (flow.quantity ?? null) !== null)) {
      throw new BadUserInputError('priceId and quantity go with the flow SUBSCRIPTION_UPDATE_CONFIRM only.');
    }
    if (confirms && !flow.priceId && (flow.quantity ?? null) === null) {
      throw new BadUserInputError('SUBSCRIPTION_UPDATE_CONFIRM needs a priceId, a quantity or both.');
    }
    if ((flow.quantity ?? 1) < 1) throw new BadUserInputError('The quantity is at least 1.');
    if (withoutSubscription.has(flow.type) && flow.subscriptionId) {
      throw new BadUserInputError('subscriptionId goes with the flows on subscriptions only.');
    }
    this.compileCompletion(flow.afterCompletion ?? null);
  }

  /** @throws FlowNotAllowedError, BadUserInputError, ReturnUrlNotAllowedError, and the errors of Stripe */
  async compile(flow: PortalFlow, context: FlowContext): Promise<FlowData> {
    if (context.features[featureByFlow[flow.type]]?.enabled !== true) {
      throw new FlowNotAllowedError('The portal does not offer this to you.');
    }
    const completion = this.compileCompletion(flow.afterCompletion ?? null);
    const base = { type: flow.type, ...(completion === null ? {} : { after_completion: completion }) };
    if (withoutSubscription.has(flow.type)) return base;
    const subscription = await this.getOwnSubscription(context.stripeCustomerId, flow.subscriptionId ?? null);
    return { ...base, ...compileTask(flow, subscription, context) };
  }

  private compileCompletion(completion: PortalFlow['afterCompletion']): FlowData['after_completion'] | null {
    if (!completion) return null;
    const { type, returnUrl, message } = completion;
    if (returnUrl && type !== FlowCompletionType.REDIRECT) {
      throw new BadUserInputError('afterCompletion.returnUrl goes with REDIRECT only.');
    }
    if (message && type !== FlowCompletionType.HOSTED_CONFIRMATION) {
      throw new BadUserInputError('afterCompletion.message goes with HOSTED_CONFIRMATION only.');
    }
    if (type === FlowCompletionType.REDIRECT) {
      if (!returnUrl) throw new BadUserInputError('afterCompletion.returnUrl is required with REDIRECT.');
      return { type, redirect: { return_url: this.returnUrls.getAllowed(returnUrl) } };
    }
    if (message && countCharacters(message) > maxMessage) {
      throw new BadUserInputError(`afterCompletion.message has at most ${maxMessage} characters.`);
    }
    return message ? { type, hosted_confirmation: { custom_message: message } } : { type };
  }

  /** Gives one answer for another customer's subscription and for a missing one, so that ids cannot be probed. */
  private async getOwnSubscription(
    stripeCustomerId: string,
    id: string | null,
  ): Promise<Stripe.Subscription> {
    const own = await this.subscriptions.list(stripeCustomerId);
    const [subscription, ...others] = own.filter((each) => (id === null ? isCurrent(each) : each.id === id));
    if (subscription === undefined) {
      throw new BadUserInputError(
        id === null ? 'You have no active subscription.' : 'You have no such subscription.',
      );
    }
    if (others.length > 0)
      throw new BadUserInputError('You have several subscriptions: name one by subscriptionId.');
    return subscription;
  }
}

function compileTask(
  flow: PortalFlow,
  subscription: Stripe.Subscription,
  context: FlowContext,
): Partial<FlowData> {
  const { flows } = context.policy ?? {};
  const { id } = subscription;
  switch (flow.type) {
    case PortalFlowType.SUBSCRIPTION_CANCEL:
      if (subscription.cancel_at !== null || subscription.cancel_at_period_end)
        throw new BadUserInputError('This subscription is set to end already.');
      return { subscription_cancel: { subscription: id, ...flows?.subscription_cancel } };
    case PortalFlowType.SUBSCRIPTION_UPDATE:
      return { subscription_update: { subscription: id } };
    case PortalFlowType.SUBSCRIPTION_PAUSE:
      return { subscription_pause: { subscription: id } };
    case PortalFlowType.SUBSCRIPTION_UPDATE_CONFIRM:
      return {
        subscription_update_confirm: {
          subscription: id,
          items: [compileItem(flow, subscription, context.features)],
          ...flows?.subscription_update_confirm,
        },
      };
    default:
      return {};
  }
}

function compileItem(
  flow: PortalFlow,
  { items }: Stripe.Subscription,
  features: OfferedFeatures,
): Stripe.BillingPortal.SessionCreateParams.FlowData.SubscriptionUpdateConfirm.Item {
  const [item, ...others] = items.data;
  if (item === undefined || others.length > 0) {
    throw new FlowNotAllowedError('The portal can only change subscriptions with a single item.');
  }
  const current = { priceId: item.price.id, quantity: item.quantity };
  const wanted = { priceId: flow.priceId ?? current.priceId, quantity: flow.quantity ?? current.quantity };
  if (wanted.priceId === current.priceId && wanted.quantity === current.quantity) {
    throw new BadUserInputError('The subscription has this price and quantity already.');
  }
  requireOfferedChange(features, current, wanted);
  return {
    id: item.id,
    price: wanted.priceId,
    ...(wanted.quantity === undefined ? {} : { quantity: wanted.quantity }),
  };
}
