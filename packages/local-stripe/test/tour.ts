import type { LocalStripeClient } from './local-stripe-client.ts';
import { refusalOf } from './local-stripe-client.ts';
import { methodTypes } from '../src/resources/payment-method-types.ts';
import { createConfiguration, createCustomer, createPrice, idOf } from './fixtures.ts';
import { tourPricesAndSchedules } from './tour-of-prices.ts';

type Calls = Pick<LocalStripeClient, 'stripe' | 'control'>;

/** Calls every endpoint at least once, in each state that changes its answer. */
export async function tourEverything({ stripe, control }: Calls): Promise<void> {
  const customer = await createCustomer(stripe, {
    name: 'Ada',
    address: { line1: '1 Street', country: 'US' },
  });
  await stripe.customers.update(customer.id, {
    shipping: { name: 'Ada', address: { line1: '2 Street' } },
    phone: '1',
  });
  await stripe.customers.retrieve(customer.id, {
    expand: ['subscriptions', 'invoice_settings.default_payment_method'],
  });
  await stripe.customers.list({ limit: 1 });
  await control('POST', 'clock', { advance_seconds: '60' });
  await stripe.customers.search({ query: 'name:"Ada"', expand: ['data.subscriptions'] });

  const method = await stripe.paymentMethods.attach('pm_card_mastercard', { customer: customer.id });
  await stripe.paymentMethods.retrieve(method.id, { expand: ['customer'] });
  await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } });
  await stripe.paymentMethods.list({ customer: customer.id });
  await stripe.customers.listPaymentMethods(customer.id);
  await stripe.paymentMethods.detach(method.id);

  const taxId = await stripe.customers.createTaxId(customer.id, { type: 'eu_vat', value: 'DE123456789' });
  await stripe.customers.listTaxIds(customer.id);
  await stripe.customers.retrieveTaxId(customer.id, taxId.id, { expand: ['customer'] });
  await stripe.customers.retrieve(customer.id, { expand: ['tax_ids'] });
  const source = await stripe.customers.createSource(customer.id, { source: 'tok_visa' });
  await stripe.customers.listSources(customer.id);
  await stripe.customers.retrieveSource(customer.id, source.id);
  await stripe.customers.retrieve(customer.id, { expand: ['sources', 'default_source'] });
  await stripe.customers.deleteSource(customer.id, source.id);
  await stripe.customers.deleteTaxId(customer.id, taxId.id);
  await stripe.accounts.retrieveCurrent();
  await tourPaymentMethodTypes({ stripe, control }, customer.id);

  const [month, year, bigger] = [
    await createPrice(stripe, 1000),
    await createPrice(stripe, 10_000, 'year'),
    await createPrice(stripe, 5000),
  ];
  const product = await stripe.products.create({
    name: 'With price',
    default_price_data: { currency: 'usd', unit_amount: 1 },
  });
  await stripe.products.update(product.id, { description: 'More' });
  await stripe.products.retrieve(product.id, { expand: ['default_price'] });
  await stripe.products.list();
  await stripe.products.del((await stripe.products.create({ name: 'Short-lived' })).id);
  await stripe.prices.update(month.id, { nickname: 'monthly' });
  await stripe.prices.retrieve(month.id, { expand: ['product'] });
  await stripe.prices.list();

  const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: month.id }] });
  await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: month.id }],
    trial_period_days: 7,
  });
  const expand = ['customer', 'latest_invoice', 'default_payment_method', 'items.data.price.product'];
  const subscription = await stripe.subscriptions.retrieve(id, { expand });
  const [item] = subscription.items.data;
  await stripe.subscriptions.update(id, { items: [{ id: item?.id ?? '', price: bigger.id }] });
  await stripe.subscriptions.update(id, { cancel_at_period_end: true });
  await stripe.subscriptions.update(id, {
    cancel_at_period_end: false,
    pause_collection: { behavior: 'void' },
  });
  await stripe.subscriptions.update(id, { pause_collection: '' });
  await stripe.invoices.createPreview({ subscription: id });
  await stripe.subscriptionItems.list({ subscription: id });
  await stripe.subscriptions.pause(id);
  await stripe.subscriptions.resume(id);
  await stripe.subscriptions.list({
    customer: customer.id,
    expand: ['data.customer', 'data.latest_invoice'],
  });

  const configuration = await createConfiguration(stripe, [month, year]);
  await control('POST', 'portal_settings');
  await stripe.billingPortal.configurations.update(configuration.id, { login_page: { enabled: true } });
  await stripe.billingPortal.configurations.retrieve(configuration.id, {
    expand: ['features.subscription_update.products'],
  });
  await stripe.billingPortal.configurations.list({ expand: ['data.features.subscription_update.products'] });
  await tourSessions(stripe, customer.id, configuration.id, id);

  await tourCheckout({ stripe, control }, customer.id, month.id);
  await tourWebhookEndpoints(stripe);
  await tourInvoices({ stripe, control }, customer.id, month.id);

  await tourPricesAndSchedules({ stripe, control });

  await control('POST', 'clock', { advance_days: '40' });
  const invoices = await stripe.invoices.list({ customer: customer.id, expand: ['data.customer'] });
  await stripe.invoices.retrieve(invoices.data[0]?.id ?? '');
  await stripe.invoices.listLineItems(invoices.data[0]?.id ?? '');
  await stripe.subscriptions.cancel(id, { cancellation_details: { feedback: 'unused' } });
  await refusalOf(stripe.invoices.createPreview({ subscription: id }));
  await refusalOf(stripe.customers.retrieve('cus_unknown'));
  const events = await stripe.events.list({ limit: 100 });
  await stripe.events.retrieve(events.data[0]?.id ?? '');
  await stripe.customers.del(customer.id);
  await stripe.customers.retrieve(customer.id);
}

