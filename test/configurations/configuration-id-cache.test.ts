import { describe, expect, test } from '@jest/globals';
import { compilePolicy } from '../../src/policies/policy-set.ts';
import { metadataKeys } from '../../src/configurations/managed-configuration.ts';
import { createConfigurationsKit, policy, wanted } from '../configurations/configurations-kit.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

describe('a configuration', () => {
  test('is created on first use, and used ever after without another call', async () => {
    const kit = await createConfigurationsKit();
    const replica = kit.createReplica();

    const id = await replica.getId(wanted);

    expect(await replica.getId(wanted)).toBe(id);
    expect(kit.countCalls()).toEqual({ listed: 1, created: 1, updated: 0 });
    const { active, name, metadata } = await kit.stripe.billingPortal.configurations.retrieve(id);
    expect({ active, name, metadata }).toEqual({
      active: true,
      name: 'standard',
      metadata: {
        billing_portal_namespace: 'default',
        billing_portal_policy: 'standard',
        billing_portal_content: wanted.hash,
      },
    });
  });

  test('is created once for fifty that ask at the same time', async () => {
    const kit = await createConfigurationsKit();
    const replica = kit.createReplica();

    const ids = await Promise.all(Array.from({ length: 50 }, () => replica.getId(wanted)));

    expect(new Set(ids).size).toBe(1);
    expect(kit.countCalls()).toEqual({ listed: 1, created: 1, updated: 0 });
  });

  test('is created once by replicas that start at the same time, however long Stripe takes over it', async () => {
    const kit = await createConfigurationsKit({ latencyMs: 700 });
    const replicas = Array.from({ length: 4 }, () => kit.createReplica());

    const ids = await Promise.all(replicas.map((replica) => replica.getId(wanted)));

    expect(new Set(ids).size).toBe(1);
    expect(await kit.listIds()).toEqual([ids[0]]);
  });

  test('is found by a replica that starts later, beyond the first page of what the account has', async () => {
    const kit = await createConfigurationsKit();
    const id = await kit.createReplica().getId(wanted);
    for (let count = 0; count < 120; count += 1)
      await kit.stripe.billingPortal.configurations.create({
        features: { invoice_history: { enabled: true } },
      });
    const before = kit.countCalls();

    expect(await kit.createReplica().getId(wanted)).toBe(id);

    expect(kit.countCalls()).toEqual({ ...before, listed: before.listed + 2 });
  });

  test('of another namespace, or of somebody else, is not used', async () => {
    const kit = await createConfigurationsKit();
    const staging = await kit.createReplica('staging').getId(wanted);
    const foreign = await kit.stripe.billingPortal.configurations.create({
      ...wanted.content,
      metadata: { [metadataKeys.content]: wanted.hash },
    });

    const production = await kit.createReplica('production').getId(wanted);

    expect([staging, foreign.id]).not.toContain(production);
    expect(await kit.createReplica('staging').getId(wanted)).toBe(staging);
    expect(await kit.createReplica('production').getId(wanted)).toBe(production);
    expect(await kit.listIds()).toHaveLength(3);
  });

  test('is looked up again after ten minutes and not before', async () => {
    const kit = await createConfigurationsKit();
    const replica = kit.createReplica();
    await replica.getId(wanted);

    kit.clock.now = new Date(kit.clock.now.getTime() + 10 * minuteMs - 1);
    await replica.getId(wanted);
    expect(kit.countCalls().listed).toBe(1);

    kit.clock.now = new Date(kit.clock.now.getTime() + 1);
    await replica.getId(wanted);
    expect(kit.countCalls()).toEqual({ listed: 2, created: 1, updated: 0 });
  });

  test('has its use noted about once a day', async () => {
    const kit = await createConfigurationsKit();
    const replica = kit.createReplica();
    const id = await replica.getId(wanted);
    const start = kit.clock.now.getTime();

    for (const hours of [12, 24.5, 36, 48]) {
      kit.clock.now = new Date(start + (hours * dayMs) / 24);
      await replica.getId(wanted);
    }

    expect(kit.countCalls().updated).toBe(1);
    const { metadata } = await kit.stripe.billingPortal.configurations.retrieve(id);
    expect(metadata?.[metadataKeys.usedAt]).toBe(new Date(start + (24.5 * dayMs) / 24).toISOString());
  });

  test('is used though its use cannot be noted', async () => {
    const kit = await createConfigurationsKit();
    const id = await kit.createReplica().getId(wanted);
    kit.clock.now = new Date(kit.clock.now.getTime() + 2 * dayMs);
    await kit.fail({ path: '/v1/billing_portal/configurations/*', status: '403' });

    expect(await kit.createReplica().getId(wanted)).toBe(id);
  });
});

describe('a configuration that somebody has deactivated', () => {
  test('is made active again, also by a replica that starts', async () => {
    const kit = await createConfigurationsKit();
    const id = await kit.createReplica().getId(wanted);
    await kit.deactivate(id);

    expect(await kit.createReplica().getId(wanted)).toBe(id);

    expect((await kit.stripe.billingPortal.configurations.retrieve(id)).active).toBe(true);
  });

  test('gets its login page back, where the policy has one', async () => {
    const kit = await createConfigurationsKit();
    const open = compilePolicy({ ...policy, login_page: { enabled: true } });
    const id = await kit.createReplica().getId(open);
    await kit.stripe.billingPortal.configurations.update(id, {
      active: false,
      login_page: { enabled: false },
    });

    await kit.createReplica().getId(open);

    const { active, login_page } = await kit.stripe.billingPortal.configurations.retrieve(id);
    expect([active, login_page.enabled]).toEqual([true, true]);
  });

  test('is replaced where Stripe refuses to make it active, as often as need be', async () => {
    const kit = await createConfigurationsKit();
    const used = [await kit.createReplica().getId(wanted)];
    while (used.length < 4) {
      await kit.deactivate(used.at(-1) ?? '');
      await kit.fail({ path: '/v1/billing_portal/configurations/*', status: '400' });
      used.push(await kit.createReplica().getId(wanted));
    }

    expect(new Set(used).size).toBe(4);
    expect(new Set(await kit.listIds())).toEqual(new Set(used));
  });

  test('is not taken for usable because a key repeats the answer of when it was', async () => {
    const kit = await createConfigurationsKit();
    const late = kit.createReplica();
    await late.getId(compilePolicy({ name: 'another' }));
    const id = await kit.createReplica().getId(wanted);
    await kit.deactivate(id);

    // It listed before the first was made, so it creates, and its key repeats the first.
    expect(await late.getId(wanted)).not.toBe(id);
  });

  test('is looked up once by the many that it is refused to', async () => {
    const kit = await createConfigurationsKit();
    const replica = kit.createReplica();
    const stale = Array.from({ length: 20 }, () => replica.getId(wanted));
    await kit.deactivate((await Promise.all(stale))[0] ?? '');

    await Promise.all(
      stale.map((id) => {
        replica.forget(wanted, id);
        return replica.getId(wanted);
      }),
    );

    expect(kit.countCalls()).toEqual({ listed: 2, created: 1, updated: 2 });
  });
});
