import { boolean, email, integer, oneOf, required, string } from './parameters.ts';
import type { Decoded } from './parameters.ts';
import { updateCustomer } from './resources/customers.ts';
import { methodMembers, methodTypes } from './resources/payment-method-types.ts';
import { buildMethod } from './resources/payment-methods.ts';
import { createTaxId, taxIdParameters, verificationStatuses } from './resources/tax-ids.ts';
import { cardMembers } from './resources/test-cards.ts';
import { createRoute } from './route.ts';
import type { ApiRoute } from './route.ts';
import type { Store } from './store.ts';
import type { MethodMembers, TaxIdObject } from './stripe-objects.ts';

/** Controls that give a customer a payment method or a tax id in any state. */
export function createCustomerControlRoutes(store: Store): ApiRoute[] {
  return [
    createRoute({
      method: 'POST',
      path: '/_control/payment_methods',
      parameters: methodParameters,
      handle: ({ values }) => {
        const customer = store.refer('customer', values.customer, 'customer');
        const method = buildMethod(store, membersFrom(values, store.now()), customer.id);
        store.commit('payment_method.attached', method);
        if (values.default) {
          updateCustomer(store, customer, { invoice_settings: { default_payment_method: method.id } });
        }
        return method;
      },
    }),
    createRoute({
      method: 'POST',
      path: '/_control/tax_ids',
      parameters: { ...taxIdParameters, ...verificationParameters, customer: required(string()) },
      handle: ({ values }) => {
        const customer = store.refer('customer', values.customer, 'customer');
        return verify(store, createTaxId(store, customer, values), values);
      },
    }),
    createRoute({
      method: 'POST',
      path: '/_control/tax_ids/:id',
      parameters: verificationParameters,
      handle: ({ id, values }) => verify(store, store.get('tax_id', id), values),
    }),
  ];
}

const methodParameters = {
  customer: required(string()),
  type: oneOf(methodTypes),
  default: boolean(),
  last4: string({ maxLength: 4 }),
  brand: string(),
  funding: string(),
  country: string({ maxLength: 2 }),
  wallet: oneOf(['apple_pay', 'google_pay', 'link', 'samsung_pay']),
  exp_month: integer({ min: 1, max: 12 }),
  exp_year: integer({ min: 2000, max: 2100 }),
  email: email(),
  bank_name: string(),
};

function membersFrom(values: Decoded<typeof methodParameters>, now: number): MethodMembers {
  const { type = 'card', last4, country } = values;
  if (type !== 'card') {
    return methodMembers(type, { last4, country, email: values.email, bankName: values.bank_name });
  }
  return cardMembers(
    {
      brand: values.brand ?? 'visa',
      last4: last4 ?? '4242',
      ...(values.funding === undefined ? {} : { funding: values.funding }),
      ...(country === undefined ? {} : { country }),
      ...(values.exp_month === undefined ? {} : { expMonth: values.exp_month }),
      ...(values.exp_year === undefined ? {} : { expYear: values.exp_year }),
      ...(values.wallet === undefined ? {} : { wallet: values.wallet }),
    },
    now,
  );
}

const verificationParameters = {
  status: oneOf(verificationStatuses),
  verified_name: string(),
  verified_address: string(),
};

function verify(
  store: Store,
  taxId: TaxIdObject,
  values: Decoded<typeof verificationParameters>,
): TaxIdObject {
  return store.commit('customer.tax_id.updated', {
    ...taxId,
    verification: {
      status: values.status ?? taxId.verification?.status ?? 'pending',
      verified_name: values.verified_name ?? null,
      verified_address: values.verified_address ?? null,
    },
  });
}
