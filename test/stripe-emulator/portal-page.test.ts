import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Stripe } from 'stripe';
import { type EmulatorClient, startEmulator } from './emulator-client.ts';
import {
  allFeatures,
  createConfiguration,
  createCustomer,
  createPrice,
  createSubscriber,
} from './fixtures.ts';
import {
  type Page,
  fieldNames,
  followLink,
  hasControl,
  linkOf,
  openPage,
  openPortal,
  submitForm,
} from './portal-browser.ts';

let client: EmulatorClient;
let stripe: Stripe;
let configuration: string;
let bigger: Stripe.Price;
beforeAll(async () => {
  client = await startEmulator({ businessName: 'Rocket Rides' });
  stripe = client.stripe;
  bigger = await createPrice(stripe, 3000, 'month', 'Bigger');
  configuration = (await createConfiguration(stripe, [bigger])).id;
});

/** A subscriber with the portal open. */
async function openSubscriber(params: Partial<Stripe.BillingPortal.SessionCreateParams> = {}) {
  const subscriber = await createSubscriber(stripe);
  const page = await openPortal(stripe, { customer: subscriber.customer.id, configuration, ...params });
  const current = () => stripe.subscriptions.retrieve(subscriber.subscription.id);
  return { ...subscriber, page, current };
}

describe('the first page', () => {
  test('shows what there is, says what it is, and leads back', async () => {
    await stripe.billingPortal.configurations.update(configuration, {
      business_profile: { headline: 'Ride & manage', privacy_policy_url: 'https://example.com/privacy' },
    });
    const { page } = await openSubscriber();
    expect(page.status).toBe(200);
    for (const text of [
      'Local stand-in, not Stripe.',
      'Ride & manage',
      'Plan Active $10.00 / month',
      'Next charge: $10.00',
      'Visa •••• 4242 Default',
      'ada@example.com',
      'Paid 1 × Plan',
    ]) {
      expect(page.text).toContain(text);
    }
    expect(linkOf(page, '← Return to Rocket Rides')).toBe('https://app.example.com/account');
    expect(page.html).toContain('https://example.com/privacy');
  });

  test('runs no script, sits in no frame, is not stored', async () => {
    const { page } = await openSubscriber();
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.html).not.toContain('<script');
  });

  test('escapes what customers enter', async () => {
    const customer = await createCustomer(stripe, {
      name: '<script>alert(1)</script>',
      email: 'a"b@example.com',
    });
    const page = await openPortal(stripe, { customer: customer.id, configuration });
    expect(page.html).not.toContain('<script');
    expect(page.html).toContain('&lt;script&gt;');
  });

  test('shows nothing that the configuration does not allow, nor lets it be reached', async () => {
    const { id } = await stripe.billingPortal.configurations.create({
      features: { invoice_history: { enabled: true } },
    });
    const { page, subscription } = await openSubscriber({ configuration: id });
    for (const label of ['Cancel plan', 'Pause', 'Update plan', 'Add payment method', 'Update information']) {
      expect(hasControl(page, label)).toBe(false);
    }
    const paths = ['cancel', 'pause', 'update', 'renew', 'resume'].map(
      (task) => `subscriptions/${subscription.id}/${task}`,
    );
    for (const path of [...paths, 'customer', 'payment-methods/add']) {
      expect(
        (await openPage(`${page.url}/${path}`, { method: 'POST', body: new URLSearchParams() })).status,
      ).toBe(404);
    }
    expect((await stripe.subscriptions.retrieve(subscription.id)).cancel_at).toBeNull();
  });
});

