import { createId } from '../ids.ts';
import { paginate, paginationParameters } from '../pagination.ts';
import { required, string } from '../parameters.ts';
import { createRoute } from '../route.ts';
import type { ApiRoute } from '../route.ts';
import { resourceMissing } from '../stripe-api-error.ts';
import type { Store } from '../store.ts';
import type { CardSourceObject, CustomerObject, PaymentMethodObject } from '../stripe-objects.ts';
import { buildMethod } from './payment-methods.ts';
import { brandNames, cardMembers, findTestCard } from './test-cards.ts';

/** Sources are Stripe's older payment methods. Customers of old integrations still pay with them. */
export function createSourceRoutes(store: Store): ApiRoute[] {
  const find = (customer: string, id: string): CardSourceObject => {
    const source = store.get('card', id);
    if (source.customer !== customer) throw resourceMissing('source', id, 'id', 404);
    return source;
  };
  return [
    createRoute({
      method: 'POST',
      path: '/v1/customers/:id/sources',
      parameters: { source: required(string()) },
      handle: ({ id, values }) => createSource(store, store.get('customer', id), values.source),
    }),
    createRoute({
      method: 'GET',
      path: '/v1/customers/:id/sources',
      parameters: paginationParameters,
      handle: ({ id, values }) => {
        const found = store.all('card').filter((each) => each.customer === store.get('customer', id).id);
        return paginate(found, values, `/v1/customers/${id}/sources`);
      },
    }),
    createRoute({
      method: 'GET',
      path: '/v1/customers/:id/sources/:child',
      parameters: {},
      handle: ({ id, child }) => find(id, child),
    }),
    createRoute({
      method: 'DELETE',
      path: '/v1/customers/:id/sources/:child',
      parameters: {},
      handle: ({ id, child }) => deleteSource(store, find(id, child)),
    }),
  ];
}

/** The first source of a customer becomes the default one. */
function createSource(store: Store, customer: CustomerObject, token: string): CardSourceObject {
  const facts = findTestCard(token.replace(/^tok_/, 'pm_card_'));
  if (!facts) throw resourceMissing('token', token, 'source', 400);
  const { card } = cardMembers(facts, store.now());
  if (!card) throw resourceMissing('token', token, 'source', 400);
  const source = store.commit('customer.source.created', {
    id: createId('card'),
    object: 'card',
    address_city: null,
    address_country: null,
    address_line1: null,
    address_line1_check: null,
    address_line2: null,
    address_state: null,
    address_zip: null,
    address_zip_check: null,
    brand: brandNames[card.brand] ?? 'Unknown',
    country: card.country,
    customer: customer.id,
    cvc_check: 'pass',
    dynamic_last4: null,
    exp_month: card.exp_month,
    exp_year: card.exp_year,
    fingerprint: card.fingerprint,
    funding: card.funding,
    last4: card.last4,
    metadata: {},
    name: null,
    regulated_status: 'unregulated',
    tokenization_method: null,
  });
  if (customer.default_source === null)
    store.commit('customer.updated', { ...customer, default_source: source.id });
  return source;
}

function deleteSource(store: Store, source: CardSourceObject): object {
  const customer = store.get('customer', source.customer);
  if (customer.default_source === source.id)
    store.commit('customer.updated', { ...customer, default_source: null });
  return store.remove('customer.source.deleted', source);
}

/** A source as what is charged; null for an unknown id. */
export function findSourceMethod(store: Store, id: string): PaymentMethodObject | null {
  const source = store.find('card', id);
  if (!source) return null;
  const [brand = 'unknown'] = Object.entries(brandNames).find(([, name]) => name === source.brand) ?? [];
  const facts = { brand, last4: source.last4, expMonth: source.exp_month, expYear: source.exp_year };
  return { ...buildMethod(store, cardMembers(facts, store.now()), source.customer), id };
}
