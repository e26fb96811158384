import type { Configuration, ConfigurationContent } from '../configurations/managed-configuration.ts';
import { type TaskFacts, type TaskRefusal, findLimit } from './flow-limits.ts';
import type { PortalFlowType } from './portal-flow.types.ts';
import { FlowNotAllowedError } from './portal.errors.ts';

/** What a configuration lets customers do: as Stripe has it, or as a policy asks for it. */
export type OfferedFeatures = Configuration['features'] | ConfigurationContent['features'];

/** Whether customers find the task in the portal. @param priceId the subscription's; null when it does not matter */
export function offersTask(type: PortalFlowType, features: OfferedFeatures, priceId: string | null): boolean {
  const feature = type === 'subscription_update_confirm' ? 'subscription_update' : type;
  if (features[feature]?.enabled !== true) return false;
  switch (type) {
    case 'customer_update':
      return (features.customer_update?.allowed_updates ?? '').length > 0;
    case 'subscription_update':
      return offersChange(features, priceId) || offersUpdate(features, 'promotion_code');
    case 'subscription_update_confirm':
      return offersChange(features, priceId);
    default:
      return true;
  }
}

/** Whether there is another price, or another quantity, to choose. */
function offersChange(features: OfferedFeatures, priceId: string | null): boolean {
  const others = listProducts(features).some(({ prices }) => prices.some((id) => id !== priceId));
  if (others && offersUpdate(features, 'price')) return true;
  const product = listProducts(features).find(({ prices }) => priceId === null || prices.includes(priceId));
  return product?.adjustable_quantity?.enabled === true && offersUpdate(features, 'quantity');
}

function offersUpdate({ subscription_update: update }: OfferedFeatures, name: string): boolean {
  return update?.default_allowed_updates?.includes(name) ?? false;
}

function listProducts({ subscription_update: update }: OfferedFeatures) {
  const products = update?.products ?? '';
  return products === '' ? [] : products;
}

/** The price and quantity of a subscription, now or after the change that a deep link proposes. */
interface Plan {
  readonly priceId: string;
  /** Usage-based prices have none. */
  readonly quantity: number | undefined;
}

/** Checks that customers could choose this change of plan themselves. @throws FlowNotAllowedError */
export function requireOfferedChange(features: OfferedFeatures, current: Plan, wanted: Plan): void {
  const product = listProducts(features).find(({ prices }) => prices.includes(wanted.priceId));
  if (product === undefined) throw refuse('a change to this price');
  if (wanted.priceId !== current.priceId && !offersUpdate(features, 'price'))
    throw refuse('a change of price');
  const { quantity } = wanted;
  if (quantity === undefined) return;
  const { enabled = false, minimum = 1, maximum } = product.adjustable_quantity ?? {};
  const isOffered =
    enabled && offersUpdate(features, 'quantity')
      ? quantity >= minimum && quantity <= (maximum ?? Infinity)
      : quantity === current.quantity;
  if (!isOffered) throw refuse('this quantity');
}

function refuse(what: string): FlowNotAllowedError {
  return new FlowNotAllowedError('NOT_IN_POLICY', `The portal does not offer ${what}.`);
}

/** Why the portal would not open the task now; null when it would. @param facts null for a task of the customer's */
export function findRefusal(
  type: PortalFlowType,
  features: OfferedFeatures,
  facts: TaskFacts | null,
): TaskRefusal | null {
  if (!offersTask(type, features, facts?.items[0]?.price.id ?? null)) return 'NOT_IN_POLICY';
  return facts === null ? null : findLimit(type, facts);
}
