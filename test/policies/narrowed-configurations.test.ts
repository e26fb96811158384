import { beforeEach, describe, expect, test } from '@jest/globals';
import { type WantedConfiguration, compilePolicy } from '../../src/policies/configuration-content.ts';
import { createMetadata, metadataKeys } from '../../src/policies/managed-configuration.ts';
import { maxNarrowed } from '../../src/policies/policy-configurations.service.ts';
import { featureNames } from '../../src/policies/policy-features.schema.ts';
import { type ConfigurationsKit, createConfigurationsKit, policy, wanted } from './configurations-kit.ts';

describe('configurations that clients narrow', () => {
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
    const broad = { name, features: { ...policy.features, subscription_update: update } };
    const parts = Array.from({ length: 63 }, (_, shown) =>
      compilePolicy(
        broad,
        Object.fromEntries(featureNames.map((feature, index) => [feature, (shown & (1 << index)) !== 0])),
      ),
    );
    return [...new Map(parts.map((part) => [part.hash, part])).values()];
  }

  test('are made once for each choice, and say what they are a part of', async () => {
    const part = compilePolicy(policy, { subscription_cancel: false });

    const id = await kit.createReplica().getId(part);

    expect(await kit.createReplica().getId(part)).toBe(id);
    const { metadata } = await kit.stripe.billingPortal.configurations.retrieve(id);
    expect(metadata).toEqual(createMetadata(part, 'default'));
    expect(metadata?.[metadataKeys.narrowedFrom]).toBe(wanted.hash);
  });

  test('are bounded for each policy, though all are asked for at the same time', async () => {
    const replica = kit.createReplica();
    const parts = listParts('broad');
    expect(parts).toHaveLength(47);

    const outcomes = await Promise.allSettled(parts.map((part) => replica.getId(part)));

    const made = outcomes.filter(({ status }) => status === 'fulfilled');
    expect(made).toHaveLength(maxNarrowed);
    expect(await kit.listIds()).toHaveLength(maxNarrowed);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'BAD_USER_INPUT' });
    }
    expect(await kit.createReplica().getId(parts[0] ?? wanted)).toMatch(/^bpc_/);
  });

  test('are bounded for all replicas together, whatever each has seen so far', async () => {
    const parts = listParts('broad');
    const late = kit.createReplica();
    await late.getId(wanted);
    const replica = kit.createReplica();
    for (const part of parts.slice(1, maxNarrowed + 1)) await replica.getId(part);

    await expect(late.getId(parts[0] ?? wanted)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  test('of another policy do not count, nor does what a policy offers itself', async () => {
    const replica = kit.createReplica();
    for (const part of listParts('broad').slice(0, maxNarrowed)) await replica.getId(part);

    const [other = wanted] = listParts('other');
    expect(await replica.getId(other)).toMatch(/^bpc_/);
    expect(await replica.getId(wanted)).toMatch(/^bpc_/);
  });

  test('count again when they come back after they were deactivated', async () => {
    const parts = listParts('broad');
    const first = await kit.createReplica().getId(parts[0] ?? wanted);
    await kit.deactivate(first);
    const replica = kit.createReplica();
    for (const part of parts.slice(1, maxNarrowed + 1)) await replica.getId(part);

    await expect(replica.getId(parts[0] ?? wanted)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });
});
