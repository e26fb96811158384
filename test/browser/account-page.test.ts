import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type Stripe from 'stripe';
import { type AccountCustomer, startAccountKit } from './account.ts';
import { capture, describeInBrowser, describeInFullBrowser } from './browser.ts';

const examplePolicies = join(import.meta.dirname, '../../examples/policies.yaml');

describeInBrowser('the account page', (driver) => {
  const started = startAccountKit();
  // No webhook comes here: without asking Stripe, the page would show what was before.
  const withWebhooks = startAccountKit({ STRIPE_WEBHOOK_SECRETS: 'whsec_of_the_tests' });

  test('a session is opened on the click, once for two clicks, and never before', async () => {
    const kit = await started;
    const page = await kit.visit(driver, (await kit.createCustomer()).token);
    const button = page.getByRole('button', { name: 'Manage billing' });
    await button.waitFor();
    const before = kit.countSessions();
    await slowDown(kit.app.sdk, '/v1/billing_portal/sessions');
    await button.dblclick();
    await page.getByRole('status').getByText('Opening the billing portal…').waitFor();
    await page.getByRole('button', { name: 'Update payment method' }).click();
    await page.getByRole('heading', { name: 'Billing', exact: true }).waitFor();
    expect(kit.countSessions() - before).toBe(1);
  });

  test('“Cancel plan” leads to that task, and from there straight back', async () => {
    const kit = await withWebhooks;
    const page = await kit.visit(driver, (await kit.createCustomer()).token);
    await page.getByRole('button', { name: 'Cancel plan' }).click();
    await page.getByRole('heading', { name: 'Cancel your plan' }).waitFor();
    await page.getByRole('button', { name: 'Cancel plan' }).click();
    await page.getByText(/^Cancels on /).waitFor();
    expect(page.url()).toBe(`${kit.webUrl}/`);
  });

  test('a plan that is set to end is offered no change, no pause and no second cancellation', async () => {
    const kit = await started;
    const { token, subscriptionId } = await kit.createCustomer();
    await kit.app.sdk.subscriptions.update(subscriptionId, { cancel_at_period_end: true });
    const page = await kit.visit(driver, token);
    await page.getByText(/^Cancels on /).waitFor();
    expect(await page.getByRole('button', { name: /Change plan|Cancel plan/ }).count()).toBe(0);
    expect(await page.getByRole('listitem').allInnerTexts()).toEqual([
      'change how you pay',
      'see and print invoices',
      'edit your details',
    ]);
  });

  test.each([
    ['Update payment method', /Add (a )?payment method/],
    ['Change plan', /(Update|Change) (your )?plan/],
  ])('“%s” leads to that task', async (name, heading) => {
    const kit = await started;
    const page = await kit.visit(driver, (await kit.createCustomer()).token);
    await page.getByRole('button', { name }).click();
    await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
  });

  test('“View invoices” leads to a portal with invoices and, by policies, nothing to change', async () => {
    for (const env of [{}, { PORTAL_POLICIES: examplePolicies }]) {
      const kit = await startAccountKit(env);
      const page = await kit.visit(driver, (await kit.createCustomer()).token);
      await page.getByRole('button', { name: 'View invoices' }).click();
      await page.getByRole('heading', { name: 'Billing', exact: true }).waitFor();
      expect(await page.getByRole('heading', { name: 'Invoice history' }).count()).toBe(1);
      const changes = page.getByRole('link', { name: /cancel|update|pause|payment method/i });
      expect((await changes.count()) > 0).toBe(!('PORTAL_POLICIES' in env));
    }
  });

  test('a user under contract sees no way to cancel, here and in the portal', async () => {
    const kit = await startAccountKit({ PORTAL_POLICIES: examplePolicies });
    const free = await kit.visit(driver, (await kit.createCustomer()).token);
    await free.getByRole('button', { name: 'Cancel plan' }).waitFor();
    const bound = await kit.createCustomer(new Date(Date.now() + 90 * 86_400_000));
    const page = await kit.visit(driver, bound.token);
    await page.getByRole('button', { name: 'Manage billing' }).waitFor();
    expect(await page.getByText(/cancel/i).count()).toBe(0);
    await capture(page, 'account-under-contract');
    await page.getByRole('button', { name: 'Manage billing' }).click();
    await page.getByText('Manage your Acme contract').waitFor();
    expect(await page.getByText(/cancel/i).count()).toBe(0);
  });

  const soon = Math.floor(Date.now() / 1000) + 7 * 86_400;

  test.each<[string, RegExp, (sdk: Stripe, customer: AccountCustomer) => Promise<unknown>]>([
    [
      'trialing',
      /Trial\s+Your free trial ends on/,
      (sdk, { subscriptionId: id }) => startTrial(sdk, id, soon),
    ],
    [
      'past due',
      /Past due\s+Your last payment did not/,
      (sdk, { subscriptionId: id }) => put(sdk, id, 'past_due'),
    ],
    ['paused', /Paused\s+.*Nothing is charged/, (sdk, { subscriptionId: id }) => put(sdk, id, 'paused')],
    [
      'no plan',
      /No plan\s+You have no running/,
      (sdk, { subscriptionId: id }) => sdk.subscriptions.cancel(id),
    ],
    ['no card', /No payment method on file/, (sdk, { customerId }) => removeCards(sdk, customerId)],
  ])('it says so: %s', async (name, words, arrange) => {
    const kit = await started;
    const customer = await kit.createCustomer();
    await arrange(kit.app.sdk, customer);
    const page = await kit.visit(driver, customer.token);
    await page.getByRole('button', { name: 'Manage billing' }).waitFor();
    expect(await page.getByRole('main').innerText()).toMatch(words);
    await capture(page, `account-${name.replace(' ', '-')}`);
  });

  test('a user without a customer is told what comes here, and is offered no portal', async () => {
    const kit = await started;
    const page = await kit.visit(driver, await kit.app.createToken({ userId: 'nobody' }));
    await page.getByRole('heading', { name: 'No plan yet' }).waitFor();
    expect(await page.getByRole('button', { name: 'Manage billing' }).count()).toBe(0);
    await capture(page, 'account-empty');
  });
});

