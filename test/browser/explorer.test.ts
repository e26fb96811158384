import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { startDemo } from '../../src/cli/demo/demo-service.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { capture, describeInBrowser } from './browser.ts';

describeInBrowser('GraphiQL, where nothing but the service can be reached', (driver) => {
  test("of the demo has the user's token and a first query filled in", async () => {
    const demo = await startDemo({ PORT: '0' });
    closeAfterTests(() => demo.stop());
    const page = await driver.openPage();
    const elsewhere = await blockOthers(page, new URL(demo.graphqlUrl).host);

    await page.goto(demo.explorerUrl);
    // GraphiQL ignores a click, or leaves the token out, until its editors are there.
    await page.getByRole('region', { name: 'Operation Editor' }).getByText('billingCustomer').waitFor();
    await page.getByRole('region', { name: 'Headers' }).getByText('Bearer').waitFor();
    await page.getByRole('button', { name: /^Execute query/ }).click();

    await page.getByRole('region', { name: 'Result Window' }).getByText('ada@example.com').waitFor();
    expect(elsewhere).toEqual([]);
    expect(page.url()).toBe(demo.graphqlUrl);
    expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain(demo.token);
  });

  test('runs a query with the token that its user gives', async () => {
    const demo = await startDemo({ PORT: '0', LANDING_PAGE: 'graphiql' });
    closeAfterTests(() => demo.stop());
    const page = await driver.openPage();
    const elsewhere = await blockOthers(page, new URL(demo.graphqlUrl).host);
    const refusals = await recordRefusals(page);

    const response = await page.goto(demo.graphqlUrl);
    expect(response?.headers()['content-security-policy']).toContain("default-src 'none'");
    await write(page, 'Headers', JSON.stringify({ authorization: `Bearer ${demo.token}` }));
    await write(page, 'Operation Editor', '{ billingCustomer { userId, subscriptions { status } } }');
    await page.getByRole('button', { name: /^Execute query/ }).click();

    const answer = page.getByRole('region', { name: 'Result Window' });
    await answer.getByText('demo-user').waitFor();
    await answer.getByText('ACTIVE').waitFor();
    await capture(page, 'explorer');
    expect(elsewhere).toEqual([]);
    expect(refusals).toEqual([]);
    expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain(demo.token);
  });
});

/** Blocks requests to other hosts, and tells of them. */
async function blockOthers(page: Page, host: string): Promise<readonly string[]> {
  const blocked: string[] = [];
  await page.context().route(
    (url) => url.host !== host,
    async (route) => {
      blocked.push(route.request().url());
      await route.abort();
    },
  );
  return blocked;
}

/** What the page's own policy kept it from. */
async function recordRefusals(page: Page): Promise<readonly string[]> {
  const refusals: string[] = [];
  await page.exposeFunction('report', (text: string) => refusals.push(text));
  await page.addInitScript(() =>
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) =>
      (globalThis as unknown as { report(text: string): void }).report(
        `${violatedDirective} ${blockedURI} ${sample}`,
      ),
    ),
  );
  return refusals;
}

/** Pastes into one of the editors, in place of what is there. Typed, brackets would close themselves. */
async function write(page: Page, editor: string, text: string): Promise<void> {
  const box = page.getByRole('region', { name: editor }).getByRole('textbox').first();
  await box.focus();
  await page.keyboard.press('Control+A');
  await box.evaluate((element, pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, text);
}
