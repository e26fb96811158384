import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { type BillingPortalErrorCode, englishSentences } from '../../packages/client/src/sentences.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { startAccountKit } from './account.ts';
import { capture, describeInBrowser, findAccessFaults } from './browser.ts';

const codes = Object.keys(englishSentences) as BillingPortalErrorCode[];

const waysForward = /^(Try again|Sign in again|Reload the page|Contact support)$/;

/** What the page says of a failure: a code's own sentence, with one way forward. */
async function expectProblem(page: Page, code: BillingPortalErrorCode): Promise<void> {
  const problem = page.getByRole('alert').filter({ hasText: englishSentences[code] }).first();
  await problem.waitFor();
  const ways = problem.getByRole('button').or(problem.getByRole('link')).filter({ hasText: waysForward });
  expect(await ways.count()).toBe(1);
}

async function isInView(page: Page, role: 'alert' | 'status'): Promise<boolean> {
  const box = await page.getByRole(role).first().boundingBox();
  const { height = 0 } = page.viewportSize() ?? {};
  return box !== null && box.height > 1 && box.y >= 0 && box.y + box.height <= height;
}

describeInBrowser('what the page says when it fails', (driver) => {
  const started = startAccountKit();

  test.each(codes)('%s on a click', async (code) => {
    const { createCustomer, visit, app } = await started;
    const page = await visit(driver, (await createCustomer()).token);
    await page.getByRole('button', { name: 'Manage billing' }).waitFor();
    await page.route(`${app.url}/graphql`, (route) =>
      code === 'NETWORK_ERROR'
        ? route.abort('connectionrefused')
        : route.fulfill({
            headers: { 'access-control-allow-origin': '*' },
            json: { errors: [{ message: 'Words for developers.', extensions: { code } }] },
          }),
    );
    await page.getByRole('button', { name: 'Manage billing' }).click();
    await expectProblem(page, code);
    expect(await page.getByText('Words for developers').count()).toBe(0);
    await page.getByRole('button', { name: 'Dismiss' }).click();
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  test('a customer who is gone since the page was loaded', async () => {
    const { createCustomer, visit, app } = await started;
    const { token, userId } = await createCustomer();
    const page = await visit(driver, token);
    await page.getByRole('button', { name: 'Manage billing' }).waitFor();
    const database = await openDatabase({ url: app.config.databaseUrl, scope: app.config.stripe.scope });
    await database.customers.unlink(userId);
    await database.close();
    await page.getByRole('button', { name: 'Manage billing' }).click();
    await expectProblem(page, 'CUSTOMER_NOT_FOUND');
    await capture(page, 'account-problem');
    expect(await findAccessFaults(page)).toEqual([]);
  });

  test('a token that has ended leads to the sign-in', async () => {
    const { visit } = await started;
    const page = await visit(driver, 'no-token');
    await expectProblem(page, 'UNAUTHENTICATED');
    await page.getByRole('button', { name: 'Sign in again' }).click();
    await page.getByRole('heading', { name: 'Welcome to Acme' }).waitFor();
  });

  test('a sign-in that ends while the page is open leads to the sign-in from everywhere on it', async () => {
    const { createCustomer, visit, app } = await started;
    const { token, subscriptionId } = await createCustomer();
    await app.sdk.subscriptions.update(subscriptionId, { cancel_at_period_end: true });
    for (let count = 0; count < 6; count += 1)
      await app.sdk.rawRequest('POST', '/_control/invoices', {
        subscription: subscriptionId,
        status: 'paid',
      });
    const page = await visit(driver, token);
    await page.getByRole('button', { name: 'Older invoices' }).waitFor();
    await page.route(`${app.url}/graphql`, (route) =>
      route.continue({ headers: { ...route.request().headers(), authorization: 'Bearer ended' } }),
    );
    for (const [region, button] of [
      ['Invoices', 'Older invoices'],
      ['Plan: Pro', 'Keep plan'],
    ] as const) {
      const part = page.getByRole('region', { name: region, exact: true });
      await part.getByRole('button', { name: button }).click();
      await part.getByRole('alert').getByRole('button', { name: 'Sign in again' }).waitFor();
    }
    await page.getByRole('button', { name: 'Sign in again' }).first().click();
    await page.getByRole('heading', { name: 'Welcome to Acme' }).waitFor();
  });

  test('what a click meets is in view on a phone, wherever the page is scrolled to', async () => {
    const { createCustomer, visit, app } = await started;
    const page = await visit(driver, (await createCustomer()).token, {
      viewport: { width: 360, height: 640 },
    });
    await page.getByText(/^Next charge/).waitFor();
    for (const name of ['Change plan', 'Manage billing']) {
      await page.route(`${app.url}/graphql`, async (route) => {
        await page.getByRole('status').getByText('Opening the billing portal…').waitFor();
        expect(await isInView(page, 'status')).toBe(true);
        // Screen readers hold back what is said within something busy.
        expect(await page.locator('[aria-busy=true] [role=status]').count()).toBe(0);
        await route.abort('connectionrefused');
      });
      await page.getByRole('button', { name }).click();
      await page.getByRole('alert').waitFor();
      expect(await isInView(page, 'alert')).toBe(true);
      await page.getByRole('button', { name: 'Dismiss' }).click();
      await page.unroute(`${app.url}/graphql`);
    }
  });

  test('by keyboard, “Try again” and “Dismiss” lead back to the button that failed', async () => {
    const { createCustomer, visit, app } = await started;
    const page = await visit(driver, (await createCustomer()).token);
    await page.getByText(/^Next charge/).waitFor();
    await page.route(`${app.url}/graphql`, (route) => route.abort('connectionrefused'));
    await page.getByRole('button', { name: 'Change plan' }).press('Enter');
    for (const name of ['Try again', 'Dismiss']) {
      await page.getByRole('button', { name }).press('Enter');
      expect(await page.locator(':focus').textContent()).toBe('Change plan');
      if (name === 'Try again') await page.getByRole('alert').waitFor();
    }
  });

  test('“Try again” says that it loads, and a second failure is announced like the first', async () => {
    const { createCustomer, visit, app } = await started;
    const page = await visit(driver, (await createCustomer()).token);
    await page.getByRole('button', { name: 'Manage billing' }).waitFor();
    let fail: () => void = () => undefined;
    await page.route(`${app.url}/graphql`, async (route) => {
      await new Promise<void>((resolve) => {
        fail = resolve;
      });
      await route.abort('connectionrefused');
    });
    await page.reload();
    await page.getByText('Loading your billing…').waitFor();
    fail();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Loading your billing…').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    fail();
    await page.getByRole('alert').waitFor();
  });

  test('a failure that passes can be tried again, on loading as on a click', async () => {
    const { createCustomer, visit, app } = await started;
    const { token, customerId } = await createCustomer();
    const fail = (path: string): Promise<unknown> =>
      app.sdk.rawRequest('POST', '/_control/faults', { path, status: 503, times: 99 });
    const mend = (): Promise<unknown> => app.sdk.rawRequest('DELETE', '/_control/faults');
    await fail(`/v1/customers/${customerId}`);
    const page = await visit(driver, token);
    await expectProblem(page, 'STRIPE_UNAVAILABLE');
    await mend();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('button', { name: 'Manage billing' }).waitFor();
    await fail('/v1/billing_portal/sessions');
    await page.getByRole('button', { name: 'Update payment method' }).click();
    await expectProblem(page, 'STRIPE_UNAVAILABLE');
    await mend();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: /payment method/, level: 1 }).waitFor();
  });

  test.each<[BillingPortalErrorCode, Record<string, string>]>([
    ['FORBIDDEN', { REQUIRED_ROLE: 'owner' }],
    ['RATE_LIMITED', { RATE_LIMIT: '2/1h' }],
    ['RETURN_URL_NOT_ALLOWED', { RETURN_URLS: 'https://app.example.com' }],
  ])('%s by a service that is set so', async (code, env) => {
    const { createCustomer, visit } = await startAccountKit(env);
    const page = await visit(driver, (await createCustomer()).token);
    if (code !== 'FORBIDDEN') await page.getByRole('button', { name: 'Manage billing' }).click();
    await expectProblem(page, code);
  });
});
