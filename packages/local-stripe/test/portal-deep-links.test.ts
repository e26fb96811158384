import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Stripe } from 'stripe';
import { type LocalStripeClient, startLocalStripe } from './local-stripe-client.ts';
import { createCustomer, createSubscriber } from './fixtures.ts';
import {
  type Page,
  followLink,
  hasControl,
  linkOf,
  openPage,
  openPortal,
  submitForm,
} from './portal-browser.ts';
import { type PortalFixture, startPortal } from './portal-fixture.ts';

let portal: PortalFixture;
let stripe: Stripe;
beforeAll(async () => {
  portal = await startPortal();
  stripe = portal.stripe;
});

describe('deep links', () => {
  function cancelFlow(
    subscription: string,
    completion: Stripe.BillingPortal.SessionCreateParams.FlowData.AfterCompletion,
  ): Stripe.BillingPortal.SessionCreateParams.FlowData {
    return {
      type: 'subscription_cancel',
      subscription_cancel: { subscription },
      after_completion: completion,
    };
  }

  async function openFlow(
    completion: Stripe.BillingPortal.SessionCreateParams.FlowData.AfterCompletion,
  ): Promise<Page> {
    const { customer, subscription } = await createSubscriber(stripe);
    return openPortal(stripe, {
      customer: customer.id,
      configuration: portal.configuration,
      flow_data: cancelFlow(subscription.id, completion),
    });
  }

  test('open at their task, without links to others', async () => {
    const page = await openFlow({ type: 'portal_homepage' });
    expect(page.text).toContain('Cancel your plan');
    expect(page.text).not.toContain('Back to billing');
    const home = page.url.replace(/\/subscriptions.*/, '');
    expect((await openPage(`${home}/customer`)).status).toBe(404);
    expect((await openPage(home)).url).toBe(page.url);
  });

  test('lead back if the task is no longer possible', async () => {
    const page = await openFlow({ type: 'portal_homepage' });
    const [, subscription = ''] = /subscriptions\/(\w+)/.exec(page.url) ?? [];
    await stripe.subscriptions.update(subscription, { cancel_at_period_end: true });
    const dead = await openPage(page.url);
    expect(dead.status).toBe(404);
    expect(linkOf(dead, 'Go back')).toBe('https://app.example.com/account');
  });

  test('end at the portal’s home page', async () => {
    const done = await submitForm(await openFlow({ type: 'portal_homepage' }), 'Cancel plan');
    expect(done.text).toContain('Your subscription has been canceled.');
    expect(hasControl(done, 'Add payment method')).toBe(true);
  });

  test('end at a redirect, which the page’s policy allows', async () => {
    const target = 'https://app.example.com/bye?x=1';
    const page = await openFlow({ type: 'redirect', redirect: { return_url: target } });
    expect(page.headers.get('content-security-policy')).toContain(
      "form-action 'self' https://app.example.com;",
    );
    expect((await submitForm(page, 'Cancel plan')).url).toBe(target);
  });

  test('end at a confirmation', async () => {
    const page = await openFlow({
      type: 'hosted_confirmation',
      hosted_confirmation: { custom_message: 'So long!' },
    });
    const done = await submitForm(page, 'Cancel plan');
    expect(done.text).toContain('So long!');
    expect(linkOf(done, 'Return to Rocket Rides')).toBe('https://app.example.com/account');
  });

  test.each([
    ['payment_method_update', 'Add', 'Your payment method has been added.'],
    ['customer_update', 'Save', 'Your billing information has been saved.'],
  ] as const)('%s', async (type, button, notice) => {
    const customer = await createCustomer(stripe);
    const page = await openPortal(stripe, {
      customer: customer.id,
      configuration: portal.configuration,
      flow_data: { type },
    });
    expect((await submitForm(page, button)).text).toContain(notice);
  });

  test('a change to confirm allows no other change', async () => {
    const { customer, subscription } = await createSubscriber(stripe);
    const item = subscription.items.data[0]?.id ?? '';
    const page = await openPortal(stripe, {
      customer: customer.id,
      configuration: portal.configuration,
      flow_data: {
        type: 'subscription_update_confirm',
        subscription_update_confirm: {
          subscription: subscription.id,
          items: [{ id: item, price: portal.bigger.id, quantity: 3 }],
        },
      },
    });
    expect(page.text).toContain('3 × Bigger, $90.00 / month');
    await submitForm(page, 'Confirm', { quantity: '1' });
    const { items } = await stripe.subscriptions.retrieve(subscription.id);
    expect(items.data).toMatchObject([{ price: { id: portal.bigger.id }, quantity: 3 }]);
  });
});

describe('the end of a session', () => {
  const start = new Date('2026-05-01T00:00:00Z');
  let now = start;
  let short: LocalStripeClient;
  beforeAll(async () => {
    short = await startLocalStripe({ now: () => now, sessionLifetimeMs: 60_000 });
    await short.control('POST', 'portal_settings');
  });

  async function expire(params: Partial<Stripe.BillingPortal.SessionCreateParams>): Promise<Page> {
    const customer = await createCustomer(short.stripe);
    const page = await openPortal(short.stripe, { customer: customer.id, ...params });
    expect(page.status).toBe(200);
    now = new Date(now.getTime() + 60_000);
    return openPage(page.url);
  }

  test('says what to do, and accepts no more forms', async () => {
    const expired = await expire({});
    expect(expired.status).toBe(410);
    expect(expired.text).toContain('open billing again');
    expect(hasControl(expired, 'Send link')).toBe(false);
    expect((await openPage(`${expired.url}/customer`, { method: 'POST' })).status).toBe(410);
    expect((await openPage(`${expired.url}/login`, { method: 'POST' })).status).toBe(404);
  });

  test('offers login by e-mail if the session was created with it', async () => {
    const expired = await expire({ after_expiration: { type: 'customer_login' } });
    const stranger = await submitForm(expired, 'Send link', { email: 'eve@example.com' });
    expect(stranger.text).not.toContain('open the billing portal');
    const sent = await submitForm(expired, 'Send link', { email: 'ADA@example.com' });
    expect((await followLink(sent, 'open the billing portal')).text).toContain('ada@example.com');
  });

  test('offers no login after its time limit', async () => {
    const deadline = Math.floor(now.getTime() / 1000) + 30;
    const login = { type: 'customer_login', customer_login: { expires_at: deadline } } as const;
    expect(hasControl(await expire({ after_expiration: login }), 'Send link')).toBe(false);
  });

  test('a configuration’s login page lets customers in by e-mail', async () => {
    const { data } = await short.stripe.billingPortal.configurations.list({ is_default: true });
    const { login_page: login } = await short.stripe.billingPortal.configurations.update(data[0]?.id ?? '', {
      login_page: { enabled: true },
    });
    await createCustomer(short.stripe, { email: 'login@example.com' });
    const sent = await submitForm(await openPage(login.url ?? ''), 'Send link', {
      email: 'login@example.com',
    });
    expect((await followLink(sent, 'open the billing portal')).text).toContain('login@example.com');
  });
});
