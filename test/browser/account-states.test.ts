import { expect, test } from '@jest/globals';
import { startAccountKit } from './account.ts';
import { capture, describeInBrowser, findAccessFaults, looks, measureOverflow } from './browser.ts';
import { type Arrange, control, startAs, startLate, visitAltered, visitAs } from './subscription-states.ts';

interface State {
  readonly name: string;
  readonly arrange: Arrange;
  readonly words: readonly RegExp[];
  readonly buttons: readonly string[];
}

const states: readonly State[] = [
  {
    name: 'active',
    arrange: startAs('plain'),
    words: [/Renews on/, /Next charge: \$/, /Invoices/],
    buttons: ['Change plan', 'Cancel plan', 'Update payment method'],
  },
  {
    name: 'discounted',
    arrange: startAs('discounted'),
    words: [/Discount .*off/],
    buttons: ['Change plan'],
  },
  {
    name: 'canceling',
    arrange: startAs('canceling'),
    words: [/Cancels on/, /until then/],
    buttons: ['Keep plan'],
  },
  {
    name: 'paused',
    arrange: startAs('paused'),
    words: [/Paused/, /Nothing is charged|resumes by itself/],
    buttons: ['Resume plan', 'Cancel plan'],
  },
  {
    name: 'scheduled change',
    arrange: startAs('scheduled_change'),
    words: [/Changes to .+ on /, /can be changed again after/],
    buttons: ['Keep plan'],
  },
  {
    name: 'past due',
    arrange: startLate('plain'),
    words: [/Past due/, /was due on/],
    buttons: ['Pay now'],
  },
  {
    name: 'sent invoices',
    arrange: startAs('sent_invoices'),
    words: [/paid by invoice/, /Next invoice: \$20\.00 on/],
    buttons: ['Cancel plan'],
  },
  {
    name: 'usage and an expiring card',
    arrange: async (sdk, customer) => {
      const now = new Date();
      await startAs('usage_based')(sdk, customer);
      const expiry = { exp_month: now.getUTCMonth() + 1, exp_year: now.getUTCFullYear() };
      const card = { customer, type: 'card', brand: 'mastercard', last4: '4444', default: true };
      await control(sdk, 'payment_methods', { ...card, ...expiry });
    },
    words: [/\$[\d.]+ per (unit|\d+) used|By usage/, /Expires soon/, /charged by usage/],
    buttons: ['Update payment method'],
  },
];

