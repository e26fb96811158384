import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { startAccountKit } from './account.ts';
import { describeInBrowser } from './browser.ts';
import { type Arrange, control, startAs, visitAs } from './subscription-states.ts';

/** The text of what has the focus. */
const readFocus = (page: Page): Promise<string | null> => page.locator(':focus').textContent();

describeInBrowser('the plans on the account page', (driver) => {
  // The first customer's data come with the settings of the portal, which offer everything.
  const started = startAccountKit().then(async (kit) => {
    await kit.createCustomer();
    return kit;
  });

  test('of several plans, each says what is charged next', async () => {
    const arrange: Arrange = async (sdk, customer) => {
      for (const state of ['plain', 'discounted', 'canceling', 'scheduled_change'])
        await startAs(state)(sdk, customer);
    };
    const page = await visitAs(await started, driver, arrange);
    const plans = await page.getByRole('region', { name: /^Plan/ }).allInnerTexts();
    const charges = plans.map((text) => /Next charge: (\S+)/.exec(text)?.[1]);
    expect(charges).toEqual(['$5.00', undefined, '$15.00', '$20.00']);
  });

  test('of several plans, each is named, and its buttons say which plan they are about', async () => {
    const page = await visitAs(await started, driver, async (sdk, customer) => {
      await startAs('plain')(sdk, customer);
      await startAs('several_products')(sdk, customer);
    });
    for (const name of ['Plan: Plan', 'Plan: Plan and Support']) {
      const plan = page.getByRole('region', { name, exact: true });
      const button = plan.getByRole('button', { name: 'Cancel plan', description: name, exact: true });
      expect(await button.count()).toBe(1);
    }
  });

  test('of several plans, each says what it is charged to', async () => {
    const arrange: Arrange = async (sdk, customer) => {
      await startAs('plain')(sdk, customer);
      const card = { customer, type: 'card', brand: 'mastercard', last4: '4444' };
      const { id } = (await control(sdk, 'payment_methods', card)) as { readonly id: string };
      const { data } = await sdk.subscriptions.list({ customer });
      await sdk.subscriptions.update(data[0]?.id ?? '', { default_payment_method: id });
      await startAs('plain')(sdk, customer);
    };
    const page = await visitAs(await started, driver, arrange);
    await page.getByText('Charged to Mastercard •••• 4444').waitFor();
    await page.getByText('Charged to Visa •••• 4242').waitFor();
  });

  test('a plan that is paid by invoice is not said to be charged to a card', async () => {
    const arrange: Arrange = async (sdk, customer) => {
      await startAs('sent_invoices')(sdk, customer);
      await startAs('plain')(sdk, customer);
    };
    const page = await visitAs(await started, driver, arrange);
    await page.getByText('Your plan is paid by invoice').waitFor();
    expect(await page.getByText(/^Charged to/).count()).toBe(1);
  });

  test('a discount on a part of the plan is shown', async () => {
    const page = await visitAs(await started, driver, async (sdk, customer) => {
      await startAs('plain')(sdk, customer);
      const { id: coupon } = await sdk.coupons.create({
        name: 'Loyal',
        percent_off: 10,
        duration: 'forever',
      });
      const { data } = await sdk.subscriptions.list({ customer });
      const items = data[0]?.items.data.map(({ id }) => ({ id, discounts: [{ coupon }] })) ?? [];
      await sdk.subscriptions.update(data[0]?.id ?? '', { items });
    });
    await page.getByText('Loyal: 10% off').waitFor();
  });

  test('“Keep plan” reverts a cancellation; the state has the focus then, and what is charged next is back', async () => {
    const page = await visitAs(await started, driver, startAs('canceling'));
    expect(await page.getByText(/^Next charge/).count()).toBe(0);
    await page.getByRole('button', { name: 'Keep plan' }).press('Enter');
    await page.getByText(/^Renews on/).waitFor();
    await page.getByRole('button', { name: 'Cancel plan' }).waitFor();
    await page.getByText(/^Next charge: \$20\.00/).waitFor();
    expect(await readFocus(page)).toMatch(/^Active Renews on/);
  });

  test('“Keep plan” that fails can be tried again, and keeps the focus', async () => {
    const kit = await started;
    const page = await visitAs(kit, driver, startAs('canceling'));
    await page.route(`${kit.app.url}/graphql`, (route) => route.abort('connectionrefused'));
    await page.getByRole('button', { name: 'Keep plan' }).press('Enter');
    await page.getByRole('alert').getByText('We could not be reached').waitFor();
    expect(await readFocus(page)).toBe('Keep plan');
    await page.unroute(`${kit.app.url}/graphql`);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('button', { name: 'Cancel plan' }).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  test('“Resume plan” leads to the portal, which resumes it', async () => {
    const page = await visitAs(await started, driver, startAs('paused'));
    await page.getByRole('button', { name: 'Resume plan' }).click();
    await page.getByRole('link', { name: 'Resume subscription' }).click();
    await page.getByRole('button', { name: 'Resume subscription' }).click();
    await page.getByRole('link', { name: 'Return to Acme' }).click();
    await page.getByText(/^Renews on/).waitFor();
  });

  test('a plan whose collection of payments is paused is offered no way to resume it, which the portal has not', async () => {
    const page = await visitAs(await started, driver, startAs('collection_paused'));
    await page.getByText('Paused', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Resume plan' }).count()).toBe(0);
  });

  test('“Older invoices” says that it loads', async () => {
    const kit = await started;
    const page = await visitAs(kit, driver, async (sdk, customer) => {
      await startAs('plain')(sdk, customer);
      const { data } = await sdk.subscriptions.list({ customer });
      for (let count = 0; count < 6; count += 1)
        await control(sdk, 'invoices', { subscription: data[0]?.id, status: 'paid' });
    });
    await control(kit.app.sdk, 'faults', { path: '/v1/invoices', delay_ms: 500 });
    await page.getByRole('button', { name: 'Older invoices' }).click();
    await page.getByRole('button', { name: 'Loading older invoices…' }).waitFor();
    await page.getByRole('row').nth(6).waitFor();
  });
});
