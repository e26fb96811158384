import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Stripe } from 'stripe';
import { createConfiguration, createPrice, createSubscriber, idOf } from './fixtures.ts';
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
let smaller: Stripe.Price;
beforeAll(async () => {
  portal = await startPortal();
  stripe = portal.stripe;
  smaller = await createPrice(stripe, 500, 'month', 'Smaller');
});

/** A configuration that offers the smaller and the bigger price, with these settings. */
async function configure(
  update: Partial<Stripe.BillingPortal.ConfigurationCreateParams.Features.SubscriptionUpdate>,
): Promise<string> {
  const products = [smaller, portal.bigger].map(({ id, product }) => ({
    product: idOf(product),
    prices: [id],
  }));
  const { id } = await createConfiguration(stripe, [], {
    subscription_update: { enabled: true, default_allowed_updates: ['price'], products, ...update },
  });
  return id;
}

async function choosePlan(page: Page, price: Stripe.Price): Promise<Page> {
  return submitForm(await followLink(page, 'Update plan'), 'Continue', { price: price.id });
}

describe('a downgrade at the end of the period', () => {
  async function downgrade() {
    const conditions = [{ type: 'decreasing_item_amount' as const }];
    const configuration = await configure({ schedule_at_period_end: { conditions } });
    const opened = await portal.openSubscriber({ configuration });
    const confirmation = await choosePlan(opened.page, smaller);
    expect(confirmation.text).toContain('when your current period ends');
    return { ...opened, done: await submitForm(confirmation, 'Confirm') };
  }

  test('is a subscription schedule, which the page shows', async () => {
    const { done, current, price } = await downgrade();
    expect(done.text).toMatch(
      /A change of your plan is scheduled for \w+ \d+, \d+: Smaller, \$5\.00 \/ month/,
    );
    expect(done.text).toContain('Next charge: $5.00');
    const { schedule } = await stripe.subscriptions.retrieve((await current()).id, { expand: ['schedule'] });
    expect(schedule).toMatchObject({
      end_behavior: 'release',
      phases: [{ items: [{ price: price.id }] }, { items: [{ price: smaller.id }] }],
    });
    await portal.control('POST', 'clock', { advance_days: '31' });
    expect((await current()).items.data).toMatchObject([{ price: { id: smaller.id } }]);
  });

  test('can be undone before', async () => {
    const { done, current } = await downgrade();
    expect(['Update plan', 'Cancel plan'].filter((label) => hasControl(done, label))).toEqual([]);
    const kept = await submitForm(done, 'Keep current plan');
    expect(kept.text).toContain('Your plan stays as it is.');
    expect((await current()).schedule).toBeNull();
    expect(hasControl(kept, 'Update plan')).toBe(true);
    const { id } = await current();
    const schedule = await stripe.subscriptionSchedules.create({ from_subscription: id });
    await stripe.subscriptionSchedules.update(schedule.id, { end_behavior: 'cancel' });
    expect(hasControl(await openPage(kept.url), 'Keep current plan')).toBe(false);
  });

  test('a schedule that the business made cannot be undone here', async () => {
    const { body } = await portal.control('POST', 'subscription_states', { state: 'scheduled_change' });
    const { customer, id } = body as Stripe.Subscription;
    const page = await openPortal(stripe, { customer: idOf(customer), configuration: portal.configuration });
    expect(hasControl(page, 'Keep current plan')).toBe(false);
    const forged = await openPage(`${page.url}/subscriptions/${id}/keep`, { method: 'POST' });
    expect(forged.status).toBe(404);
  });
});

describe('promotion codes', () => {
  async function createCode(): Promise<Stripe.PromotionCode> {
    const coupon = await stripe.coupons.create({ percent_off: 50, duration: 'forever', name: 'Spring' });
    return stripe.promotionCodes.create({ promotion: { type: 'coupon', coupon: coupon.id } });
  }

  test('are redeemed with a change of plan, after a preview', async () => {
    const { code } = await createCode();
    const configuration = await configure({
      default_allowed_updates: ['price', 'promotion_code'],
      billing_cycle_anchor: 'now',
    });
    const { page, current } = await portal.openSubscriber({ configuration });
    const confirmation = await choosePlan(page, portal.bigger);
    expect(confirmation.text).toContain('Due today $30.00');
    const applied = await submitForm(confirmation, 'Apply', { promotion_code: code.toLowerCase() });
    expect(applied.text).toContain('Discount -$15.00 Due today $15.00');
    expect((await current()).discounts).toEqual([]);
    const done = await submitForm(applied, 'Confirm');
    expect(done.text).toContain('Spring: 50% off');
    const [invoice] = (await stripe.invoices.list({ subscription: (await current()).id })).data;
    expect(invoice).toMatchObject({ total: 1500 });
  });

  test('are refused if they do not exist, and not asked for if the configuration does not allow them', async () => {
    const allowing = await configure({ default_allowed_updates: ['price', 'promotion_code'] });
    const { page } = await portal.openSubscriber({ configuration: allowing });
    const refused = await submitForm(await choosePlan(page, portal.bigger), 'Apply', {
      promotion_code: 'NOPE',
    });
    expect(refused).toMatchObject({ status: 422 });
    expect(refused.text).toContain('This promotion code is not valid.');
    const other = await portal.openSubscriber({ configuration: await configure({}) });
    expect(hasControl(await choosePlan(other.page, portal.bigger), 'Apply')).toBe(false);
  });

  test('of a deep link are redeemed without entry', async () => {
    const { id } = await createCode();
    const { customer, subscription } = await createSubscriber(stripe);
    const page = await openPortal(stripe, {
      customer: customer.id,
      configuration: await configure({}),
      flow_data: {
        type: 'subscription_update_confirm',
        subscription_update_confirm: {
          subscription: subscription.id,
          items: [{ id: subscription.items.data[0]?.id ?? '', price: portal.bigger.id }],
          discounts: [{ promotion_code: id }],
        },
      },
    });
    expect(hasControl(page, 'Apply')).toBe(false);
    await submitForm(page, 'Confirm');
    const { discounts } = await stripe.subscriptions.retrieve(subscription.id, { expand: ['discounts'] });
    expect(discounts).toMatchObject([{ promotion_code: id }]);
  });
});

