import { beforeEach, describe, expect, test } from '@jest/globals';
import { createPrice, idOf } from '../../../packages/local-stripe/test/fixtures.ts';
import { type HealthyDeployment, createHealthyDeployment, examineFor, writePolicies } from './doctor-kit.ts';

let kit: HealthyDeployment;
beforeEach(async () => {
  kit = await createHealthyDeployment();
});

const card = { payment_method_update: { enabled: true } };

/** Two policies, of which one offers a price and both let a card be changed. */
function createPolicies(product: string, price: string, when: object = { role: 'vip' }): object {
  const subscription_update = {
    enabled: true,
    default_allowed_updates: ['price'],
    products: [{ product, prices: [price] }],
  };
  return {
    policies: { plain: { features: card }, plans: { features: { ...card, subscription_update } } },
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
  const env = { ...kit.env, ...writePolicies(createPolicies(kit.productId, kit.price.id)), POLICY_NAMESPACE };
  expect(await examineFor('policy-namespace', env)).toEqual([expect.stringMatching(line)]);
});

describe('products and prices', () => {
  test('pass when all are there', async () => {
    const policies = createPolicies(kit.productId, kit.price.id, { plan: [kit.price.id, kit.productId] });
    expect(await examinePolicies('policy-plans', policies)).toEqual([
      'pass: products: 1, prices: 1; all can be used',
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
    expect(await examinePolicies('policy-plans', createPolicies(kit.productId, kit.price.id, when))).toEqual([
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

  test.each([
    [{ customer_update: email, subscription_pause: { enabled: true } }, 'subscription_pause'],
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