describe('strangers', () => {
  test.each(['/p/session/test_unknown', '/i/unknown', '/p/login/unknown'])('%s is nothing', async (path) => {
    expect((await openPage(`${client.emulator.url}${path}`)).status).toBe(404);
  });

  test('another customer’s things cannot be touched', async () => {
    const victim = await createSubscriber(stripe);
    const { page } = await openSubscriber();
    const card = String(victim.customer.invoice_settings.default_payment_method);
    for (const path of [
      `subscriptions/${victim.subscription.id}/cancel`,
      `payment-methods/${card}/remove`,
      `invoices/${String(victim.subscription.latest_invoice)}/pay`,
    ]) {
      expect((await openPage(`${page.url}/${path}`, { method: 'POST' })).status).toBe(404);
    }
    expect((await stripe.subscriptions.retrieve(victim.subscription.id)).cancel_at).toBeNull();
    expect(page.text).not.toContain(victim.customer.id);
  });

  test('a form that another site sends does nothing', async () => {
    const { page, subscription, current } = await openSubscriber();
    const headers = { 'sec-fetch-site': 'cross-site' };
    const forged = await openPage(`${page.url}/subscriptions/${subscription.id}/cancel`, {
      method: 'POST',
      headers,
    });
    expect(forged.status).toBe(404);
    expect((await current()).cancel_at).toBeNull();
  });
});

describe('canceling', () => {
  test('at the period’s end, with a reason, and changing one’s mind', async () => {
    const { id } = await createConfiguration(stripe, [], {
      subscription_cancel: {
        enabled: true,
        cancellation_reason: { enabled: true, options: ['unused', 'other'] },
      },
    });
    const { page, current } = await openSubscriber({ configuration: id });
    const form = await followLink(page, 'Cancel plan');
    expect(form.text).toContain('I no longer need it');
    const done = await submitForm(form, 'Cancel plan', { feedback: 'unused', comment: 'Bye' });
    expect(done.text).toContain('Your subscription has been canceled.');
    const leaving = await current();
    expect(leaving).toMatchObject({
      status: 'active',
      cancel_at: leaving.items.data[0]?.current_period_end,
      cancel_at_period_end: false,
      cancellation_details: { feedback: 'unused', comment: 'Bye' },
    });
    expect(hasControl(done, 'Cancel plan')).toBe(false);
    await submitForm(done, 'Don’t cancel');
    expect(await current()).toMatchObject({ cancel_at: null, cancellation_details: { feedback: null } });
  });

  test('a reason that is not offered is refused', async () => {
    const { id } = await createConfiguration(stripe, [], {
      subscription_cancel: { enabled: true, cancellation_reason: { enabled: true, options: ['unused'] } },
    });
    const { page, current } = await openSubscriber({ configuration: id });
    const again = await submitForm(await followLink(page, 'Cancel plan'), 'Cancel plan', {
      feedback: 'too_complex',
    });
    expect(again.status).toBe(422);
    expect((await current()).cancel_at).toBeNull();
  });

  test('at once, when the configuration says so', async () => {
    const { id } = await createConfiguration(stripe, [], {
      subscription_cancel: { enabled: true, mode: 'immediately' },
    });
    const { page, current } = await openSubscriber({ configuration: id });
    const done = await submitForm(await followLink(page, 'Cancel plan'), 'Cancel plan');
    expect((await current()).status).toBe('canceled');
    expect(done.text).toContain('You have no subscription.');
  });
});

describe('pausing', () => {
  test('for a while: it resumes by itself', async () => {
    const { page, current } = await openSubscriber();
    const done = await submitForm(await followLink(page, 'Pause'), 'Pause subscription');
    expect(done.text).toMatch(/Paused\. It resumes by itself on \w{3} \d+, \d{4}/);
    expect((await current()).status).toBe('paused');
    await client.control('POST', 'clock', { advance_days: '32' });
    expect((await current()).status).toBe('active');
  });

  test('without an end: it is resumed by hand', async () => {
    const { id } = await createConfiguration(stripe, [], {
      subscription_pause: { enabled: true, duration: { type: 'indefinite' } },
    });
    const { page, current } = await openSubscriber({ configuration: id });
    const done = await submitForm(await followLink(page, 'Pause'), 'Pause subscription');
    await client.control('POST', 'clock', { advance_days: '400' });
    expect((await current()).status).toBe('paused');
    const fresh = await openPortal(stripe, {
      customer: String((await current()).customer),
      configuration: id,
    });
    expect(done.text).toContain('until you resume it');
    await submitForm(fresh, 'Resume subscription');
    expect((await current()).status).toBe('active');
  });
});

