import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Stripe } from 'stripe';
import { createSubscriber, idOf } from './fixtures.ts';
import { followLink, hasControl, linkOf, openPage, openPortal, submitForm } from './portal-browser.ts';
import { type PortalFixture, startPortal } from './portal-fixture.ts';

const appPage = 'https://app.example.com/account';

let portal: PortalFixture;
let stripe: Stripe;
beforeAll(async () => {
  portal = await startPortal();
  stripe = portal.stripe;
});

async function createInvoice(form: Readonly<Record<string, string>> = {}) {
  const subscriber = await createSubscriber(stripe);
  const answer = await portal.control('POST', 'invoices', {
    subscription: subscriber.subscription.id,
    ...form,
  });
  return { ...subscriber, invoice: answer.body as Stripe.Invoice };
}

const addressOf = (invoice: Stripe.Invoice): string => invoice.hosted_invoice_url ?? '';

describe('the page of an open invoice', () => {
  test('is paid with the default payment method, and leads back to the page that linked to it', async () => {
    const { invoice, subscription } = await createInvoice();
    const page = await openPage(addressOf(invoice), { headers: { referer: appPage } });
    expect(page.text).toContain('Open');
    expect(linkOf(page, '← Return to Rocket Rides')).toBe(appPage);
    const paid = await submitForm(page, 'Pay now');
    expect(paid.text).toContain('The invoice has been paid.');
    expect(hasControl(paid, 'Pay now')).toBe(false);
    expect(linkOf(paid, '← Return to Rocket Rides')).toBe(appPage);
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('active');
  });

  test('says that a card was declined, and takes another one', async () => {
    const { invoice } = await createInvoice();
    const page = await openPage(addressOf(invoice));
    const declined = await submitForm(page, 'Pay now', { method: 'pm_card_chargeCustomerFail' });
    expect(declined.text).toContain('The payment was declined.');
    const paid = await submitForm(declined, 'Pay now', { method: 'pm_card_mastercard' });
    expect(paid.text).toContain('Paid');
  });

  test('does not take the payment method of another customer', async () => {
    const { invoice } = await createInvoice();
    const stranger = await createSubscriber(stripe);
    const { default_payment_method: method } = stranger.customer.invoice_settings;
    const refused = await submitForm(await openPage(addressOf(invoice)), 'Pay now', {
      method: idOf(method),
    });
    expect(refused.status).toBe(404);
    expect((await stripe.invoices.retrieve(invoice.id)).status).toBe('open');
  });

  test('refuses a form of another site', async () => {
    const { invoice } = await createInvoice();
    const answer = await openPage(`${addressOf(invoice)}/pay`, {
      method: 'POST',
      headers: { 'sec-fetch-site': 'cross-site' },
      body: new URLSearchParams({ method: 'pm_card_visa' }),
    });
    expect(answer.status).toBe(404);
  });

  test('leads back to the return URL of the portal when the browser does not say where it came from', async () => {
    const { invoice, customer } = await createInvoice();
    const home = await openPortal(stripe, { customer: customer.id, configuration: portal.configuration });
    const page = await followLink(home, 'View');
    expect(addressOf(invoice)).toBe(page.url);
    expect(linkOf(page, '← Return to Rocket Rides')).toBe(appPage);
  });

  test.each(['javascript:alert(1)', 'data:text/html,x'])('never links back to %s', async (back) => {
    const { invoice } = await createInvoice();
    const page = await openPage(`${addressOf(invoice)}?${new URLSearchParams({ back }).toString()}`);
    expect(page.html).not.toContain(back.slice(0, 8));
  });
});

test.each(['paid', 'void'])('the page of an invoice that is %s has no payment', async (status) => {
  const { invoice } = await createInvoice({ status });
  const page = await openPage(addressOf(invoice));
  expect(page.status).toBe(200);
  expect(hasControl(page, 'Pay now')).toBe(false);
  expect((await openPage(`${page.url}/pay`, { method: 'POST' })).status).toBe(404);
});

test('an invoice that was sent says when it is due', async () => {
  const { invoice } = await createInvoice({ collection_method: 'send_invoice', days_until_due: '14' });
  const due = new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeZone: 'UTC' });
  expect((await openPage(addressOf(invoice))).text).toContain(
    `Due ${due.format((invoice.due_date ?? 0) * 1000)}`,
  );
});

describe('the PDF', () => {
  test('is a file that a reader can follow: every object is where the table says', async () => {
    const { invoice } = await createInvoice();
    const response = await fetch(invoice.invoice_pdf ?? '');
    expect(response.headers.get('content-type')).toBe('application/pdf');
    expect(response.headers.get('content-disposition')).toContain(`Invoice-${invoice.number ?? ''}.pdf`);
    const pdf = Buffer.from(await response.arrayBuffer()).toString('latin1');
    expect(checkPdf(pdf)).toEqual([]);
    for (const text of [invoice.number ?? '', 'USD\xa010.00', 'ada@example.com']) expect(pdf).toContain(text);
  });

  test('has as many pages as it needs, and escapes what customers are called', async () => {
    const customer = await stripe.customers.create({
      name: 'Ångström (Łódź) \\ “东京” €',
      payment_method: 'pm_card_visa',
      invoice_settings: { default_payment_method: 'pm_card_visa' },
    });
    const product = await stripe.products.create({ name: 'A plan with a name that goes on '.repeat(4) });
    const prices = await Promise.all(
      Array.from({ length: 20 }, (_unused, index) =>
        stripe.prices.create({
          product: product.id,
          currency: 'jpy',
          unit_amount: 100 + index,
          recurring: { interval: 'month' },
        }),
      ),
    );
    const { latest_invoice: latest } = await stripe.subscriptions.create({
      customer: customer.id,
      items: prices.map((price) => ({ price: price.id })),
      expand: ['latest_invoice'],
    });
    const response = await fetch((latest as Stripe.Invoice).invoice_pdf ?? '');
    const pdf = Buffer.from(await response.arrayBuffer()).toString('latin1');
    expect(checkPdf(pdf)).toEqual([]);
    expect(pdf).toMatch(/\/Count [2-9]/);
    expect(pdf).toContain('\xc5ngstr\xf6m \\(?\xf3dz\\) \\\\ \x93??\x94 \x80');
    expect(pdf).toContain('JPY\xa0119');
  });
});

/** The faults of a PDF's structure: its header, its table of objects, and the length of each stream. */
function checkPdf(pdf: string): string[] {
  const faults: string[] = [];
  if (!pdf.startsWith('%PDF-1.')) faults.push('no header');
  if (!pdf.trimEnd().endsWith('%%EOF')) faults.push('no end');
  const start = Number(/startxref\n(\d+)/.exec(pdf)?.[1]);
  const table = /^xref\n0 (\d+)\n((?:\d{10} \d{5} [nf] \n)+)trailer/.exec(pdf.slice(start));
  if (!table) return [...faults, 'no table of objects'];
  const entries = (table[2] ?? '').trimEnd().split('\n').slice(1);
  if (entries.length + 1 !== Number(table[1])) faults.push('the table has another size');
  entries.forEach((entry, index) => {
    if (!pdf.slice(Number(entry.slice(0, 10))).startsWith(`${index + 1} 0 obj\n`))
      faults.push(`object ${index + 1} is elsewhere`);
  });
  for (const [, length, stream = ''] of pdf.matchAll(/\/Length (\d+) >>\nstream\n([\s\S]*?)\nendstream/g))
    if (stream.length !== Number(length)) faults.push('a stream has another length');
  return faults;
}