describeInFullBrowser('the account page', (driver) => {
  // No webhook comes here: without asking Stripe, the page would show what was before.
  const started = startAccountKit({ STRIPE_WEBHOOK_SECRETS: 'whsec_of_the_tests' });

  test('the browser’s “back” shows what has become of the plan', async () => {
    const kit = await started;
    const { token, subscriptionId } = await kit.createCustomer();
    const page = await kit.visit(driver, token);
    await page.evaluate(() => document.body.setAttribute('data-left', 'as it was'));
    await page.getByRole('button', { name: 'Manage billing' }).click();
    await page.getByRole('heading', { name: 'Billing', exact: true }).waitFor();
    await kit.app.sdk.subscriptions.update(subscriptionId, { cancel_at_period_end: true });
    // A page that is shown as it was left does not load.
    await page.goBack({ waitUntil: 'commit' });
    await page.getByText(/^Cancels on /).waitFor();
    await page.getByText(/^Next charge/).waitFor({ state: 'detached' });
    expect(await page.locator('body').getAttribute('data-left')).toBe('as it was');
    await page.getByRole('button', { name: 'Manage billing' }).click();
    await page.getByRole('heading', { name: 'Billing', exact: true }).waitFor();
  });
});

function slowDown(sdk: Stripe, path: string): Promise<unknown> {
  return sdk.rawRequest('POST', '/_control/faults', { path, delay_ms: 500 });
}

function put(sdk: Stripe, id: string, status: string): Promise<unknown> {
  return sdk.rawRequest('POST', `/_control/subscriptions/${id}`, { status });
}

async function startTrial(sdk: Stripe, id: string, trialEnd: number): Promise<void> {
  await sdk.subscriptions.update(id, { trial_end: trialEnd, proration_behavior: 'none' });
}

async function removeCards(sdk: Stripe, customer: string): Promise<void> {
  const { data } = await sdk.customers.listPaymentMethods(customer);
  for (const { id } of data) await sdk.paymentMethods.detach(id);
}