describe('changing the plan', () => {
  test('to another price and quantity, after seeing what it costs', async () => {
    const { page, current } = await openSubscriber();
    const choice = await followLink(page, 'Update plan');
    expect(choice.text).toContain('Bigger $30.00 / month');
    const confirmation = await submitForm(choice, 'Continue', { price: bigger.id, quantity: '2' });
    expect(confirmation.text).toContain('2 × Bigger, $60.00 / month');
    expect(confirmation.text).toContain('On your next invoice $50.00');
    await submitForm(confirmation, 'Confirm');
    expect((await current()).items.data).toMatchObject([{ price: { id: bigger.id }, quantity: 2 }]);
  });

  test.each([
    [
      'a quantity beyond the maximum',
      () => ({ price: bigger.id, quantity: '21' }),
      'Choose a quantity from 1 to 20.',
    ],
    ['half a seat', () => ({ price: bigger.id, quantity: '1.5' }), 'Choose a quantity'],
    [
      'a price that is not offered',
      () => ({ price: 'price_unknown', quantity: '1' }),
      'Choose one of the plans.',
    ],
  ])('%s is refused', async (_what, entries, message) => {
    const { page, current } = await openSubscriber();
    const again = await submitForm(await followLink(page, 'Update plan'), 'Continue', entries());
    expect(again.status).toBe(422);
    expect(again.text).toContain(message);
    expect((await current()).items.data[0]?.price.id).not.toBe(bigger.id);
  });

  test('a downgrade waits for the period’s end when the configuration says so', async () => {
    const smaller = await createPrice(stripe, 500, 'month', 'Smaller');
    const { id } = await createConfiguration(stripe, [smaller]);
    await stripe.billingPortal.configurations.update(id, {
      features: {
        subscription_update: { schedule_at_period_end: { conditions: [{ type: 'decreasing_item_amount' }] } },
      },
    });
    const { page, price, current } = await openSubscriber({ configuration: id });
    const confirmation = await submitForm(await followLink(page, 'Update plan'), 'Continue');
    const done = await submitForm(confirmation, 'Confirm');
    expect(done.text).toContain('A change of your plan is scheduled');
    expect((await current()).items.data[0]?.price.id).toBe(price.id);
    await client.control('POST', 'clock', { advance_days: '32' });
    expect((await current()).items.data[0]?.price.id).toBe(smaller.id);
  });
});

describe('payment methods', () => {
  test('a card is added, made the default, and another removed', async () => {
    const { page, customer } = await openSubscriber();
    const form = await followLink(page, 'Add payment method');
    const added = await submitForm(form, 'Add', { card: 'pm_card_mastercard', default: '' });
    expect(added.text).toContain('Mastercard •••• 4444');
    const changed = await submitForm(added, 'Make default');
    const after = (await stripe.customers.retrieve(customer.id)) as Stripe.Customer;
    expect(after.invoice_settings.default_payment_method).not.toBe(
      customer.invoice_settings.default_payment_method,
    );
    const removed = await submitForm(changed, 'Remove');
    expect(removed.text).not.toContain('4242 Default');
    expect((await stripe.customers.listPaymentMethods(customer.id)).data).toHaveLength(1);
  });

  test('a failed payment is made good', async () => {
    const { customer, subscription, page } = await openSubscriber();
    const card = await submitForm(await followLink(page, 'Add payment method'), 'Add', {
      card: 'pm_card_chargeCustomerFail',
    });
    expect(card.text).toContain('0341 Default');
    await client.control('POST', 'clock', { advance_days: '32' });
    const late = await openPortal(stripe, { customer: customer.id, configuration });
    expect(late.text).toContain('Past due');
    expect((await submitForm(late, 'Pay now')).text).toContain('The payment was declined.');
    await submitForm(await followLink(late, 'Add payment method'), 'Add');
    const paid = await submitForm(await openPage(late.url), 'Pay now');
    expect(paid.text).toContain('The invoice has been paid.');
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('active');
  });
});

