import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Stripe } from 'stripe';
import { idOf } from './fixtures.ts';
import { followLink, openPage, openPortal, submitForm } from './portal-browser.ts';
import { type PortalFixture, startPortal } from './portal-fixture.ts';

let portal: PortalFixture;
let stripe: Stripe;
beforeAll(async () => {
  portal = await startPortal();
  stripe = portal.stripe;
});

const spaced = (text: string): string => text.replace(/\u00a0/g, ' ');

describe('with the locale de', () => {
  test('the home page is German, with dates and amounts as Germans write them', async () => {
    const { page } = await portal.openSubscriber({ locale: 'de' });
    expect(page.html).toContain('<html lang="de">');
    expect(page.text).toContain('Aktuelles Abonnement');
    expect(spaced(page.text)).toContain('10,00 $ / Monat');
    expect(spaced(page.text)).toMatch(/Nächste Abbuchung: +10,00 \$ +am \d{2}\.\d{2}\.\d{4}/);
    expect(page.text).toMatch(/Rechnungen .* Bezahlt/);
    expect(page.text).toContain('← Zurück zu Rocket Rides');
  });

  test('a cancellation is German from the form to the message', async () => {
    const { page } = await portal.openSubscriber({ locale: 'de' });
    const form = await followLink(page, 'Tarif kündigen');
    expect(form.text).toMatch(/Sie können Ihren Tarif bis zum \d{2}\.\d{2}\.\d{4} nutzen\./);
    const done = await submitForm(form, 'Tarif kündigen');
    expect(done.text).toContain('Ihr Abonnement wurde gekündigt.');
    expect(done.text).toMatch(/Endet am \d{2}/);
    expect((await submitForm(done, 'Nicht kündigen')).text).toContain('Ihr Abonnement läuft weiter.');
  });

  test('billing information has German labels, countries and refusals', async () => {
    const { page } = await portal.openSubscriber({ locale: 'de' });
    const form = await followLink(page, 'Angaben ändern');
    expect(form.text).toContain('Straße');
    expect(form.html).toMatch(/<option value="DE"\s*>Deutschland<\/option>/);
    const refused = await submitForm(form, 'Speichern', { email: 'nobody' });
    expect(refused.text).toContain('Geben Sie eine gültige E-Mail-Adresse ein.');
  });

  test('discounts, limits and scheduled changes are German', async () => {
    const { body } = await portal.control('POST', 'subscription_states', { state: 'discounted' });
    const customer = idOf((body as Stripe.Subscription).customer);
    for (const state of ['sent_invoices', 'scheduled_change', 'graduated_tiers', 'usage_based', 'paused'])
      await portal.control('POST', 'subscription_states', { customer, state });
    const { configuration } = portal;
    const page = await openPortal(stripe, { customer, configuration, locale: 'de' });
    const text = spaced(page.text);
    const shown = [
      'Welcome: 25% Rabatt für 3 Monate, bis zum',
      'Dieser Tarif kann hier nicht geändert werden: Seine Rechnungen werden zugesandt. Wenden Sie sich an Rocket Rides.',
      'Eine Änderung Ihres Tarifs ist für den',
      'für 12 × Ab 10,00 $ / Monat',
      '0,005 $ je Einheit / Monat',
    ];
    expect(shown.filter((sentence) => !text.includes(sentence))).toEqual([]);
    const resume = await followLink(page, 'Abonnement fortsetzen');
    expect(resume.text).toContain('Ein neuer Zeitraum beginnt, sobald Sie bestätigen.');
  });

  test('what customers and products are called is not translated', async () => {
    const { customer, subscription } = await portal.openSubscriber();
    const [item] = subscription.items.data;
    await stripe.products.update(idOf(item?.price.product ?? null), { name: 'Active' });
    await stripe.customers.update(customer.id, { name: 'Save' });
    const page = await openPortal(stripe, {
      customer: customer.id,
      configuration: portal.configuration,
      locale: 'de',
    });
    expect(page.text).toContain('Active Aktiv');
    expect(page.text).toMatch(/Name\s+Save/);
  });
});

describe('without a locale', () => {
  const german = { headers: { 'accept-language': 'de-DE,de;q=0.9' } };

  test.each([
    ['the browser decides', {}, german, 'de'],
    ['the customer’s language comes before the browser’s', { preferred_locales: ['en'] }, german, 'en'],
    ['a language that is not here is shown in English', { preferred_locales: ['fr'] }, german, 'en'],
  ])('%s', async (_rule, customerParams, init, language) => {
    const { customer } = await portal.openSubscriber();
    await stripe.customers.update(customer.id, customerParams);
    const params = { customer: customer.id, configuration: portal.configuration };
    const page = await openPortal(stripe, params, init);
    expect(page.html).toContain(`<html lang="${language}">`);
  });

  test('the page of an invoice follows the customer’s language', async () => {
    const { customer, subscription } = await portal.openSubscriber();
    await stripe.customers.update(customer.id, { preferred_locales: ['de'] });
    await portal.control('POST', 'invoices', { subscription: subscription.id });
    const [invoice] = (await stripe.invoices.list({ customer: customer.id })).data;
    const page = await openPage(invoice?.hosted_invoice_url ?? '');
    expect(page.text).toContain('Offener Betrag');
    expect((await submitForm(page, 'Jetzt bezahlen')).text).toContain('Die Rechnung wurde bezahlt.');
  });
});
