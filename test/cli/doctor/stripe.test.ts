import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  createHealthyDeployment,
  examineFor,
  type HealthyDeployment,
  toLine,
  writePolicies,
} from './doctor-kit.ts';
import { resetConnection, sendError, sendJson, startFaultyStripe } from '../../helpers/faulty-stripe.ts';
import { createPrice, createSubscriber, idOf } from '../../../packages/local-stripe/test/fixtures.ts';
import { examine } from '../../../src/cli/doctor/examination.ts';

const { env, control, localStripe } = await createHealthyDeployment();
const faulty = await startFaultyStripe();
const atFaulty = { ...env, STRIPE_API_URL: faulty.url };

afterEach(() => control('DELETE', 'faults'));

describe('the key', () => {
  test.each([
    ['sk_test_1', 'pass: Stripe accepts the secret key, in test mode'],
    ['rk_test_1', 'pass: Stripe accepts the restricted key, in test mode'],
  ])('%s: %s', async (STRIPE_SECRET_KEY, line) => {
    const found = await examineFor('stripe-key', { ...env, STRIPE_SECRET_KEY });
    expect(found).toEqual([`${line}, at ${localStripe.url}`]);
  });

  test.each([
    [401, undefined, 'fail: Stripe refuses the key'],
    [403, "The key does not have access to account 'acct_9'.", 'fail: the key has no access to acct_9'],
    [
      403,
      'The restricted API key does not have any Connect permissions.',
      'fail: the key has no access to acct_9',
    ],
    [404, undefined, `fail: ${faulty.url} answers with status 404, where Stripe would list customers`],
  ])('tells what status %i means, and asks no more', async (status, message = 'No.', line) => {
    faulty.answerBy(sendError(status, { message }));
    const findings = await examine({ ...atFaulty, STRIPE_ACCOUNT: 'acct_9' });
    expect(findings.filter(({ name }) => name === 'stripe-key').map(toLine)).toEqual([line]);
    expect(findings.filter(({ detail }) => detail === 'stripe-key has to pass first')).toMatchObject([
      { name: 'stripe-permissions', outcome: 'skip' },
      { name: 'default-portal', outcome: 'skip' },
      { name: 'webhook-endpoint', outcome: 'skip' },
    ]);
    expect(faulty.requests).toHaveLength(1);
  });

  test.each([
    ['is not there', resetConnection, /^fail: Stripe does not answer at http/],
    ['fails', sendError(500, { message: 'No.' }), /^fail: Stripe answers with status 500$/],
    ['speaks something else', sendJson(200, {}), /^fail: Stripe does not answer at http/],
  ])('tells of a Stripe that %s', async (_what, answer, line) => {
    faulty.answerBy(answer);
    const findings = await examine(atFaulty);
    expect(findings.filter(({ name }) => name === 'stripe-key').map(toLine)).toEqual([
      expect.stringMatching(line),
    ]);
  });

  test('warns of another Stripe in production', async () => {
    const found = await examineFor('stripe-key', { ...env, NODE_ENV: 'production' });
    expect(found).toEqual([expect.stringMatching(/^warn: requests go to http.*, which is not Stripe/)]);
  });
});

const emptyList = { object: 'list', data: [], has_more: false, url: '/v1' };