describe('billing information', () => {
  test('is saved', async () => {
    const { page, customer } = await openSubscriber();
    await submitForm(await followLink(page, 'Update information'), 'Save', {
      name: 'Grace Hopper',
      email: 'grace@example.com',
      address_line1: '1 Navy Way',
      address_country: 'us',
    });
    expect(await stripe.customers.retrieve(customer.id)).toMatchObject({
      name: 'Grace Hopper',
      email: 'grace@example.com',
      address: { line1: '1 Navy Way', country: 'US' },
    });
  });

  test('only what the configuration allows can be changed', async () => {
    const { id } = await stripe.billingPortal.configurations.create({
      features: { ...allFeatures, customer_update: { enabled: true, allowed_updates: ['phone'] } },
    });
    const { page, customer } = await openSubscriber({ configuration: id });
    const form = await followLink(page, 'Update information');
    expect(fieldNames(form)).toEqual(['phone']);
    await submitForm(form, 'Save', { phone: '123', email: 'eve@example.com', name: 'Eve' });
    expect(await stripe.customers.retrieve(customer.id)).toMatchObject({
      phone: '123',
      email: customer.email,
      name: null,
    });
  });

  test('a bad address is refused', async () => {
    const { page } = await openSubscriber();
    const again = await submitForm(await followLink(page, 'Update information'), 'Save', { email: 'nobody' });
    expect(again.status).toBe(422);
    expect(again.text).toContain('Enter a valid email address.');
  });
});

test('an invoice can be viewed and printed', async () => {
  const { page } = await openSubscriber();
  const invoice = await followLink(page, 'View');
  expect(invoice.text).toMatch(/Invoice \w+-0001 .* Paid .* \$10\.00/);
  expect((await followLink(page, 'PDF')).text).toContain('Amount paid $10.00');
});

describe('deep links', () => {
  function cancelFlow(
    subscription: string,
    completion: Stripe.BillingPortal.SessionCreateParams.FlowData.AfterCompletion,
  ): Stripe.BillingPortal.SessionCreateParams.FlowData {
    return {
      type: 'subscription_cancel',
      subscription_cancel: { subscription },
      after_completion: completion,
    };
  }

  async function openFlow(
    completion: Stripe.BillingPortal.SessionCreateParams.FlowData.AfterCompletion,
  ): Promise<Page> {
    const { customer, subscription } = await createSubscriber(stripe);
    return openPortal(stripe, {
      customer: customer.id,
      configuration,
      flow_data: cancelFlow(subscription.id, completion),
    });
  }

  test('open at their task, with no way to others', async () => {
    const page = await openFlow({ type: 'portal_homepage' });
    expect(page.text).toContain('Cancel your plan');
    expect(page.text).not.toContain('Back to billing');
    const home = page.url.replace(/\/subscriptions.*/, '');
    expect((await openPage(`${home}/customer`)).status).toBe(404);
    expect((await openPage(home)).url).toBe(page.url);
  });

  test('end at the portal’s first page', async () => {
    const done = await submitForm(await openFlow({ type: 'portal_homepage' }), 'Cancel plan');
    expect(done.text).toContain('Your subscription has been canceled.');
    expect(hasControl(done, 'Add payment method')).toBe(true);
  });

  test('end at a redirect, which the page’s policy lets pass', async () => {
    const target = 'https://app.example.com/bye?x=1';
    const page = await openFlow({ type: 'redirect', redirect: { return_url: target } });
    expect(page.headers.get('content-security-policy')).toContain(
      "form-action 'self' https://app.example.com;",
    );
    expect((await submitForm(page, 'Cancel plan')).url).toBe(target);
  });

  test('end at a confirmation', async () => {
    const page = await openFlow({
      type: 'hosted_confirmation',
      hosted_confirmation: { custom_message: 'So long!' },
    });
    const done = await submitForm(page, 'Cancel plan');
    expect(done.text).toContain('So long!');
    expect(linkOf(done, 'Return to Rocket Rides')).toBe('https://app.example.com/account');
  });

  test.each([
    ['payment_method_update', 'Add', 'Your payment method has been added.'],
    ['customer_update', 'Save', 'Your billing information has been saved.'],
  ] as const)('%s', async (type, button, notice) => {
    const customer = await createCustomer(stripe);
    const page = await openPortal(stripe, { customer: customer.id, configuration, flow_data: { type } });
    expect((await submitForm(page, button)).text).toContain(notice);
  });

  test('one change to confirm leaves no other to choose', async () => {
    const { customer, subscription } = await createSubscriber(stripe);
    const item = subscription.items.data[0]?.id ?? '';
    const page = await openPortal(stripe, {
      customer: customer.id,
      configuration,
      flow_data: {
        type: 'subscription_update_confirm',
        subscription_update_confirm: {
          subscription: subscription.id,
          items: [{ id: item, price: bigger.id, quantity: 3 }],
        },
      },
    });
    expect(page.text).toContain('3 × Bigger, $90.00 / month');
    await submitForm(page, 'Confirm', { quantity: '1' });
    const { items } = await stripe.subscriptions.retrieve(subscription.id);
    expect(items.data).toMatchObject([{ price: { id: bigger.id }, quantity: 3 }]);
  });
});

