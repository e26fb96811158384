import { expect, test } from '@jest/globals';
import { startAccountKit } from './account.ts';
import { capture, describeInBrowser, findAccessFaults, looks, measureOverflow } from './browser.ts';
import { control, visitAs } from './subscription-states.ts';

describeInBrowser('looks and access', (driver) => {
  const started = startAccountKit();

  test.each(looks)('the account page %s', async (look, options) => {
    const kit = await started;
    const page = await kit.visit(driver, (await kit.createCustomer()).token, options);
    await page.getByRole('button', { name: 'Manage billing' }).waitFor();
    expect(await findAccessFaults(page)).toEqual([]);
    expect(await measureOverflow(page)).toBeLessThanOrEqual(0);
    await capture(page, `account ${look}`.replaceAll(' ', '-'));
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in as the demo user' }).waitFor();
    expect(await findAccessFaults(page)).toEqual([]);
  });

  test.each(looks)('every page of the portal %s', async (look, options) => {
    const kit = await started;
    const { customerId, subscriptionId } = await kit.createCustomer();
    const session = await kit.app.sdk.billingPortal.sessions.create({
      customer: customerId,
      return_url: kit.webUrl,
    });
    const page = await driver.openPage(options);
    const subscription = `subscriptions/${subscriptionId}`;
    const paths = ['', 'payment-methods/add', 'customer', 'update', 'pause', 'cancel'].map((path) =>
      ['update', 'pause', 'cancel'].includes(path) ? `/${subscription}/${path}` : path && `/${path}`,
    );
    for (const path of paths) {
      const answer = await page.goto(session.url + path);
      expect([path, answer?.status()]).toEqual([path, 200]);
      expect([path, await findAccessFaults(page)]).toEqual([path, []]);
      expect([path, await measureOverflow(page)]).toEqual([path, 0]);
      // Browsers ask for an icon that is not named, and log that it is not there.
      expect(await page.locator('link[rel=icon]').count()).toBe(1);
      await capture(page, `portal${path.replace(/^.*\//, '-')} ${look}`.replaceAll(' ', '-'));
    }
  });

  test('the portal in German', async () => {
    const kit = await started;
    const { customerId: customer, subscriptionId: subscription } = await kit.createCustomer();
    await control(kit.app.sdk, 'invoices', { subscription, overdue: true });
    const { url } = await kit.app.sdk.billingPortal.sessions.create({ customer, locale: 'de' });
    const page = await driver.openPage();
    await page.goto(url);
    expect(await findAccessFaults(page)).toEqual([]);
    expect(await page.getByRole('button', { name: /^Jetzt bezahlen: / }).count()).toBe(1);
  });

  test('long words wrap on a small phone, on the account page and in the portal', async () => {
    const kit = await started;
    // With the settings of the portal.
    await kit.createCustomer();
    let hosted = '';
    const page = await visitAs(
      kit,
      driver,
      async (sdk, customer) => {
        const { id: price } = await sdk.prices.create({
          currency: 'jpy',
          unit_amount: 12_345_678,
          recurring: { interval: 'month', interval_count: 3 },
          product_data: { name: 'Internationalisierungsunterstützungsdienstleistung' },
        });
        await sdk.subscriptions.create({ customer, items: [{ price, quantity: 30 }] });
        const { data } = await sdk.invoices.list({ customer });
        hosted = data[0]?.hosted_invoice_url ?? '';
        const name = 'Wolfeschlegelsteinhausenbergerdorff-Donaudampfschifffahrt';
        await sdk.customers.update(customer, { name, email: `${name}@example.com` });
      },
      { viewport: { width: 320, height: 640 } },
    );
    expect(await measureOverflow(page)).toBe(0);
    await page.getByRole('button', { name: 'Manage billing' }).click();
    await page.getByRole('heading', { name: 'Billing', exact: true }).waitFor();
    expect(await measureOverflow(page)).toBe(0);
    await page.goto(hosted);
    expect(await measureOverflow(page)).toBe(0);
  });

  test('the portal’s invoices fit on a small phone', async () => {
    const kit = await started;
    const { customerId: customer } = await kit.createCustomer();
    const { url } = await kit.app.sdk.billingPortal.sessions.create({ customer });
    const page = await driver.openPage({ viewport: { width: 360, height: 740 } });
    await page.goto(url);
    const hidden = await page
      .getByRole('region', { name: 'Invoices' })
      .evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth);
    expect(hidden).toBe(0);
  });
});
