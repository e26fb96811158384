import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Stripe } from 'stripe';
import { createCustomer, eventsDuring } from './fixtures.ts';
import { type LocalStripeClient, refusalOf, startLocalStripe } from './local-stripe-client.ts';

let client: LocalStripeClient;
let stripe: Stripe;
beforeAll(async () => {
  client = await startLocalStripe();
  stripe = client.stripe;
});

test.each([
  ['eu_vat', 'DE123456789', 'DE', 'pending'],
  ['eu_vat', 'EL123456789', 'GR', 'pending'],
  ['gb_vat', 'GB000000000', 'GB', 'verified'],
  ['eu_vat', 'FR111111111', 'FR', 'unverified'],
  ['us_ein', '12-3456789', 'US', 'unavailable'],
  ['ch_vat', 'CHE-123.456.789 MWST', 'CH', 'unavailable'],
])('%s %s is of %s and its verification is %s', async (type, value, country, status) => {
  const { id } = await createCustomer(stripe);
  const taxId = await stripe.customers.createTaxId(id, { type: type, value });
  expect(taxId).toMatchObject({ type, value, country, customer: id, verification: { status } });
});

test('tax ids are listed, retrieved, expanded on the customer, copied to invoices and deleted', async () => {
  const { id } = await createCustomer(stripe, { tax_id_data: [{ type: 'eu_vat', value: 'DE123456789' }] });
  const [taxId] = (await stripe.customers.listTaxIds(id)).data;
  const taxIdId = taxId?.id ?? '';
  expect(await stripe.customers.retrieveTaxId(id, taxIdId)).toEqual(taxId);
  expect(await stripe.customers.retrieve(id)).not.toHaveProperty('tax_ids');
  expect(await stripe.customers.retrieve(id, { expand: ['tax_ids'] })).toMatchObject({
    tax_ids: { data: [{ value: 'DE123456789' }], has_more: false },
  });
  const events = await eventsDuring(stripe, () => stripe.customers.deleteTaxId(id, taxIdId));
  expect(events.map(({ type }) => type)).toEqual(['customer.tax_id.deleted']);
  expect((await stripe.customers.listTaxIds(id)).data).toEqual([]);
});

test('invoices name the tax ids of the customer', async () => {
  const { id } = await createCustomer(stripe, { tax_id_data: [{ type: 'eu_vat', value: 'DE123456789' }] });
  const product = await stripe.products.create({ name: 'Plan' });
  const price_data = {
    currency: 'usd',
    product: product.id,
    unit_amount: 5,
    recurring: { interval: 'day' },
  } as const;
  const price = await stripe.prices.create(price_data);
  const { latest_invoice: invoice } = await stripe.subscriptions.create({
    customer: id,
    items: [{ price: price.id }],
    expand: ['latest_invoice'],
  });
  expect(invoice).toMatchObject({ customer_tax_ids: [{ type: 'eu_vat', value: 'DE123456789' }] });
});

describe('refused are', () => {
  test.each([
    ['a value of another form', 'eu_vat', '12', 'tax_id_invalid'],
    ['the VAT id of a country outside of the EU', 'eu_vat', 'US123456789', 'tax_id_invalid'],
    ['an unknown type', 'xx_vat', '12', undefined],
  ])('%s', async (_what, type, value, code) => {
    const { id } = await createCustomer(stripe);
    const refusal = await refusalOf(stripe.customers.createTaxId(id, { type: type, value }));
    expect(refusal).toMatchObject({ statusCode: 400, code });
  });

  test('the tax id of another customer', async () => {
    const [ada, eve] = [await createCustomer(stripe), await createCustomer(stripe)];
    const { id } = await stripe.customers.createTaxId(ada.id, { type: 'us_ein', value: '12-3456789' });
    expect(await refusalOf(stripe.customers.retrieveTaxId(eve.id, id))).toMatchObject({ statusCode: 404 });
  });
});

test('a control decides on the verification, with an event', async () => {
  const { id } = await createCustomer(stripe);
  const { body } = await client.control('POST', 'tax_ids', {
    customer: id,
    type: 'eu_vat',
    value: 'DE123456789',
    status: 'unverified',
  });
  const taxId = (body as Stripe.TaxId).id;
  const events = await eventsDuring(stripe, () =>
    client.control('POST', `tax_ids/${taxId}`, { status: 'verified', verified_name: 'Ada Ltd' }),
  );
  expect(events.map(({ type }) => type)).toEqual(['customer.tax_id.updated']);
  expect((await stripe.customers.retrieveTaxId(id, taxId)).verification).toMatchObject({
    status: 'verified',
    verified_name: 'Ada Ltd',
  });
});