describeInBrowser('the states of the account page', (driver) => {
  // The first customer's data come with the settings of the portal, which offer everything.
  const started = startAccountKit().then(async (kit) => {
    await kit.createCustomer();
    return kit;
  });

  test.each(states)('$name: it says so, and offers what works', async (state) => {
    const page = await visitAs(await started, driver, state.arrange);
    const text = await page.getByRole('main').innerText();
    for (const words of state.words) expect(text).toMatch(words);
    for (const name of state.buttons)
      expect(
        await page.getByRole('button', { name }).or(page.getByRole('link', { name })).count(),
      ).toBeGreaterThan(0);
    await capture(page, `state-${state.name.replaceAll(' ', '-')}`);
  });

  test.each(states)('$name: it can be used by everyone, on a phone in the dark', async (state) => {
    const [, phone] = looks.find(([name]) => name === 'on a phone in the dark') ?? [];
    const page = await visitAs(await started, driver, state.arrange, phone);
    expect(await findAccessFaults(page)).toEqual([]);
    expect(await measureOverflow(page)).toBeLessThanOrEqual(0);
  });

  test.each([
    ['packages', '25 for $60.00'],
    ['graduated_tiers', '12 for $68.00'],
    ['volume_tiers', '12 for $48.00'],
    ['sub_cent', '1234 × $0.0035'],
    ['usage_based', '$0.005 per unit used'],
    ['several_currencies', '€19.00'],
  ])('a price of the kind %s is shown as it is charged', async (kind, price) => {
    const page = await visitAs(await started, driver, startAs(kind));
    expect(await page.locator('.price strong').first().innerText()).toBe(price);
  });

  test('a plan has the name of its product, since Stripe hides the nickname of a price from customers', async () => {
    const arrange: Arrange = async (sdk, customer) => {
      const { id: price } = await sdk.prices.create({
        currency: 'usd',
        unit_amount: 2_000,
        recurring: { interval: 'month' },
        nickname: 'for finance',
        product_data: { name: 'Team' },
      });
      await sdk.subscriptions.create({ customer, items: [{ price }] });
    };
    const page = await visitAs(await started, driver, arrange);
    expect(await page.getByRole('region', { name: 'Plan' }).getByRole('heading').innerText()).toBe('Team');
  });

  test('a past-due plan that is set to end says when, and is not said to be kept by paying', async () => {
    const arrange: Arrange = async (sdk, customer) => {
      await startAs('canceling')(sdk, customer);
      const { data } = await sdk.subscriptions.list({ customer });
      await control(sdk, `subscriptions/${data[0]?.id ?? ''}`, { status: 'past_due' });
    };
    const page = await visitAs(await started, driver, arrange);
    await page.getByText(/did not go through\. Cancels on /).waitFor();
    expect(await page.getByText('Pay now to keep your plan').count()).toBe(0);
  });

  test('a scheduled change of the quantity says how many', async () => {
    const arrange: Arrange = async (sdk, customer) => {
      const { id } = await sdk.products.create({ name: 'Seat' });
      const { id: price } = await sdk.prices.create({
        currency: 'usd',
        unit_amount: 2_000,
        product: id,
        recurring: { interval: 'month' },
      });
      const own = await sdk.subscriptions.create({ customer, items: [{ price, quantity: 5 }] });
      const { id: schedule, phases } = await sdk.subscriptionSchedules.create({ from_subscription: own.id });
      const { start_date = 0, end_date = 0 } = phases[0] ?? {};
      await sdk.subscriptionSchedules.update(schedule, {
        phases: [
          { items: [{ price, quantity: 5 }], start_date, end_date },
          { items: [{ price, quantity: 2 }], duration: { interval: 'month', interval_count: 1 } },
        ],
      });
    };
    const page = await visitAs(await started, driver, arrange);
    await page.getByText('Changes to 2 × Seat for $40.00 on ').waitFor();
  });

  test('a scheduled change to a price that Stripe no longer has says when', async () => {
    const page = await visitAltered(await started, driver, startAs('scheduled_change'), (subscription) => {
      if (subscription.scheduledChange)
        Object.assign(subscription.scheduledChange, { items: [], total: null });
    });
    await page.getByText(/^Your plan changes on .+\.$/).waitFor();
  });

  test('a next charge without its tax, which Stripe cannot calculate yet, says so', async () => {
    const page = await visitAltered(await started, driver, startAs('plain'), ({ nextCharge }) => {
      if (nextCharge) Object.assign(nextCharge, { tax: null });
    });
    await page.getByText(/^Next charge: \$[\d.]+ plus tax on /).waitFor();
  });

  test('an unpaid plan whose latest invoice is a draft leads to the newest open one', async () => {
    const arrange: Arrange = async (sdk, customer) => {
      await startLate('plain')(sdk, customer);
      const { data } = await sdk.subscriptions.list({ customer });
      const subscription = data[0]?.id ?? '';
      await control(sdk, 'invoices', { subscription, status: 'draft' });
      await control(sdk, `subscriptions/${subscription}`, { status: 'unpaid' });
    };
    const page = await visitAs(await started, driver, arrange);
    await page.getByText('Pay now to keep your plan.').waitFor();
    await page.getByRole('alert').getByRole('link', { name: 'Pay now' }).click();
    await page.getByRole('button', { name: /^Pay/ }).waitFor();
  });

  test.each([
    ['GB', 'United Kingdom'],
    ['England', 'England'],
  ])('an address is shown line by line, with %s as the country', async (country, name) => {
    const arrange: Arrange = (sdk, customer) =>
      sdk.customers.update(customer, {
        address: { line1: '12 St James’s Square', city: 'London', postal_code: 'SW1Y 4JH', country },
      });
    const page = await visitAs(await started, driver, arrange);
    const details = await page.getByRole('region', { name: 'Billing details' }).innerText();
    expect(details).toContain(`12 St James’s Square\nLondon, SW1Y 4JH\n${name}\n`);
  });

  test('a first payment that is missing is to be paid, and is not called overdue', async () => {
    const arrange: Arrange = async (sdk, customer) => {
      const card = await sdk.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
      await sdk.customers.update(customer, { invoice_settings: { default_payment_method: card.id } });
      const { data } = await sdk.prices.list({ limit: 1 });
      await sdk.subscriptions.create({ customer, items: [{ price: data[0]?.id ?? '' }] });
    };
    const page = await visitAs(await started, driver, arrange);
    expect(await page.getByRole('alert').innerText()).toMatch(/^\S+ is to be paid\./);
  });

  test('an invoice that a bank is debiting is not asked to be paid', async () => {
    const arrange: Arrange = async (sdk, customer) => {
      await startLate('plain')(sdk, customer);
      await control(sdk, 'payment_methods', { customer, type: 'sepa_debit', last4: '3000', default: true });
      const { data } = await sdk.subscriptions.list({ customer });
      await control(sdk, `subscriptions/${data[0]?.id ?? ''}`, { status: 'active' });
    };
    const page = await visitAs(await started, driver, arrange);
    await page.getByText(/ is being debited\. This can take several days\./).waitFor();
    expect(await page.getByRole('link', { name: 'Pay now', exact: true }).count()).toBe(0);
  });

  test('an unpaid invoice that was sent is not called a failed payment', async () => {
    const page = await visitAs(await started, driver, startLate('sent_invoices'));
    await page.getByText('Your last invoice is not paid yet.').waitFor();
    expect(await page.getByText('did not go through').count()).toBe(0);
  });

  test('“Older invoices” ends at what one query returns, and the portal has the rest', async () => {
    const arrange: Arrange = async (sdk, customer) => {
      await startAs('plain')(sdk, customer);
      const { data } = await sdk.subscriptions.list({ customer });
      for (let count = 0; count < 101; count += 1)
        await control(sdk, 'invoices', { subscription: data[0]?.id, status: 'paid' });
    };
    const page = await visitAs(await started, driver, arrange);
    const rows = page.getByRole('row');
    for (const shown of [15, 25, 35, 45, 55, 65, 75, 85, 95, 100]) {
      await page.getByRole('button', { name: 'Older invoices' }).click();
      await rows.nth(shown).waitFor();
    }
    expect(await page.getByRole('button', { name: 'Older invoices' }).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'View invoices' }).count()).toBe(1);
  });

  test('“Pay now” leads to the page of the invoice', async () => {
    const page = await visitAs(await started, driver, startLate('plain'));
    await page.getByRole('alert').getByRole('link', { name: 'Pay now' }).click();
    await page.getByRole('button', { name: /^Pay/ }).waitFor();
  });

  test('a slow answer is announced, and invoices that cannot be loaded leave the rest', async () => {
    const kit = await started;
    const { token } = await kit.createCustomer();
    await control(kit.app.sdk, 'faults', { path: '/v1/invoices', status: 500, times: 20 });
    await control(kit.app.sdk, 'faults', { path: '/v1/subscriptions', delay_ms: 5_500 });
    const page = await kit.visit(driver, token);
    await page.getByText('This takes longer than usual').waitFor();
    await capture(page, 'state-slow');
    await page.getByRole('button', { name: 'Try again' }).waitFor();
    await capture(page, 'state-without-invoices');
    expect(await page.getByRole('button', { name: 'Manage billing' }).count()).toBe(1);
    await kit.app.sdk.rawRequest('DELETE', '/_control/faults');
  });
});
