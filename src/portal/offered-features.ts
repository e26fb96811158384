import type { FeatureName } from '../configurations/configuration-features.schema.ts';
import { FlowNotAllowedError } from './portal.errors.ts';

interface OfferedProduct {
  readonly prices: readonly string[];
  readonly adjustable_quantity?: {
    readonly enabled: boolean;
    readonly minimum?: number;
    readonly maximum?: number | null;
  };
}

/** What a configuration lets customers do: a policy's content and Stripe's own configurations both have this form. */
export type OfferedFeatures = Readonly<Partial<Record<FeatureName, { readonly enabled?: boolean }>>> & {
  readonly subscription_update?: {
    readonly enabled?: boolean;
    readonly default_allowed_updates?: readonly string[] | '' | null;
    readonly products?: readonly OfferedProduct[] | '' | null;
  };
};

/** The price and quantity of a subscription, now or after the change that a deep link proposes. */
interface Plan {
  readonly priceId: string;
  /** Usage-based prices have none. */
  readonly quantity: number | undefined;
}

/**
 * Checks that customers could choose this change of plan themselves.
 * @throws FlowNotAllowedError
 */
export function requireOfferedChange(features: OfferedFeatures, current: Plan, wanted: Plan): void {
  const { products, default_allowed_updates: updates } = features.subscription_update ?? {};
  const product = (Array.isArray(products) ? (products as readonly OfferedProduct[]) : []).find(
    ({ prices }) => prices.includes(wanted.priceId),
  );
  if (product === undefined)
    throw new FlowNotAllowedError('The portal does not offer a change to this price.');
  if (wanted.priceId !== current.priceId && !updates?.includes('price')) {
    throw new FlowNotAllowedError('The portal does not offer a change of price.');
  }
  if (wanted.quantity === current.quantity || wanted.quantity === undefined) return;
  const { enabled = false, minimum = 1, maximum } = product.adjustable_quantity ?? {};
  const inRange = wanted.quantity >= minimum && wanted.quantity <= (maximum ?? Infinity);
  if (!updates?.includes('quantity') || !enabled || !inRange) {
    throw new FlowNotAllowedError('The portal does not offer this quantity.');
  }
}
