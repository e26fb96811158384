import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { type LinkKit, type LinkedUser, createLinkKit, toPath } from '../email-links/email-link-kit.ts';
import { capture, describeInBrowser, findAccessFaults, looks, measureOverflow } from './browser.ts';

const button = { name: 'Open billing' };

async function expectAccessible(page: Page): Promise<void> {
  expect(await findAccessFaults(page)).toEqual([]);
  expect(await measureOverflow(page)).toBeLessThanOrEqual(0);
}

describeInBrowser('a link in an e-mail', (driver) => {
  const started = createLinkKit();

  const createLink = async (): Promise<{ kit: LinkKit; user: LinkedUser; address: string }> => {
    const kit = await started;
    const user = await kit.createUser();
    return { kit, user, address: kit.app.url + toPath(await kit.create(user)) };
  };

  test('leads to the portal by its button, and back to the product', async () => {
    const { kit, address } = await createLink();
    const page = await driver.openPage();
    const faults: string[] = [];
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) faults.push(message.text());
    });
    await page.goto(address);
    await page.getByRole('heading', { name: 'Your billing page', level: 1 }).waitFor();
    await capture(page, 'email-link');

    await page.getByRole('button', button).click();
    await page.getByRole('heading', { name: 'Billing', exact: true }).waitFor();

    expect(new URL(page.url()).origin).toBe(kit.localStripe.url);
    expect(await page.getByRole('link', { name: /^Return to/ }).getAttribute('href')).toBe(
      'https://app.example.com/account',
    );
    expect(faults).toEqual([]);
  });

  test('is used up by that, and says so to who comes again', async () => {
    const { address } = await createLink();
    const page = await driver.openPage();
    await page.goto(address);
    await page.getByRole('button', button).click();
    await page.getByRole('heading', { name: 'Billing', exact: true }).waitFor();

    const answer = await page.goto(address);

    expect(answer?.status()).toBe(410);
    await page.getByRole('heading', { name: 'This link has been used' }).waitFor();
    expect(await page.getByRole('button').count()).toBe(0);
    await capture(page, 'email-link-used');
  });

  test('leads to the portal though the button is pressed twice', async () => {
    const { kit, user, address } = await createLink();
    await kit.control('POST', 'faults', { path: '/v1/billing_portal/sessions', delay_ms: '3000' });
    const page = await driver.openPage();
    await page.goto(address);
    const { x, y } = (await page.getByRole('button', button).boundingBox()) ?? { x: 0, y: 0 };
    // By the mouse alone: Playwright's own clicks wait for the first answer.
    await page.mouse.click(x + 5, y + 5);
    while (kit.countSessions(user) === 0) await sleep(20);
    await page.mouse.click(x + 5, y + 5);

    await page.getByRole('heading', { name: 'Billing', exact: true }).waitFor();
  });

  test('can be tried again by the same button when Stripe was out', async () => {
    const { kit, address } = await createLink();
    await kit.control('POST', 'faults', { path: '/v1/billing_portal/sessions', status: '500' });
    const page = await driver.openPage();
    await page.goto(address);
    await page.getByRole('button', button).click();
    await page.getByRole('heading', { name: 'Billing cannot be opened right now' }).waitFor();
    await expectAccessible(page);
    await capture(page, 'email-link-try-again');

    await page.getByRole('button', button).click();
    await page.getByRole('heading', { name: 'Billing', exact: true }).waitFor();
  });

  test('is opened by keyboard alone, without JavaScript', async () => {
    const { address } = await createLink();
    const page = await driver.openPage({ javaScriptEnabled: false });
    await page.goto(address);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Billing', exact: true }).waitFor();
  });

  test.each(looks)('is readable %s', async (look, options) => {
    const { address } = await createLink();
    const page = await driver.openPage(options);
    await page.goto(address);
    await expectAccessible(page);
    const { height } = (await page.getByRole('button', button).boundingBox()) ?? { height: 0 };
    expect(height).toBeGreaterThanOrEqual(44);
    // Its style is not kept out by its own policy.
    expect(await page.evaluate(() => getComputedStyle(document.body).display)).toBe('grid');
    await capture(page, `email-link ${look}`.replaceAll(' ', '-'));

    await page.goto(address.slice(0, -1));
    await page.getByRole('heading', { name: 'This link does not work' }).waitFor();
    await expectAccessible(page);
  });

  test('is shown in no frame of another page', async () => {
    const { address } = await createLink();
    const page = await driver.openPage();
    // A page without a policy of its own, which might refuse the frame first.
    await page.goto(`${(await started).localStripe.url}/no-page`);
    const refused = page.waitForEvent('console', (message) => message.text().includes('frame-ancestors'));
    await page.evaluate((src) => {
      const frame = document.createElement('iframe');
      frame.src = src;
      document.body.append(frame);
    }, address);
    await refused;
  });
});
