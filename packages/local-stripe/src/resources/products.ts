import { createId } from '../ids.ts';
import { paginate, paginationParameters } from '../pagination.ts';
import { array, boolean, emptyable, metadata, object, required, string, url } from '../parameters.ts';
import type { Decoded } from '../parameters.ts';
import { createRoute } from '../route.ts';
import type { ApiRoute } from '../route.ts';
import { isWithin, mergeMetadata, timeRange } from '../shared-parameters.ts';
import { StripeApiError, invalidRequest } from '../stripe-api-error.ts';
import type { Store } from '../store.ts';
import type { ProductObject } from '../stripe-objects.ts';
import { createBlankProduct } from './blank-product.ts';
import { createPrice, defaultPriceParameters } from './prices.ts';

const commonParameters = {
  active: boolean(),
  description: emptyable(string()),
  images: emptyable(array(url())),
  marketing_features: emptyable(array(object({ name: required(string({ maxLength: 80 })) }))),
  metadata: metadata(),
  statement_descriptor: string({ maxLength: 22 }),
  unit_label: emptyable(string({ maxLength: 12 })),
  url: emptyable(url()),
};

export function createProductRoutes(store: Store): ApiRoute[] {
  return [
    createRoute({
      method: 'POST',
      path: '/v1/products',
      parameters: {
        ...commonParameters,
        id: string(),
        name: required(string()),
        default_price_data: object(defaultPriceParameters),
      },
      handle: ({ values }) => {
        const { default_price_data: price, id = createId('prod', 14), ...rest } = values;
        if (store.find('product', id)) {
          throw new StripeApiError(`Product already exists.`, {
            code: 'resource_already_exists',
            param: 'id',
          });
        }
        const product = store.commit('product.created', withChanges(createBlankProduct(store, id), rest));
        if (!price) return product;
        const defaultPrice = createPrice(store, { ...price, product: id });
        return store.commit('product.updated', { ...product, default_price: defaultPrice.id });
      },
    }),
    createRoute({
      method: 'GET',
      path: '/v1/products',
      parameters: { ...paginationParameters, active: boolean(), created: timeRange, ids: array(string()) },
      handle: ({ values }) => {
        const found = store
          .all('product')
          .filter((each) => isWithin(each.created, values.created))
          .filter((each) => values.active === undefined || each.active === values.active)
          .filter((each) => values.ids === undefined || values.ids.includes(each.id));
        return paginate(found, values, '/v1/products');
      },
    }),
    createRoute({
      method: 'GET',
      path: '/v1/products/:id',
      parameters: {},
      handle: ({ id }) => store.findDeleted('product', id) ?? store.get('product', id),
    }),
    createRoute({
      method: 'POST',
      path: '/v1/products/:id',
      parameters: { ...commonParameters, name: string(), default_price: string() },
      handle: ({ id, values }) => {
        const product = store.get('product', id);
        if (values.default_price) store.refer('price', values.default_price, 'default_price');
        return store.commit('product.updated', { ...withChanges(product, values), updated: store.now() });
      },
    }),
    createRoute({
      method: 'DELETE',
      path: '/v1/products/:id',
      parameters: {},
      handle: ({ id }) => {
        const product = store.get('product', id);
        if (store.all('price').some((price) => price.product === id)) {
          throw invalidRequest(
            'This product cannot be deleted because it has one or more user-created prices.',
          );
        }
        return store.remove('product.deleted', product);
      },
    }),
  ];
}

type ProductChanges = Decoded<typeof commonParameters> & {
  readonly name?: string;
  readonly default_price?: string;
};

function withChanges(product: ProductObject, changes: ProductChanges): ProductObject {
  const { images, marketing_features: features, metadata: data, ...plain } = changes;
  return {
    ...product,
    ...plain,
    ...(images === undefined ? {} : { images: [...(images ?? [])] }),
    ...(features === undefined ? {} : { marketing_features: [...(features ?? [])] }),
    metadata: mergeMetadata(product.metadata, data),
  };
}
