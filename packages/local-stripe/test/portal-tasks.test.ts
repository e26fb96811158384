import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Stripe } from 'stripe';
import { allFeatures, createConfiguration, createPrice, idOf } from './fixtures.ts';
import { fieldNames, followLink, hasControl, openPage, openPortal, submitForm } from './portal-browser.ts';
import { type PortalFixture, startPortal } from './portal-fixture.ts';

let portal: PortalFixture;
let stripe: Stripe;
beforeAll(async () => {
  portal = await startPortal();
  stripe = portal.stripe;
});

describe('canceling', () => {
  test('at the end of the period, with a reason, and undoing it', async () => {
    const { id } = await createConfiguration(stripe, [], {
      subscription_cancel: {
        enabled: true,
        cancellation_reason: { enabled: true, options: ['unused', 'other'] },
      },
    });
    const { page, current } = await portal.openSubscriber({ configuration: id });
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
    const { page, current } = await portal.openSubscriber({ configuration: id });
    const again = await submitForm(await followLink(page, 'Cancel plan'), 'Cancel plan', {
      feedback: 'too_complex',
    });
    expect(again.status).toBe(422);
    expect((await current()).cancel_at).toBeNull();
  });

  test('immediately, if the configuration says so', async () => {
    const { id } = await createConfiguration(stripe, [], {
      subscription_cancel: { enabled: true, mode: 'immediately' },
    });
    const { page, current } = await portal.openSubscriber({ configuration: id });
    const done = await submitForm(await followLink(page, 'Cancel plan'), 'Cancel plan');
    expect((await current()).status).toBe('canceled');
    expect(done.text).toContain('You have no subscription.');
  });
});

describe('pausing', () => {
  test('for a chosen time: it resumes automatically', async () => {
    const { page, current } = await portal.openSubscriber();
    const done = await submitForm(await followLink(page, 'Pause'), 'Pause subscription');
    expect(done.text).toMatch(/Paused\. It resumes by itself on \w{3} \d+, \d{4}/);
    expect((await current()).status).toBe('paused');
    await portal.control('POST', 'clock', { advance_days: '32' });
    expect((await current()).status).toBe('active');
  });

  test('without an end: the customer resumes it', async () => {
    const { id } = await createConfiguration(stripe, [], {
      subscription_pause: { enabled: true, duration: { type: 'indefinite' } },
    });
    const { page, current } = await portal.openSubscriber({ configuration: id });
    const done = await submitForm(await followLink(page, 'Pause'), 'Pause subscription');
    await portal.control('POST', 'clock', { advance_days: '400' });
    expect((await current()).status).toBe('paused');
    const fresh = await openPortal(stripe, {
      customer: idOf((await current()).customer),
      configuration: id,
    });
    expect(done.text).toContain('until you resume it');
    const asked = await followLink(fresh, 'Resume subscription');
    expect(asked.text).toContain('Due today $0.00');
    expect((await current()).status).toBe('paused');
    await submitForm(asked, 'Resume subscription');
    expect((await current()).status).toBe('active');
  });
});

describe('changing the plan', () => {
  test('to another price and quantity, after a preview of the cost', async () => {
    const { page, current } = await portal.openSubscriber();
    const choice = await followLink(page, 'Update plan');
    expect(choice.text).toContain('Bigger $30.00 / month');
    const confirmation = await submitForm(choice, 'Continue', { price: portal.bigger.id, quantity: '2' });
    expect(confirmation.text).toContain('2 × Bigger, $60.00 / month');
    expect(confirmation.text).toContain('On your next invoice $50.00');
    await submitForm(confirmation, 'Confirm');
    expect((await current()).items.data).toMatchObject([{ price: { id: portal.bigger.id }, quantity: 2 }]);
  });

  test.each([
    [
      'a quantity beyond the maximum',
      () => ({ price: portal.bigger.id, quantity: '21' }),
      'Choose a quantity from 1 to 20.',
    ],
    ['half a seat', () => ({ price: portal.bigger.id, quantity: '1.5' }), 'Choose a quantity'],
    [
      'a price that is not offered',
      () => ({ price: 'price_unknown', quantity: '1' }),
      'Choose one of the plans.',
    ],
  ])('%s is refused', async (_what, entries, message) => {
    const { page, current } = await portal.openSubscriber();
    const again = await submitForm(await followLink(page, 'Update plan'), 'Continue', entries());
    expect(again.status).toBe(422);
    expect(again.text).toContain(message);
    expect((await current()).items.data[0]?.price.id).not.toBe(portal.bigger.id);
  });

  test('a downgrade waits for the end of the period if the configuration says so', async () => {
    const smaller = await createPrice(stripe, 500, 'month', 'Smaller');
    const { id } = await createConfiguration(stripe, [smaller]);
    await stripe.billingPortal.configurations.update(id, {
      features: {
        subscription_update: { schedule_at_period_end: { conditions: [{ type: 'decreasing_item_amount' }] } },
      },
    });
    const { page, price, current } = await portal.openSubscriber({ configuration: id });
    const confirmation = await submitForm(await followLink(page, 'Update plan'), 'Continue');
    const done = await submitForm(confirmation, 'Confirm');
    expect(done.text).toContain('A change of your plan is scheduled');
    expect((await current()).items.data[0]?.price.id).toBe(price.id);
    await portal.control('POST', 'clock', { advance_days: '32' });
    expect((await current()).items.data[0]?.price.id).toBe(smaller.id);
  });
});

