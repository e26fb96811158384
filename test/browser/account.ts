import type { BrowserContextOptions, Page } from 'playwright-core';
import { startDemoWeb } from '../../src/cli/demo/demo-web.ts';
import type { Environment } from '../../src/config/environment.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { type DemoData, seedDemoData } from '../../packages/local-stripe/src/demo-data.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { type TestApp, createTestApp } from '../helpers/test-app.ts';
import type { BrowserDriver } from './browser.ts';

/** The example's page in front of a service, with a customer of its own for each visitor. */
export interface AccountKit {
  readonly app: TestApp;
  readonly webUrl: string;
  /** A user with a customer and a subscription at the local Stripe, and their token. */
  readonly createCustomer: (contractEndsAt?: Date) => Promise<AccountCustomer>;
  /** Opens the page as a user who has signed in before. */
  readonly visit: (driver: BrowserDriver, token: string, options?: BrowserContextOptions) => Promise<Page>;
  /** How many portal sessions have been opened. */
  readonly countSessions: () => number;
}

export interface AccountCustomer extends DemoData {
  readonly userId: string;
  readonly token: string;
}

export async function startAccountKit(env: Environment = {}): Promise<AccountKit> {
  const web = await startDemoWeb();
  if (web === null) throw new Error('The page is not built: node examples/web/build.js');
  closeAfterTests(() => web.stop());
  const app = await createTestApp({ RETURN_URLS: web.url, CORS_ORIGINS: web.url, ...env });
  let customers = 0;
  return {
    app,
    webUrl: web.url,
    createCustomer: async (contractEndsAt) => {
      const userId = `user-${(customers += 1)}`;
      const demo = await seedDemoData(app.sdk);
      await app.link(userId, demo.customerId);
      if (contractEndsAt !== undefined) await setContract(app, userId, contractEndsAt);
      return { ...demo, userId, token: await app.createToken({ userId }) };
    },
    visit: async (driver, token, options) => {
      const page = await driver.openPage(options);
      const session = JSON.stringify({ token, graphqlUrl: `${app.url}/graphql` });
      await page.addInitScript((text) => window.sessionStorage.setItem('session', text), session);
      await page.goto(web.url);
      return page;
    },
    countSessions: () =>
      app.stripe.requests.filter(({ path }) => path.startsWith('/v1/billing_portal/sessions')).length,
  };
}

async function setContract({ config }: TestApp, userId: string, contractEndsAt: Date): Promise<void> {
  const database = await openDatabase({ url: config.databaseUrl, scope: config.stripe.scope });
  await database.customers.update(userId, { contractEndsAt });
  await database.close();
}
