import type { Store } from '../store.ts';
import type { ProductObject } from '../stripe-objects.ts';

/** A product with only the required values. */
export function createBlankProduct(store: Store, id: string): ProductObject {
  return {
    id,
    object: 'product',
    active: true,
    created: store.now(),
    default_price: null,
    description: null,
    images: [],
    livemode: false,
    marketing_features: [],
    metadata: {},
    name: '',
    package_dimensions: null,
    shippable: null,
    statement_descriptor: null,
    tax_code: null,
    tax_details: null,
    type: 'service',
    unit_label: null,
    updated: store.now(),
    url: null,
  };
}
