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