describe('payment methods', () => {
  test('a card is added and becomes the default, and another is removed', async () => {
    const { page, customer } = await portal.openSubscriber();
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

  test('a failed payment is paid with a new card', async () => {
    const { customer, subscription, page } = await portal.openSubscriber();
    const card = await submitForm(await followLink(page, 'Add payment method'), 'Add', {
      card: 'pm_card_chargeCustomerFail',
    });
    expect(card.text).toContain('0341 Default');
    await portal.control('POST', 'clock', { advance_days: '32' });
    const late = await openPortal(stripe, { customer: customer.id, configuration: portal.configuration });
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
    const { page, customer } = await portal.openSubscriber();
    await submitForm(await followLink(page, 'Update information'), 'Save', {
      name: 'Grace Hopper',
      email: 'grace@example.com',
      address_line1: '1 Navy Way',
      address_country: 'US',
    });
    expect(await stripe.customers.retrieve(customer.id)).toMatchObject({
      name: 'Grace Hopper',
      email: 'grace@example.com',
      address: { line1: '1 Navy Way', country: 'US' },
    });
  });

  test('an address is shown whole, with any text as its country', async () => {
    const { page, customer } = await portal.openSubscriber();
    const address = { line1: '1 Main St', city: 'Austin', state: 'TX', postal_code: '73301', country: 'USA' };
    await stripe.customers.update(customer.id, { address });
    expect((await openPage(page.url)).text).toContain('1 Main St, Austin, TX, 73301, USA');
  });

  test('only what the configuration allows can be changed', async () => {
    const { id } = await stripe.billingPortal.configurations.create({
      features: { ...allFeatures, customer_update: { enabled: true, allowed_updates: ['phone'] } },
    });
    const { page, customer } = await portal.openSubscriber({ configuration: id });
    const form = await followLink(page, 'Update information');
    expect(fieldNames(form)).toEqual(['phone']);
    await submitForm(form, 'Save', { phone: '123', email: 'eve@example.com', name: 'Eve' });
    expect(await stripe.customers.retrieve(customer.id)).toMatchObject({
      phone: '123',
      email: customer.email,
      name: null,
    });
  });

  test('the country is chosen from a list of names, and kept when it is not changed', async () => {
    const { page, customer } = await portal.openSubscriber();
    await stripe.customers.update(customer.id, { address: { country: 'FR' } });
    const form = await followLink(page, 'Update information');
    expect(form.html).toMatch(/<option value="DE"\s*>Germany<\/option>/);
    await submitForm(form, 'Save', { address_city: 'Paris' });
    expect(await stripe.customers.retrieve(customer.id)).toMatchObject({
      address: { city: 'Paris', country: 'FR' },
    });
    const again = await submitForm(form, 'Save', { address_country: 'ZZ' });
    expect(again.status).toBe(422);
    expect(again.text).toContain('Choose a country from the list.');
  });

  test('tax ids are added, refused, and removed, where the configuration allows them', async () => {
    const { id } = await createConfiguration(stripe, [], {
      customer_update: { enabled: true, allowed_updates: ['tax_id'] },
    });
    const { page, customer } = await portal.openSubscriber({ configuration: id });
    const form = await followLink(page, 'Update information');
    const refused = await submitForm(form, 'Save', { tax_id_type: 'eu_vat', tax_id: '12' });
    expect(refused.text).toContain('Invalid value for eu_vat.');
    const home = await submitForm(form, 'Save', { tax_id_type: 'eu_vat', tax_id: 'DE123456789' });
    expect(home.text).toContain('Tax ID DE123456789');
    expect((await stripe.customers.listTaxIds(customer.id)).data).toMatchObject([{ type: 'eu_vat' }]);
    await submitForm(await followLink(home, 'Update information'), 'Remove');
    expect((await stripe.customers.listTaxIds(customer.id)).data).toEqual([]);
  });

  test('a bad address is refused', async () => {
    const { page } = await portal.openSubscriber();
    const again = await submitForm(await followLink(page, 'Update information'), 'Save', { email: 'nobody' });
    expect(again.status).toBe(422);
    expect(again.text).toContain('Enter a valid email address.');
  });
});
