import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { seedDemoData } from '../../packages/local-stripe/src/demo-data.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { type TestApp, createTestApp } from '../helpers/test-app.ts';
import { describeInBrowser } from './browser.ts';

const built = join(import.meta.dirname, '../../packages/client/dist');

/** A page whose button opens the portal from inside of a frame, and a page of another origin around it. */
async function startPages(pages: Readonly<Record<string, () => string>>): Promise<number> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const page = pages[path];
    if (page !== undefined) return response.writeHead(200, { 'content-type': 'text/html' }).end(page());
    return readFile(join(built, path)).then(
      (content) => response.writeHead(200, { 'content-type': 'text/javascript' }).end(content),
      () => response.writeHead(404).end(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closeAfterTests(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

describeInBrowser('a page in a frame of another origin', (driver) => {
  let app: TestApp;
  let token: string;
  let port: number;

  beforeAll(async () => {
    port = await startPages({
      '/around': () => `<iframe src="http://127.0.0.1:${port}/framed"></iframe>`,
      '/framed': () => `<button>Manage billing</button><script type="module">
        import { createBillingPortalClient } from './billing-portal-client.js';
        const billing = createBillingPortalClient({
          url: '${app.url}/graphql', getToken: () => '${token}', window: window.top,
        });
        document.querySelector('button').onclick = () =>
          billing.open({ returnUrl: 'http://localhost:${port}/around#/account' });
      </script>`,
    });
    app = await createTestApp({
      RETURN_URLS: `http://localhost:${port}`,
      CORS_ORIGINS: `http://127.0.0.1:${port}`,
    });
    await app.link('ada', (await seedDemoData(app.sdk)).customerId);
    token = await app.createToken({ userId: 'ada' });
  });

  test('sends the window around it to the portal, which leads back there', async () => {
    const page = await driver.openPage();
    await page.goto(`http://localhost:${port}/around`);
    await page.frameLocator('iframe').getByRole('button', { name: 'Manage billing' }).click();
    await page.getByRole('heading', { name: 'Billing', exact: true }).waitFor();
    await page.getByRole('link', { name: 'Return to Acme' }).click();
    await page.frameLocator('iframe').getByRole('button', { name: 'Manage billing' }).waitFor();
    expect(page.url()).toBe(`http://localhost:${port}/around#/account`);
  });
});
