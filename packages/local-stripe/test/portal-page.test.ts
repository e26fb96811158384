import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Stripe } from 'stripe';
import { createCustomer, createSubscriber, idOf } from './fixtures.ts';
import { followLink, hasControl, linkOf, openPage, openPortal } from './portal-browser.ts';
import { type PortalFixture, startPortal } from './portal-fixture.ts';

let portal: PortalFixture;
let stripe: Stripe;
beforeAll(async () => {
  portal = await startPortal();
  stripe = portal.stripe;
});

describe('the first page', () => {
  test('shows the customer’s billing, names the business, and links back', async () => {
    await stripe.billingPortal.configurations.update(portal.configuration, {
      business_profile: { headline: 'Ride & manage', privacy_policy_url: 'https://example.com/privacy' },
    });
    const { page } = await portal.openSubscriber();
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

  test('forbids scripts and frames, and is not cached', async () => {
    const { page } = await portal.openSubscriber();
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
    const page = await openPortal(stripe, { customer: customer.id, configuration: portal.configuration });
    expect(page.html).not.toContain('<script');
    expect(page.html).toContain('&lt;script&gt;');
  });

  test('neither shows nor serves what the configuration does not allow', async () => {
    const { id } = await stripe.billingPortal.configurations.create({
      features: { invoice_history: { enabled: true } },
    });
    const { page, subscription } = await portal.openSubscriber({ configuration: id });
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
  test.each(['/p/session/test_unknown', '/i/unknown', '/p/login/unknown'])(
    '%s is not found',
    async (path) => {
      expect((await openPage(`${portal.localStripe.url}${path}`)).status).toBe(404);
    },
  );

  test('another customer’s objects cannot be changed', async () => {
    const victim = await createSubscriber(stripe);
    const { page } = await portal.openSubscriber();
    const card = idOf(victim.customer.invoice_settings.default_payment_method);
    for (const path of [
      `subscriptions/${victim.subscription.id}/cancel`,
      `payment-methods/${card}/remove`,
      `invoices/${idOf(victim.subscription.latest_invoice)}/pay`,
    ]) {
      expect((await openPage(`${page.url}/${path}`, { method: 'POST' })).status).toBe(404);
    }
    expect((await stripe.subscriptions.retrieve(victim.subscription.id)).cancel_at).toBeNull();
    expect(page.text).not.toContain(victim.customer.id);
  });

  test('a form from another site is refused', async () => {
    const { page, subscription, current } = await portal.openSubscriber();
    const headers = { 'sec-fetch-site': 'cross-site' };
    const forged = await openPage(`${page.url}/subscriptions/${subscription.id}/cancel`, {
      method: 'POST',
      headers,
    });
    expect(forged.status).toBe(404);
    expect((await current()).cancel_at).toBeNull();
  });
});

test('an invoice can be viewed, and read as PDF', async () => {
  const { page } = await portal.openSubscriber();
  const invoice = await followLink(page, 'View');
  expect(invoice.text).toMatch(/Invoice \w+-0001 .* Paid .* \$10\.00/);
  expect((await followLink(page, 'PDF')).text).toMatch(/^%PDF.*\(Amount paid\).*\(USD.10\.00\)/);
});