describe('the end of a session', () => {
  const start = new Date('2026-05-01T00:00:00Z');
  let now = start;
  let short: EmulatorClient;
  beforeAll(async () => {
    short = await startEmulator({ now: () => now, sessionLifetimeMs: 60_000 });
    await short.control('POST', 'portal_settings');
  });

  async function expire(params: Partial<Stripe.BillingPortal.SessionCreateParams>): Promise<Page> {
    const customer = await createCustomer(short.stripe);
    const page = await openPortal(short.stripe, { customer: customer.id, ...params });
    expect(page.status).toBe(200);
    now = new Date(now.getTime() + 60_000);
    return openPage(page.url);
  }

  test('says what to do, and does nothing more', async () => {
    const expired = await expire({});
    expect(expired.status).toBe(410);
    expect(expired.text).toContain('open billing again');
    expect(hasControl(expired, 'Send link')).toBe(false);
    expect((await openPage(`${expired.url}/customer`, { method: 'POST' })).status).toBe(410);
    expect((await openPage(`${expired.url}/login`, { method: 'POST' })).status).toBe(404);
  });

  test('lets the customer log in by e-mail when it was made to', async () => {
    const expired = await expire({ after_expiration: { type: 'customer_login' } });
    const stranger = await submitForm(expired, 'Send link', { email: 'eve@example.com' });
    expect(stranger.text).not.toContain('open the billing portal');
    const sent = await submitForm(expired, 'Send link', { email: 'ADA@example.com' });
    expect((await followLink(sent, 'open the billing portal')).text).toContain('ada@example.com');
  });

  test('no longer lets log in after the time set for that', async () => {
    const deadline = Math.floor(now.getTime() / 1000) + 30;
    const login = { type: 'customer_login', customer_login: { expires_at: deadline } } as const;
    expect(hasControl(await expire({ after_expiration: login }), 'Send link')).toBe(false);
  });

  test('a configuration’s login page lets customers in by e-mail', async () => {
    const { data } = await short.stripe.billingPortal.configurations.list({ is_default: true });
    const { login_page: login } = await short.stripe.billingPortal.configurations.update(data[0]?.id ?? '', {
      login_page: { enabled: true },
    });
    await createCustomer(short.stripe, { email: 'login@example.com' });
    const sent = await submitForm(await openPage(login.url ?? ''), 'Send link', {
      email: 'login@example.com',
    });
    expect((await followLink(sent, 'open the billing portal')).text).toContain('login@example.com');
  });
});
