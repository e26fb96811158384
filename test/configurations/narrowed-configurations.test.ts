import { beforeEach, describe, expect, test } from '@jest/globals';
import { compilePolicy } from '../../src/policies/policy-set.ts';
import {
  type WantedConfiguration,
  createMetadata,
  metadataKeys,
} from '../../src/configurations/managed-configuration.ts';
import { narrow } from '../../src/configurations/narrow-configuration.ts';
import { featureNames } from '../../src/configurations/configuration-features.schema.ts';
import { type ConfigurationsKit, createConfigurationsKit, policy, wanted } from './configurations-kit.ts';

const part = narrow(wanted, { subscription_cancel: false });
const dayMs = 24 * 60 * 60_000;

describe('configurations that calls narrow', () => {
  let kit: ConfigurationsKit;
  let product: { product: string; prices: string[] };

  beforeEach(async () => {
    kit = await createConfigurationsKit();
    const { id } = await kit.stripe.products.create({ name: 'Pro' });
    const price = await kit.stripe.prices.create({
      product: id,
      currency: 'usd',
      unit_amount: 900,
      recurring: { interval: 'month' },
    });
    product = { product: id, prices: [price.id] };
  });

  /** Every different part of a policy that offers everything. */
  function listParts(name: string): WantedConfiguration[] {
    const update = { enabled: true, default_allowed_updates: ['price' as const], products: [product] };
    const broad = compilePolicy({ name, features: { ...policy.features, subscription_update: update } });
    const parts = Array.from({ length: 63 }, (_, shown) =>
      narrow(
        broad,
        Object.fromEntries(featureNames.map((feature, index) => [feature, (shown & (1 << index)) !== 0])),
      ),
    );
    return [...new Map(parts.map((each) => [each.hash, each])).values()];
  }

  test('are made once for each choice, and name the configuration that they narrow', async () => {
    const id = await kit.createReplica().getId(part);

    expect(await kit.createReplica().getId(part)).toBe(id);
    const { metadata } = await kit.stripe.billingPortal.configurations.retrieve(id);
    expect(metadata).toEqual(createMetadata(part, 'default'));
    expect(metadata?.[metadataKeys.narrowedFrom]).toBe(wanted.hash);
  });

  test('are at most 47 of one configuration, and all of them can be used', async () => {
    const parts = listParts('broad');
    expect(parts).toHaveLength(47);
    const replicas = [kit.createReplica(), kit.createReplica()];

    await Promise.all(parts.flatMap((each) => replicas.map((replica) => replica.getId(each))));

    expect(await kit.listIds()).toHaveLength(47);
  });

  test('hide their features again after an edit at Stripe', async () => {
    const id = await kit.createReplica().getId(part);
    await kit.stripe.billingPortal.configurations.update(id, {
      login_page: { enabled: true },
      features: { subscription_cancel: { enabled: true } },
    });

    expect(await kit.createReplica().getId(part)).toBe(id);

    const { features, login_page } = await kit.stripe.billingPortal.configurations.retrieve(id);
    expect([features.subscription_cancel.enabled, login_page.enabled]).toEqual([false, false]);
  });

  test('with products are not written again while nothing was edited', async () => {
    const [shown = part] = listParts('broad').filter(
      ({ content }) => content.features.subscription_update?.enabled,
    );
    await kit.createReplica().getId(shown);
    kit.clock.now = new Date(kit.clock.now.getTime() + dayMs / 2);

    await kit.createReplica().getId(shown);

    expect(kit.countCalls()).toMatchObject({ created: 1, updated: 0 });
  });
});
