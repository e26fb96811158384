import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { type Demo, startDemo } from '../../src/cli/demo/demo-service.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { capture, describeInBrowser } from './browser.ts';

async function startTestDemo(): Promise<Demo> {
  const demo = await startDemo({ PORT: '0' });
  closeAfterTests(() => demo.stop());
  return demo;
}

async function signIn(page: Page, { webUrl }: Pick<Demo, 'webUrl'>): Promise<void> {
  await page.goto(webUrl ?? 'The page is not built: node examples/web/build.js');
  await page.getByRole('button', { name: 'Sign in as the demo user' }).click();
  await page.getByRole('button', { name: 'Manage billing' }).waitFor();
}

describeInBrowser('the demo, as a new user tries it', (driver) => {
  test('from signing in to a cancelled plan, by way of the portal', async () => {
    const demo = await startTestDemo();
    const page = await driver.openPage();
    await signIn(page, demo);
    const plan = page.getByRole('region', { name: 'Plan' });
    expect(await plan.innerText()).toMatch(/Pro\s+\$29\.00 a month\s+Active/);
    await capture(page, 'account');

    await page.getByRole('button', { name: 'Manage billing' }).click();
    await page.getByRole('heading', { name: 'Billing', exact: true }).waitFor();
    expect(new URL(page.url()).origin).toBe(demo.stripeUrl);
    for (const offer of ['Update plan', 'Pause', 'Cancel plan', 'Add payment method', 'Update information']) {
      expect(await page.getByRole('link', { name: offer }).count()).toBe(1);
    }
    await capture(page, 'portal');

    await page.getByRole('link', { name: 'Cancel plan' }).click();
    await page.getByRole('radio', { name: 'It’s too expensive' }).check();
    await page.getByRole('button', { name: 'Cancel plan' }).click();
    await page.getByText('Your subscription has been canceled.').waitFor();
    await page.getByRole('link', { name: 'Return to Acme' }).click();

    await page.getByText(/^Cancels on \w+ \d+, \d{4}$/).waitFor();
    expect(new URL(page.url()).origin).toBe(demo.webUrl);
    expect(await page.getByRole('button', { name: 'Cancel plan' }).count()).toBe(0);
    await capture(page, 'account-canceled');
  });

  test('by the name of localhost, and back there', async () => {
    const { webUrl } = await startTestDemo();
    const page = await driver.openPage();
    const address = webUrl?.replace('127.0.0.1', 'localhost') ?? null;
    await signIn(page, { webUrl: address });
    await page.getByRole('button', { name: 'Manage billing' }).click();
    await page.getByRole('link', { name: 'Return to Acme' }).click();
    await page.getByRole('button', { name: 'Manage billing' }).waitFor();
    expect(page.url()).toBe(`${address}/`);
  });

  test('at any path, as a page of an application has it, and back there', async () => {
    const { webUrl } = await startTestDemo();
    const page = await driver.openPage();
    const address = `${webUrl}/settings/billing?tab=plan`;
    await signIn(page, { webUrl: address });
    await page.getByRole('button', { name: 'Manage billing' }).click();
    await page.getByRole('link', { name: 'Return to Acme' }).click();
    await page.getByRole('button', { name: 'Manage billing' }).waitFor();
    expect(page.url()).toBe(address);
  });

  test('as a second user, with a plan in each state', async () => {
    const page = await driver.openPage();
    await page.goto((await startTestDemo()).webUrl ?? '');
    await page.getByRole('button', { name: 'See a plan in each state' }).click();
    for (const words of [
      'Paused',
      /^Cancels on/,
      /^Changes to/,
      'Discount',
      /paid by invoice/,
      /per unit used/,
    ])
      await page.getByText(words).first().waitFor();
    // As often as a person who tries it may load it within a minute.
    for (let count = 0; count < 6; count += 1) {
      await page.reload();
      await page.getByText('Next charge: $7.50').waitFor();
    }
  });

  test('by keyboard alone', async () => {
    const page = await driver.openPage({ colorScheme: 'dark' });
    await page.goto((await startTestDemo()).webUrl ?? '');
    await page.getByRole('button', { name: 'Sign in as the demo user' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Manage billing' }).waitFor();
    await capture(page, 'account-dark');
    const reached: string[] = [];
    while (reached.at(-1) !== 'Manage billing' && reached.length < 20) {
      await page.keyboard.press('Tab');
      reached.push(await page.locator(':focus').innerText());
    }
    expect(reached).toEqual(
      expect.arrayContaining([
        'Change plan',
        'Cancel plan',
        'Update payment method',
        'View invoices',
        'Manage billing',
      ]),
    );
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Billing', exact: true }).waitFor();
  });
});

test('the page answers to the names of this machine and to no other', async () => {
  const { webUrl } = await startTestDemo();
  const { port } = new URL(webUrl ?? '');
  const signIn = async (host: string): Promise<number | undefined> => {
    const sent = request({
      port,
      host: '127.0.0.1',
      path: '/demo/sign-in',
      method: 'POST',
      headers: { host },
    });
    sent.end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    answer.resume();
    return answer.statusCode;
  };
  expect(await signIn(`127.0.0.1:${port}`)).toBe(200);
  expect(await signIn(`localhost:${port}`)).toBe(200);
  expect(await signIn(`evil.example.com:${port}`)).toBe(403);
});
