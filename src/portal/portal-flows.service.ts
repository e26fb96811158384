import type Stripe from 'stripe';
import { isCurrent, isEnded } from '../customers/customer-subscriptions.ts';
import { findStripeCustomer } from '../customers/stripe-customer.ts';
import type { Policy } from '../policies/policy-set.ts';
import { BadUserInputError } from '../shared/errors.ts';
import { countCharacters } from '../shared/texts.ts';
import type { PortalParts } from './configuration-chooser.service.ts';
import { type PaymentMethod, type TaskFacts, findMethodType, planChanges } from './flow-limits.ts';
import { type OfferedFeatures, findRefusal, requireOfferedChange } from './offered-features.ts';
import { type PortalFlow, type PortalFlowType, customerTasks } from './portal-flow.types.ts';
import { createRefusal } from './portal.errors.ts';

type FlowData = Stripe.BillingPortal.SessionCreateParams.FlowData;

/** What a flow is checked against, and the policy, which may add parameters to it. */
interface FlowContext {
  readonly stripeCustomerId: string;
  readonly features: OfferedFeatures;
  readonly policy: Policy | null;
}

const maxMessage = 500;
const expandLimits = ['default_payment_method', 'default_source', 'schedule'];

/** Converts the deep links that clients ask for to Stripe's, within what the policy offers. */
export class PortalFlows {
  constructor(private readonly parts: PortalParts) {}

  /** Checks what needs only the input. @throws BadUserInputError, ReturnUrlNotAllowedError */
  check(flow: PortalFlow): void {
    const { type, subscriptionId, priceId, quantity = null } = flow;
    const confirms = type === 'subscription_update_confirm';
    if (!confirms && (priceId ?? quantity) !== null)
      throw new BadUserInputError('priceId and quantity go with the flow SUBSCRIPTION_UPDATE_CONFIRM only.');
    if (confirms && !priceId && quantity === null)
      throw new BadUserInputError('SUBSCRIPTION_UPDATE_CONFIRM needs a priceId, a quantity or both.');
    if (quantity !== null && quantity < 1) throw new BadUserInputError('The quantity is at least 1.');
    if (customerTasks.includes(type) && subscriptionId)
      throw new BadUserInputError('subscriptionId goes with the flows on subscriptions only.');
    this.compileCompletion(flow);
  }

  /** @throws FlowNotAllowedError, BadUserInputError, ReturnUrlNotAllowedError, and the errors of Stripe */
  async compile(flow: PortalFlow, context: FlowContext): Promise<FlowData> {
    const { type, subscriptionId = null } = flow;
    const { stripeCustomerId, features, policy } = context;
    requireTask(type, features, null);
    const base = { type, ...this.compileCompletion(flow) };
    if (customerTasks.includes(type)) return base;
    const subscription = await this.getOwnSubscription(stripeCustomerId, subscriptionId);
    const paymentMethod = findMethodType(await this.findMethod(flow, subscription, context));
    const facts = { ...subscription, items: subscription.items.data, paymentMethod };
    requireTask(type, features, facts);
    const confirms = type === 'subscription_update_confirm';
    const items = confirms ? [compileItem(flow, subscription, features)] : undefined;
    // Stripe names a task's parameters after the task, and a policy's additions as well.
    const additions: Partial<Record<PortalFlowType, object>> = policy?.flows ?? {};
    return { ...base, [type]: { subscription: subscription.id, items, ...additions[type] } };
  }

  private compileCompletion({ afterCompletion }: PortalFlow): Pick<FlowData, 'after_completion'> {
    if (!afterCompletion) return {};
    const { type, returnUrl, message } = afterCompletion;
    if (returnUrl && type !== 'redirect')
      throw new BadUserInputError('afterCompletion.returnUrl goes with REDIRECT only.');
    if (message && type !== 'hosted_confirmation')
      throw new BadUserInputError('afterCompletion.message goes with HOSTED_CONFIRMATION only.');
    if (type === 'redirect') {
      if (!returnUrl) throw new BadUserInputError('afterCompletion.returnUrl is required with REDIRECT.');
      return {
        after_completion: { type, redirect: { return_url: this.parts.returnUrls.getAllowed(returnUrl) } },
      };
    }
    if (!message) return { after_completion: { type } };
    if (countCharacters(message) > maxMessage)
      throw new BadUserInputError(`afterCompletion.message has at most ${maxMessage} characters.`);
    return { after_completion: { type, hosted_confirmation: { custom_message: message } } };
  }

  private async getOwnSubscription(
    stripeCustomerId: string,
    id: string | null,
  ): Promise<Stripe.Subscription> {
    const expand = expandLimits.map((member) => `data.${member}`);
    const { subscriptions } = this.parts.customers;
    if (id !== null) return subscriptions.get(stripeCustomerId, id, expand);
    const own = await subscriptions.list(stripeCustomerId, expand);
    const current = own.filter(isCurrent);
    const [subscription, ...others] = current.length > 0 ? current : own.filter((one) => !isEnded(one));
    if (subscription === undefined) throw new BadUserInputError('You have no active subscription.');
    if (others.length > 0)
      throw new BadUserInputError('You have several subscriptions: name one by subscriptionId.');
    return subscription;
  }

  /** Without a method of its own, a subscription is charged to the customer's: only changes of plan depend on which it is. */
  private async findMethod(
    { type }: PortalFlow,
    { default_payment_method, default_source }: Stripe.Subscription,
    { stripeCustomerId }: FlowContext,
  ): Promise<PaymentMethod> {
    const own = default_payment_method ?? default_source;
    if (own || !planChanges.includes(type)) return own;
    const expand = ['invoice_settings.default_payment_method', 'default_source'];
    const customer = await findStripeCustomer(this.parts.stripe, stripeCustomerId, { expand });
    return customer && (customer.invoice_settings.default_payment_method ?? customer.default_source);
  }
}

function requireTask(type: PortalFlowType, features: OfferedFeatures, facts: TaskFacts | null): void {
  const reason = findRefusal(type, features, facts);
  if (reason !== null) throw createRefusal(reason);
}

function compileItem(flow: PortalFlow, { items }: Stripe.Subscription, features: OfferedFeatures) {
  const [item] = items.data;
  if (item === undefined) throw createRefusal('NOT_KNOWN');
  const current = { priceId: item.price.id, quantity: item.quantity };
  const wanted = { priceId: flow.priceId ?? current.priceId, quantity: flow.quantity ?? current.quantity };
  if (wanted.priceId === current.priceId && wanted.quantity === current.quantity)
    throw new BadUserInputError('The subscription has this price and quantity already.');
  requireOfferedChange(features, current, wanted);
  return { id: item.id, price: wanted.priceId, quantity: wanted.quantity };
}