describe('leaving', () => {
  async function openOffer() {
    const { id: coupon } = await stripe.coupons.create({
      percent_off: 20,
      duration: 'repeating',
      duration_in_months: 3,
    });
    const { customer, subscription } = await createSubscriber(stripe);
    const retention = { type: 'coupon_offer', coupon_offer: { coupon } } as const;
    const page = await openPortal(stripe, {
      customer: customer.id,
      configuration: portal.configuration,
      flow_data: {
        type: 'subscription_cancel',
        subscription_cancel: { subscription: subscription.id, retention },
        after_completion: { type: 'redirect', redirect: { return_url: 'https://app.example.com/stay' } },
      },
    });
    return {
      page,
      coupon,
      read: () => stripe.subscriptions.retrieve(subscription.id, { expand: ['discounts'] }),
    };
  }

  test('a deep link offers a coupon, and ends when it is accepted', async () => {
    const { page, coupon, read } = await openOffer();
    expect(page.text).toContain('Stay, and get 20% off for 3 months');
    expect((await submitForm(page, 'Accept offer')).url).toBe('https://app.example.com/stay');
    expect(await read()).toMatchObject({ cancel_at: null, discounts: [{ source: { coupon } }] });
  });

  test('the offer can be declined', async () => {
    const { page, read } = await openOffer();
    await submitForm(page, 'Cancel plan');
    expect(await read()).toMatchObject({ cancel_at: expect.any(Number), discounts: [] });
  });

  test('an offer that was not made cannot be accepted', async () => {
    const { page } = await portal.openSubscriber();
    const form = linkOf(page, 'Cancel plan');
    expect((await openPage(form.replace(/cancel$/, 'accept-offer'), { method: 'POST' })).status).toBe(404);
  });

  test('a reason of the business’s own is kept as a feedback option', async () => {
    const option = await stripe.billing.feedbackOptions.create({ description: 'I am moving abroad' });
    const reason = { enabled: true, options: ['other' as const], feedback_options: [option.id] };
    const { id: configuration } = await createConfiguration(stripe, [], {
      subscription_cancel: { enabled: true, cancellation_reason: reason },
    });
    const { page, subscription } = await portal.openSubscriber({ configuration });
    const form = await followLink(page, 'Cancel plan');
    expect(form.text).toContain('I am moving abroad');
    await submitForm(form, 'Cancel plan', { feedback: option.id });
    const expand = ['cancellation_details.feedback_option'];
    const { cancellation_details: details } = await stripe.subscriptions.retrieve(subscription.id, {
      expand,
    });
    expect(details).toMatchObject({ feedback: null, feedback_option: { description: 'I am moving abroad' } });
  });
});

describe('resuming', () => {
  test('a new period is charged, less the credit for the time that the pause left unused', async () => {
    const { page, current, customer, subscription } = await portal.openSubscriber();
    await submitForm(await followLink(page, 'Pause'), 'Pause subscription');
    const { current_period_start: start = 0, current_period_end: end = 0 } =
      (await current()).items.data[0] ?? {};
    const half = Math.floor((end - start) / 2);
    await portal.control('POST', 'clock', { advance_seconds: String(half) });
    const home = await openPortal(stripe, { customer: customer.id, configuration: portal.configuration });
    const asked = await followLink(home, 'Resume subscription');
    expect(asked.text).toContain('Unused time on');
    expect(asked.text).toContain('Due today $0.00');
    await submitForm(asked, 'Resume subscription');
    const [invoice] = (await stripe.invoices.list({ subscription: subscription.id })).data;
    expect(invoice?.lines.data.map(({ amount }) => amount)).toEqual([-1000, 1000]);
    const restart = (await current()).items.data[0]?.current_period_start ?? 0;
    expect(restart).toBeGreaterThanOrEqual(start + half);
    // The clock runs on while the test clicks.
    expect(restart).toBeLessThan(start + half + 60);
  });
});
