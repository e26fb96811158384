import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Stripe } from 'stripe';
import { type LocalStripeClient, refusalOf, startLocalStripe } from './local-stripe-client.ts';
import { createCustomer, createPrice, idOf } from './fixtures.ts';
import { openPortal } from './portal-browser.ts';

let client: LocalStripeClient;
let stripe: Stripe;
beforeAll(async () => {
  client = await startLocalStripe();
  stripe = client.stripe;
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

describe('test ids', () => {
  test.each([
    ['pm_card_visa', { brand: 'visa', last4: '4242' }, 'Visa'],
    ['pm_card_mastercard_prepaid', { brand: 'mastercard', funding: 'prepaid' }, 'Mastercard'],
    ['pm_card_amex', { brand: 'amex' }, 'American Express'],
    ['pm_card_discover', { brand: 'discover' }, 'Discover'],
    ['pm_card_diners', { brand: 'diners' }, 'Diners Club'],
    ['pm_card_jcb', { brand: 'jcb', country: 'JP' }, 'JCB'],
    ['pm_card_unionpay', { brand: 'unionpay' }, 'UnionPay'],
    ['pm_card_visa_cartesBancaires', { networks: { available: ['cartes_bancaires', 'visa'] } }, 'Visa'],
  ])('%s is a card with its brand', async (id, members, name) => {
    const customer = await createCustomer(stripe);
    const method = await stripe.paymentMethods.attach(id, { customer: customer.id });
    expect(method).toMatchObject({ type: 'card', card: members });
    await client.control('POST', 'portal_settings');
    const page = await openPortal(stripe, { customer: customer.id });
    expect(page.text).toContain(`${name} •••• ${method.card?.last4 ?? ''}`);
  });

  test('pm_usBankAccount pays an invoice, and a closed account does not', async () => {
    const customer = await createCustomer(stripe);
    const [good, closed] = [
      await stripe.paymentMethods.attach('pm_usBankAccount', { customer: customer.id }),
      await stripe.paymentMethods.attach('pm_usBankAccount_accountClosed', { customer: customer.id }),
    ];
    const price = await createPrice(stripe);
    const subscribe = (method: Stripe.PaymentMethod) =>
      stripe.subscriptions.create({
        customer: customer.id,
        items: [{ price: price.id }],
        default_payment_method: method.id,
      });
    expect((await subscribe(good)).status).toBe('active');
    expect((await subscribe(closed)).status).toBe('incomplete');
  });
});

describe('types', () => {
  const ada = { billing_details: { email: 'ada@example.com' } };
  test.each<[Stripe.PaymentMethodCreateParams, object, string]>([
    [
      { type: 'sepa_debit', sepa_debit: { iban: 'AT61 1904 3002 3457 3201' } },
      { sepa_debit: { last4: '3201', country: 'AT' } },
      'SEPA Direct Debit •••• 3201',
    ],
    [
      { type: 'us_bank_account', us_bank_account: { account_number: '000123456789' } },
      { us_bank_account: { last4: '6789', account_type: 'checking' } },
      'US bank account •••• 6789',
    ],
    [{ type: 'link', link: {}, ...ada }, { link: { email: 'ada@example.com' } }, 'Link (ada@example.com)'],
    [
      { type: 'paypal', paypal: {}, ...ada },
      { paypal: { payer_email: 'ada@example.com' } },
      'PayPal (ada@example.com)',
    ],
    [{ type: 'amazon_pay', amazon_pay: {} }, { amazon_pay: {} }, 'Amazon Pay'],
    [
      { type: 'bacs_debit', bacs_debit: { account_number: '00012345', sort_code: '108800' } },
      { bacs_debit: { last4: '2345' } },
      'Bacs Direct Debit •••• 2345',
    ],
  ])('%j is created, listed by its type and shown in the portal', async (params, members, label) => {
    const customer = await createCustomer(stripe);
    const { id, type } = await stripe.paymentMethods.create(params);
    await stripe.paymentMethods.attach(id, { customer: customer.id });
    const found = await stripe.paymentMethods.list({ customer: customer.id, type: type as 'card' });
    expect(found.data).toMatchObject([{ id, ...members }]);
    await client.control('POST', 'portal_settings');
    const page = await openPortal(stripe, { customer: customer.id });
    expect(page.text).toContain(label);
  });

  test('a type without its details is refused', async () => {
    const refusal = await refusalOf(stripe.paymentMethods.create({ type: 'sepa_debit' }));
    expect(refusal).toMatchObject({ code: 'parameter_missing', param: 'sepa_debit' });
  });
});

test('a control attaches any payment method, and makes it the default', async () => {
  const customer = await createCustomer(stripe);
  const { body } = await client.control('POST', 'payment_methods', {
    customer: customer.id,
    brand: 'cartes_bancaires',
    last4: '1001',
    wallet: 'apple_pay',
    exp_month: '2',
    exp_year: '2024',
    default: 'true',
  });
  expect(body).toMatchObject({
    card: { brand: 'cartes_bancaires', exp_month: 2, exp_year: 2024, wallet: { type: 'apple_pay' } },
  });
  const page = await openPortal(stripe, { customer: customer.id });
  expect(page.text).toMatch(/Cartes Bancaires •••• 1001 Default\s+Expires 02\/2024/);
});

test('a source of an old integration is the default, and pays when there is no payment method', async () => {
  const customer = await stripe.customers.create();
  const source = await stripe.customers.createSource(customer.id, { source: 'tok_amex' });
  expect(source).toMatchObject({ object: 'card', brand: 'American Express', customer: customer.id });
  const expanded = await stripe.customers.retrieve(customer.id, { expand: ['default_source', 'sources'] });
  expect(expanded).toMatchObject({
    default_source: { id: source.id },
    sources: { data: [{ id: source.id }] },
  });
  const price = await createPrice(stripe);
  const subscription = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
  });
  expect(subscription.status).toBe('active');
  await stripe.customers.deleteSource(customer.id, source.id);
  expect(await stripe.customers.retrieve(customer.id)).toMatchObject({ default_source: null });
  await refusalOf(stripe.customers.retrieveSource(customer.id, source.id));
});
