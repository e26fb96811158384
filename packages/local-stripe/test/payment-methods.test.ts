import { beforeAll, expect, test } from '@jest/globals';
import type { Stripe } from 'stripe';
import { refusalOf, startLocalStripe } from './local-stripe-client.ts';
import { createCustomer, idOf } from './fixtures.ts';

let stripe: Stripe;
beforeAll(async () => {
  ({ stripe } = await startLocalStripe());
});

test('only an attached payment method can be the default', async () => {
  const [customer, stranger] = [await createCustomer(stripe), await createCustomer(stripe)];
  const { data } = await stripe.paymentMethods.list({ customer: stranger.id });
  const settings = { default_payment_method: data[0]?.id ?? '' };
  const refusal = await refusalOf(stripe.customers.update(customer.id, { invoice_settings: settings }));
  expect(refusal).toMatchObject({
    param: 'invoice_settings[default_payment_method]',
    code: 'resource_missing',
  });
  await refusalOf(stripe.paymentMethods.attach(settings.default_payment_method, { customer: customer.id }));
});

test('a detached payment method is no longer a default', async () => {
  const customer = await createCustomer(stripe);
  const id = idOf(customer.invoice_settings.default_payment_method);
  expect((await stripe.paymentMethods.detach(id)).customer).toBeNull();
  const { invoice_settings: settings } = (await stripe.customers.retrieve(customer.id)) as Stripe.Customer;
  expect(settings.default_payment_method).toBeNull();
  await refusalOf(stripe.paymentMethods.detach(id));
});