async function tourCheckout({ stripe, control }: Calls, customer: string, price: string): Promise<void> {
  const success_url = 'https://app.example.com';
  await stripe.checkout.sessions.create({ mode: 'setup', success_url, customer });
  const { id } = await stripe.checkout.sessions.create({
    mode: 'subscription',
    success_url,
    line_items: [{ price }],
    client_reference_id: 'user_1',
  });
  await control('POST', `checkout_sessions/${id}/complete`);
  await stripe.checkout.sessions.retrieve(id, {
    expand: ['line_items', 'customer', 'subscription', 'invoice'],
  });
}

async function tourPaymentMethodTypes({ stripe, control }: Calls, customer: string): Promise<void> {
  const { data } = await stripe.paymentMethods.list({ customer, type: 'card' });
  const wallets = ['apple_pay', 'google_pay', 'link', 'samsung_pay'];
  const forms = [...methodTypes.map((type) => ({ type })), ...wallets.map((wallet) => ({ wallet }))];
  for (const form of forms) await control('POST', 'payment_methods', { customer, ...form });
  const all = await stripe.paymentMethods.list({ customer, limit: 100 });
  for (const { id } of all.data.slice(0, -data.length)) await stripe.paymentMethods.detach(id);
}

async function tourInvoices({ stripe, control }: Calls, customer: string, price: string): Promise<void> {
  const sent = await stripe.subscriptions.create({
    customer,
    items: [{ price }],
    collection_method: 'send_invoice',
    days_until_due: 7,
  });
  const id = idOf(sent.latest_invoice);
  await stripe.invoices.finalizeInvoice(id);
  await stripe.invoices.sendInvoice(id);
  await stripe.invoices.pay(id, { paid_out_of_band: true });
  const { id: subscription } = await stripe.subscriptions.create({ customer, items: [{ price }] });
  for (const close of ['voidInvoice', 'markUncollectible'] as const) {
    await control('POST', 'invoices', { subscription });
    const { latest_invoice: open } = await stripe.subscriptions.retrieve(subscription);
    await stripe.invoices[close](idOf(open));
  }
}

async function tourWebhookEndpoints(stripe: Calls['stripe']): Promise<void> {
  const { id } = await stripe.webhookEndpoints.create({ url: 'http://127.0.0.1:9/', enabled_events: ['*'] });
  await stripe.webhookEndpoints.update(id, { disabled: true, metadata: { for: 'tests' } });
  await stripe.webhookEndpoints.retrieve(id);
  await stripe.webhookEndpoints.list();
  await stripe.webhookEndpoints.del(id);
}

async function tourSessions(
  stripe: LocalStripeClient['stripe'],
  customer: string,
  configuration: string,
  subscription: string,
): Promise<void> {
  const { items } = await stripe.subscriptions.retrieve(subscription);
  await stripe.billingPortal.sessions.create({ customer });
  await stripe.billingPortal.sessions.create({
    customer,
    configuration,
    locale: 'de',
    return_url: 'https://app.example.com',
    after_expiration: { type: 'customer_login' },
    expand: ['configuration'],
  });
  const flows = [
    { type: 'payment_method_update' },
    { type: 'customer_update', after_completion: { type: 'hosted_confirmation' } },
    { type: 'subscription_cancel', subscription_cancel: { subscription } },
    { type: 'subscription_pause', subscription_pause: { subscription } },
    { type: 'subscription_update', subscription_update: { subscription } },
    {
      type: 'subscription_update_confirm',
      subscription_update_confirm: { subscription, items: [{ id: items.data[0]?.id ?? '', quantity: 2 }] },
      after_completion: { type: 'redirect', redirect: { return_url: 'https://app.example.com/done' } },
    },
  ] as const;
  for (const flow of flows) {
    await stripe.billingPortal.sessions.create({
      customer,
      configuration,
      flow_data: structuredClone(flow) as never,
    });
  }
}