describe('the clock', () => {
  test.each([
    [0, /^pass: within 30 s of Stripe's$/],
    [-20, /^pass/],
    [-60, /^warn: the clock is (59|60|61) s ahead of Stripe's$/],
    [60, /^warn: the clock is (59|60|61) s behind Stripe's$/],
    [-400, /^fail: the clock is (399|400|401) s ahead of Stripe's$/],
  ])("judges a Stripe whose clock is %i s away from this machine's", async (seconds, line) => {
    const date = new Date(Date.now() + seconds * 1000).toUTCString();
    faulty.answerBy(sendJson(200, emptyList, { date }));
    expect(await examineFor('stripe-clock', atFaulty)).toEqual([expect.stringMatching(line)]);
  });

  test('is read from refusals too', async () => {
    const date = new Date(Date.now() - 3_600_000).toUTCString();
    faulty.answerBy(sendError(401, { message: 'No.' }, { date }));
    expect(await examineFor('stripe-clock', atFaulty)).toEqual([expect.stringMatching(/^fail: .* ahead/)]);
  });

  test('is not judged when nothing answers', async () => {
    faulty.answerBy(resetConnection);
    expect(await examineFor('stripe-clock', atFaulty)).toEqual(['skip: Stripe did not send the time']);
  });
});

describe("a restricted key's permissions", () => {
  const message = (permission: string): string =>
    "The provided key 'rk_test_*******1234' does not have the required permissions for this endpoint on account " +
    `'acct_1'. Having the '${permission}' permission would allow this request to continue.`;

  test.each([
    ['GET', '/v1/customers', 'rak_customer_read', 'read customers'],
    ['GET', '/v1/subscriptions', 'rak_subscription_read', 'read subscriptions'],
    ['GET', '/v1/billing_portal/configurations', 'rak_customer_portal_read', 'read portal configurations'],
    ['POST', '/v1/billing_portal/sessions', 'rak_customer_portal_write', 'open portal sessions'],
  ])('tells that %s %s is not permitted', async (method, path, permission, what) => {
    await control('POST', 'faults', {
      method,
      path,
      status: '403',
      message: message(permission),
      times: '9',
    });
    expect(await examineFor('stripe-permissions', env)).toEqual([
      `fail: the key may not ${what}: ${permission} is missing`,
    ]);
  });

  test.each([
    ['/v1/billing/feedback_options', 'rak_feedback_option_read', 'read feedback options'],
    ['/v1/products', 'rak_product_read', 'read products'],
    ['/v1/prices', 'rak_plan_read', 'read prices'],
    ['/v1/invoices', 'rak_invoice_read', 'read invoices'],
    ['/v1/invoices/create_preview', 'rak_invoice_write', 'preview invoices'],
    ['/v1/subscriptions/*', 'rak_subscription_write', 'change subscriptions'],
  ])('warns where %s is not permitted, without which sessions still open', async (path, permission, what) => {
    await control('POST', 'faults', { path, status: '403', message: message(permission), times: '9' });
    expect(await examineFor('stripe-permissions', env)).toEqual([
      `warn: the key may not ${what}: ${permission} is missing`,
    ]);
  });

  test('looks at Checkout sessions only where events are received', async () => {
    const path = '/v1/checkout/sessions/*';
    await control('POST', 'faults', { path, status: '403', times: '9' });
    expect(await examineFor('stripe-permissions', env)).toEqual([
      'fail: the key may not read Checkout sessions',
    ]);
    expect(await examineFor('stripe-permissions', { ...env, STRIPE_WEBHOOK_SECRETS: '' })).toEqual([
      expect.stringMatching(/^pass/),
    ]);
  });

  test('looks at making configurations only where policies make some', async () => {
    const path = '/v1/billing_portal/configurations/*';
    await control('POST', 'faults', { method: 'POST', path, status: '403', times: '9' });
    expect(await examineFor('stripe-permissions', env)).toEqual([expect.stringMatching(/^pass/)]);
    const policies = writePolicies({ policies: { a: {} }, default: 'a', strictest: 'a' });
    expect(await examineFor('stripe-permissions', { ...env, ...policies })).toEqual([
      'fail: the key may not create portal configurations',
    ]);
  });

  test.each([
    ['GET', '/v1/customers/search', 'search customers'],
    ['POST', '/v1/customers/*', 'create customers'],
  ])('looks at %s %s only where first sessions make customers', async (method, path, what) => {
    await control('POST', 'faults', { method, path, status: '403', times: '9' });
    expect(await examineFor('stripe-permissions', env)).toEqual([expect.stringMatching(/^pass/)]);
    expect(await examineFor('stripe-permissions', { ...env, CUSTOMER_CREATION: 'on_demand' })).toEqual([
      `fail: the key may not ${what}`,
    ]);
  });

  test('does not take a failure for a permission', async () => {
    await control('POST', 'faults', { path: '/v1/subscriptions', status: '500', times: '9' });
    expect(await examineFor('stripe-permissions', env)).toEqual([
      'warn: Stripe did not say whether the key may read subscriptions',
    ]);
  });

  test('are tried without changing anything', async () => {
    const before = localStripe.requests.length;
    const policies = writePolicies({ policies: { a: {} }, default: 'a', strictest: 'a' });
    await examine({ ...env, ...policies, CUSTOMER_CREATION: 'on_demand' });
    const writes = localStripe.requests.slice(before).filter(({ method }) => method !== 'GET');
    expect(writes.map(({ path, params }) => [path, params])).toEqual([
      ['/v1/invoices/create_preview', { subscription: 'sub_billing_portal_doctor' }],
      ['/v1/subscriptions/sub_billing_portal_doctor', {}],
      ['/v1/billing_portal/sessions', { customer: 'cus_billing_portal_doctor' }],
      ['/v1/billing_portal/configurations/bpc_billing_portal_doctor', {}],
      ['/v1/customers/cus_billing_portal_doctor', {}],
    ]);
  });
});

describe('the default portal configuration', () => {
  test('is named when it is there', async () => {
    expect(await examineFor('default-portal', env)).toEqual([
      expect.stringMatching(/^pass: bpc_\w+ is the default portal configuration$/),
    ]);
  });

  test('fails without policies and is a warning with them', async () => {
    faulty.answerBy(sendJson(200, emptyList));
    const policies = writePolicies({ policies: { a: {} }, default: 'a', strictest: 'a' });
    const line = 'no default portal configuration is saved in test mode: ';
    expect(await examineFor('default-portal', atFaulty)).toEqual([`fail: ${line}no session can be opened`]);
    expect(await examineFor('default-portal', { ...atFaulty, ...policies })).toEqual([
      expect.stringContaining(`warn: ${line}sessions need a policy file`),
    ]);
  });

  test('is passed over where the key may not read it, which the permissions tell', async () => {
    const path = '/v1/billing_portal/configurations';
    await control('POST', 'faults', { path, status: '403', times: '9' });
    expect(await examineFor('default-portal', env)).toEqual(['skip: the key may not read this at Stripe']);
  });
});

describe('policies', () => {
  let kit: HealthyDeployment;
  beforeEach(async () => {
    kit = await createHealthyDeployment();
  });

  const card = { payment_method_update: { enabled: true } };

  /** Two policies, of which one offers a price and both let a card be changed. */
  function createPolicies(
    product: string,
    price: string,
    when: object = { role: 'vip' },
    flows = {},
  ): object {
    const subscription_update = {
      enabled: true,
      default_allowed_updates: ['price'],
      products: [{ product, prices: [price] }],
    };
    return {
      policies: { plain: { features: card }, plans: { features: { ...card, subscription_update }, flows } },
      rules: [{ when, use: 'plans' }],
      default: 'plain',
      strictest: 'plain',
    };
  }

  /** What one check says of a deployment with these policies. */
  function examinePolicies(name: string, policies: object): Promise<string[]> {
    return examineFor(name, { ...kit.env, ...writePolicies(policies) });
  }

  test('names the policies of a file', async () => {
    expect(await examinePolicies('policy-file', createPolicies(kit.productId, kit.price.id))).toEqual([
      expect.stringMatching(/^pass: .*\.json has plans, plain$/),
    ]);
  });

  test.each([
    [undefined, /^warn: POLICY_NAMESPACE is not set/],
    ['default', /^pass: default$/],
    ['A B', /^skip: POLICY_NAMESPACE cannot be read$/],
  ])('judges POLICY_NAMESPACE=%s', async (POLICY_NAMESPACE, line) => {
    const env = {
      ...kit.env,
      ...writePolicies(createPolicies(kit.productId, kit.price.id)),
      POLICY_NAMESPACE,
    };
    expect(await examineFor('policy-namespace', env)).toEqual([expect.stringMatching(line)]);
  });

  test.each<[string, string, RegExp[]]>([
    ['passes what can be redeemed', 'good', [/^pass: products: 1, prices: 1, coupons: 1; all can be used$/]],
    [
      'fails on what Stripe does not have',
      'none',
      [/^fail: policy plans: No such coupon: 'none'$/, /^fail: policy plans: No such coupon: 'none'$/],
    ],
    [
      'fails on what is used up',
      'used',
      [/^fail: policy plans: coupon used can no longer be redeemed$/, /^fail/],
    ],
  ])('of coupons in flows, %s', async (_title, coupon, lines) => {
    await kit.stripe.coupons.create({ id: 'good', percent_off: 10 });
    await kit.stripe.coupons.create({ id: 'used', percent_off: 10, max_redemptions: 1 });
    const { subscription } = await createSubscriber(kit.stripe);
    await kit.stripe.subscriptions.update(subscription.id, { discounts: [{ coupon: 'used' }] });
    const flows = {
      subscription_cancel: { retention: { type: 'coupon_offer', coupon_offer: { coupon } } },
      subscription_update_confirm: { discounts: [{ coupon }] },
    };
    const file = createPolicies(kit.productId, kit.price.id, { role: 'vip' }, flows);
    expect(await examinePolicies('policy-plans', file)).toEqual(
      lines.map((line) => expect.stringMatching(line)),
    );
  });

  test('a coupon with the id of a product is checked as well', async () => {
    const { id } = await kit.stripe.products.create({ id: 'gold', name: 'Gold' });
    const recurring = { interval: 'month' } as const;
    const price = await kit.stripe.prices.create({ product: id, currency: 'usd', unit_amount: 1, recurring });
    const flows = { subscription_update_confirm: { discounts: [{ coupon: id }] } };
    const file = createPolicies(id, price.id, { role: 'vip' }, flows);
    expect(await examinePolicies('policy-plans', file)).toEqual([
      "fail: policy plans: No such coupon: 'gold'",
    ]);
  });

  test('without coupons, none is checked', async () => {
    const flows = { subscription_update_confirm: { discounts: [{ promotion_code: 'promo_1' }] } };
    const file = createPolicies(kit.productId, kit.price.id, { role: 'vip' }, flows);
    expect(await examinePolicies('policy-plans', file)).toEqual([
      'pass: products: 1, prices: 1, coupons: 0; all can be used',
    ]);
  });

  describe('products and prices', () => {
    test('pass when all are there', async () => {
      const policies = createPolicies(kit.productId, kit.price.id, { plan: [kit.price.id, kit.productId] });
      expect(await examinePolicies('policy-plans', policies)).toEqual([
        'pass: products: 1, prices: 1, coupons: 0; all can be used',
      ]);
    });

    test('pass when a rule names a product whose id looks like the id of a price', async () => {
      const { id } = await kit.stripe.products.create({ id: 'plan_gold', name: 'Gold' });
      const price = await kit.stripe.prices.create({
        product: id,
        currency: 'usd',
        unit_amount: 100,
        recurring: { interval: 'month' },
      });
      const policies = createPolicies(id, price.id, { plan: id });
      expect(await examinePolicies('policy-plans', policies)).toEqual([
        'pass: products: 1, prices: 1, coupons: 0; all can be used',
      ]);
    });

    test('pass when they are many: none waits too long for its turn at Stripe', async () => {
      const prices = await Promise.all(Array.from({ length: 30 }, () => createPrice(kit.stripe)));
      const plan = prices.map(({ id }) => id);
      const policies = createPolicies(kit.productId, kit.price.id, { plan });
      const paced = { ...kit.env, ...writePolicies(policies), STRIPE_RATE_LIMIT: '20' };
      expect(await examineFor('policy-plans', paced)).toEqual([
        'pass: products: 1, prices: 31, coupons: 0; all can be used',
      ]);
    });

    test('fail when Stripe has no such ids', async () => {
      expect(await examinePolicies('policy-plans', createPolicies('prod_none', 'price_none'))).toEqual([
        "fail: policy plans: No such product: 'prod_none'",
        "fail: policy plans: No such price: 'price_none'",
      ]);
    });

    test("fail by Stripe's own words on an id of the other mode", async () => {
      const message = `No such price: '${kit.price.id}'; a similar object exists in live mode, but a test mode key was used`;
      const path = `/v1/prices/${kit.price.id}`;
      await kit.control('POST', 'faults', { path, status: '404', code: 'resource_missing', message });
      expect(await examinePolicies('policy-plans', createPolicies(kit.productId, kit.price.id))).toEqual([
        `fail: policy plans: ${message}`,
      ]);
    });

    test('fail when they are archived', async () => {
      await kit.stripe.products.update(kit.productId, { active: false });
      await kit.stripe.prices.update(kit.price.id, { active: false });
      expect(await examinePolicies('policy-plans', createPolicies(kit.productId, kit.price.id))).toEqual([
        `fail: policy plans: product ${kit.productId} is archived`,
        `fail: policy plans: price ${kit.price.id} is archived`,
      ]);
    });

    test('fail when a price is of another product', async () => {
      const other = await createPrice(kit.stripe);
      expect(await examinePolicies('policy-plans', createPolicies(kit.productId, other.id))).toEqual([
        `fail: policy plans: price ${other.id} belongs to product ${idOf(other.product)}, not to ${kit.productId}`,
      ]);
    });

    test('fail when a product was deleted or a price does not recur', async () => {
      const { id: deleted } = await kit.stripe.products.create({ name: 'Gone' });
      await kit.stripe.products.del(deleted);
      const single = await kit.stripe.prices.create({
        product: kit.productId,
        currency: 'usd',
        unit_amount: 100,
      });
      expect(await examinePolicies('policy-plans', createPolicies(deleted, kit.price.id))).toContain(
        `fail: policy plans: product ${deleted} was deleted`,
      );
      expect(await examinePolicies('policy-plans', createPolicies(kit.productId, single.id))).toEqual([
        `fail: policy plans: price ${single.id} does not recur`,
      ]);
    });

    test('are a warning where a rule asks for what no customer can have', async () => {
      const when = { plan: ['prod_none', 'price_none', kit.productId] };
      expect(
        await examinePolicies('policy-plans', createPolicies(kit.productId, kit.price.id, when)),
      ).toEqual([
        "warn: rules.0.when.plan: No such product: 'prod_none'",
        "warn: rules.0.when.plan: No such price: 'price_none'",
      ]);
    });

    test('are passed over where the key may not read them, which the service need not', async () => {
      await kit.control('POST', 'faults', { path: '/v1/prices/*', status: '403', times: '9' });
      expect(await examinePolicies('policy-plans', createPolicies(kit.productId, kit.price.id))).toEqual([
        'skip: the key may not read this at Stripe',
      ]);
    });
  });

  describe('login pages', () => {
    const strictest = {
      policies: {
        plain: { features: { ...card, customer_update: { enabled: true, allowed_updates: ['email'] } } },
      },
      default: 'plain',
      strictest: 'plain',
    };
    const email = { enabled: true, allowed_updates: ['email' as const] };

    test('pass when none is active', async () => {
      await kit.stripe.billingPortal.configurations.create({
        features: { subscription_pause: { enabled: true } },
      });
      expect(await examinePolicies('login-pages', strictest)).toEqual(['pass: none is active']);
    });

    test('pass when they offer what the strictest policy does', async () => {
      await kit.stripe.billingPortal.configurations.create({
        features: { ...card, customer_update: email },
        login_page: { enabled: true },
      });
      expect(await examinePolicies('login-pages', strictest)).toEqual([
        'pass: none offers more than the strictest policy',
      ]);
    });

    test('are a warning when they offer changes to more prices', async () => {
      const other = await createPrice(kit.stripe);
      const sell = (products: { product: string; prices: string[] }[]) => ({
        ...card,
        subscription_update: { enabled: true, default_allowed_updates: ['price' as const], products },
      });
      const offered = [{ product: kit.productId, prices: [kit.price.id] }];
      const more = [...offered, { product: idOf(other.product), prices: [other.id] }];
      const { id } = await kit.stripe.billingPortal.configurations.create({
        features: sell(more),
        login_page: { enabled: true },
      });
      const policies = {
        policies: { plain: { features: sell(offered) } },
        default: 'plain',
        strictest: 'plain',
      };
      expect(await examinePolicies('login-pages', policies)).toEqual([
        `warn: the login page of ${id} offers more than the strictest policy, plain: subscription_update of ${other.id}`,
      ]);
    });

    test.each([
      [{ customer_update: email, subscription_pause: { enabled: true } }, 'subscription_pause'],
      [{ subscription_cancel: { enabled: true, mode: 'immediately' as const } }, 'subscription_cancel'],
      [
        { customer_update: { enabled: true, allowed_updates: ['email' as const, 'tax_id' as const] } },
        'customer_update of tax_id',
      ],
    ])('are a warning when they offer more: %j', async (features, more) => {
      const { id } = await kit.stripe.billingPortal.configurations.create({
        features,
        login_page: { enabled: true },
      });
      expect(await examinePolicies('login-pages', strictest)).toEqual([
        `warn: the login page of ${id} offers more than the strictest policy, plain: ${more}`,
      ]);
    });
  });
});
