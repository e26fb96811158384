import type { BrowserContextOptions, Page } from 'playwright-core';
import type Stripe from 'stripe';
import type { AccountKit } from './account.ts';
import type { BrowserDriver } from './browser.ts';

/** Brings a customer into a state, at the local Stripe. */
export type Arrange = (sdk: Stripe, customer: string) => Promise<unknown>;

export const control = (sdk: Stripe, path: string, params: object): Promise<unknown> =>
  sdk.rawRequest('POST', `/_control/${path}`, params);

export const startAs =
  (state: string): Arrange =>
  (sdk, customer) =>
    control(sdk, 'subscription_states', { state, customer });

/** With an invoice that is overdue. */
export const startLate =
  (state: string): Arrange =>
  async (sdk, customer) => {
    await startAs(state)(sdk, customer);
    const { data } = await sdk.subscriptions.list({ customer });
    await control(sdk, 'invoices', { subscription: data[0]?.id, overdue: true });
  };

/** Opens the page of a customer of their own, when everything is there. */
export async function visitAs(
  kit: AccountKit,
  driver: BrowserDriver,
  arrange: Arrange,
  look: BrowserContextOptions = {},
): Promise<Page> {
  const { sdk } = kit.app;
  const address = { line1: '12 St James’s Square', postal_code: 'SW1Y 4JH', city: 'London', country: 'GB' };
  const payment_method = 'pm_card_visa';
  const { id } = await sdk.customers.create({
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    address,
    payment_method,
    invoice_settings: { default_payment_method: payment_method },
  });
  await arrange(sdk, id);
  await kit.app.link(id, id);
  const page = await kit.visit(driver, await kit.app.createToken({ userId: id }), look);
  await page.getByRole('button', { name: 'Manage billing' }).waitFor();
  await page.getByText('Loading your invoices…').waitFor({ state: 'detached' });
  return page;
}

interface ShownSubscription {
  readonly scheduledChange?: object | null;
  readonly nextCharge?: object | null;
}

/** Opens the page with an answer of the service that the local Stripe cannot bring about. */
export function visitAltered(
  kit: AccountKit,
  driver: BrowserDriver,
  arrange: Arrange,
  alter: (subscription: ShownSubscription) => void,
): Promise<Page> {
  const openPage: BrowserDriver['openPage'] = async (options) => {
    const page = await driver.openPage(options);
    await page.route('**/graphql', async (route) => {
      const response = await route.fetch();
      const json = (await response.json()) as {
        readonly data: {
          readonly billingCustomer?: { readonly subscriptions: readonly ShownSubscription[] };
        };
      };
      json.data.billingCustomer?.subscriptions.forEach(alter);
      await route.fulfill({ response, json });
    });
    return page;
  };
  return visitAs(kit, { openPage }, arrange);
}
