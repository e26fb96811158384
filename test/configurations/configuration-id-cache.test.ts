import { beforeEach, describe, expect, test } from '@jest/globals';
import { featureNames } from '../../src/configurations/configuration-features.schema.ts';
import {
  type WantedConfiguration,
  createMetadata,
  metadataKeys,
} from '../../src/configurations/managed-configuration.ts';
import { narrow } from '../../src/configurations/narrow-configuration.ts';
import { compilePolicy } from '../../src/policies/policy-set.ts';
import { sendJson, startFaultyStripe } from '../helpers/faulty-stripe.ts';
import { createStripeConfiguration } from '../helpers/stripe-objects.ts';
import {
  type ConfigurationsKit,
  createConfigurationsKit,
  createReplica,
  policy,
  wanted,
} from './configurations-kit.ts';

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
    const kit = await createConfigurationsKit({ latencyMs: 200 });
    const replicas = Array.from({ length: 4 }, () => kit.createReplica());

    const ids = await Promise.all(replicas.map((replica) => replica.getId(wanted)));

    expect(new Set(ids).size).toBe(1);
    expect(await kit.listIds()).toEqual([ids[0]]);
  });

  test('is found by a replica that starts later, beyond the first page of what the account has', async () => {
    const kit = await createConfigurationsKit();
    const id = await kit.createReplica().getId(wanted);
    const features = { invoice_history: { enabled: true } };
    await Promise.all(
      Array.from({ length: 101 }, () => kit.stripe.billingPortal.configurations.create({ features })),
    );
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

  test('is looked up again after ten minutes, though the clock was a year ahead at first', async () => {
    const kit = await createConfigurationsKit();
    const replica = kit.createReplica();
    const start = kit.clock.now.getTime();
    kit.clock.now = new Date(start + 365 * dayMs);
    await replica.getId(wanted);

    for (const minutes of [0, 9, 10]) {
      kit.clock.now = new Date(start + minutes * minuteMs);
      await replica.getId(wanted);
    }

    expect(kit.countCalls().listed).toBe(3);
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

  test("keeps an operator's edit of the login page when its use is noted", async () => {
    const kit = await createConfigurationsKit();
    const open = compilePolicy({ ...policy, login_page: { enabled: true } });
    const id = await kit.createReplica().getId(open);
    await kit.stripe.billingPortal.configurations.update(id, { login_page: { enabled: false } });
    kit.clock.now = new Date(kit.clock.now.getTime() + 2 * dayMs);

    expect(await kit.createReplica().getId(open)).toBe(id);

    expect(kit.countCalls().updated).toBe(2);
    const { login_page } = await kit.stripe.billingPortal.configurations.retrieve(id);
    expect(login_page.enabled).toBe(false);
  });

  test('is used though its use cannot be noted', async () => {
    const kit = await createConfigurationsKit();
    const id = await kit.createReplica().getId(wanted);
    kit.clock.now = new Date(kit.clock.now.getTime() + 2 * dayMs);
    await kit.fail({ path: '/v1/billing_portal/configurations/*', status: '403' });

    expect(await kit.createReplica().getId(wanted)).toBe(id);
  });
});

describe("the account's default configuration", () => {
  test('is read again after ten minutes and not before', async () => {
    const kit = await createConfigurationsKit();
    const replica = kit.createReplica();
    await kit.control('POST', 'portal_settings', { name: 'Before' });
    const { id } = (await replica.getDefault()) ?? { id: '' };
    await kit.stripe.billingPortal.configurations.update(id, { name: 'After' });

    kit.clock.now = new Date(kit.clock.now.getTime() + 10 * minuteMs - 1);
    expect(await replica.getDefault()).toMatchObject({ id, name: 'Before' });

    kit.clock.now = new Date(kit.clock.now.getTime() + 1);
    expect(await replica.getDefault()).toMatchObject({ id, name: 'After' });
  });

  test('is kept when a reading of it fails, and replaced by one that succeeds', async () => {
    const kit = await createConfigurationsKit();
    const replica = kit.createReplica();
    await kit.control('POST', 'portal_settings', { name: 'Before' });
    const before = await replica.getDefault();
    await kit.fail({ method: 'GET', status: '403' });
    await expect(replica.readDefault()).rejects.toMatchObject({ code: 'STRIPE_MISCONFIGURED' });

    await kit.fail({ method: 'GET', status: '403' });
    expect(await replica.getDefault()).toEqual(before);
    await kit.control('DELETE', 'faults', {});

    await kit.control('POST', 'portal_settings', { name: 'After' });
    await replica.readDefault();
    expect(await replica.getDefault()).toMatchObject({ name: 'After' });
  });

  test('is read again where it changed during a reading', async () => {
    const kit = await createConfigurationsKit();
    const replica = kit.createReplica();
    await kit.control('POST', 'portal_settings', { name: 'Before' });
    await replica.getDefault();
    const reading = replica.readDefault();
    replica.forgetAll();
    await reading;

    await kit.control('POST', 'portal_settings', { name: 'After' });
    expect(await replica.getDefault()).toMatchObject({ name: 'After' });
  });

  test('is found as soon as the portal settings are saved for the first time', async () => {
    const kit = await createConfigurationsKit();
    const replica = kit.createReplica();
    expect(await replica.getDefault()).toBeNull();

    await kit.control('POST', 'portal_settings', { name: 'First' });

    expect(await replica.getDefault()).toMatchObject({ name: 'First' });
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

describe('when Stripe fails while a configuration is made', () => {
  test('a failure that its key repeats is got past at once', async () => {
    const kit = await createConfigurationsKit();
    await kit.fail({ status: '500' });

    const id = await kit.createReplica().getId(wanted);

    expect(await kit.listIds()).toEqual([id]);
    expect(kit.countCalls().created).toBe(3);
  });

  test('replicas get past it to the same configuration', async () => {
    const kit = await createConfigurationsKit({ latencyMs: 50 });
    await kit.fail({ status: '500' });
    const replicas = Array.from({ length: 4 }, () => kit.createReplica());

    const ids = await Promise.all(replicas.map((replica) => replica.getId(wanted)));

    expect(await kit.listIds()).toEqual([ids[0]]);
    expect(new Set(ids).size).toBe(1);
  });

  test('an answer that is lost costs no second configuration', async () => {
    const kit = await createConfigurationsKit();
    await kit.fail({ hang_up: 'true' });

    const id = await kit.createReplica().getId(wanted);

    expect(await kit.listIds()).toEqual([id]);
  });

  test('an outage ends with it, though every key that was tried repeats its failure for a day', async () => {
    const kit = await createConfigurationsKit();
    const replica = kit.createReplica();
    await kit.fail({ status: '500', times: '100' });
    const unavailable = { code: 'STRIPE_UNAVAILABLE' };
    await expect(replica.getId(wanted)).rejects.toMatchObject(unavailable);
    await expect(replica.getId(wanted)).rejects.toMatchObject(unavailable);
    await kit.control('DELETE', 'faults');
    await expect(replica.getId(wanted)).rejects.toMatchObject(unavailable);

    kit.clock.now = new Date(kit.clock.now.getTime() + minuteMs);

    const id = await replica.getId(wanted);
    expect(await kit.listIds()).toEqual([id]);
  });

  test('a failure to list is not kept', async () => {
    const kit = await createConfigurationsKit();
    const replica = kit.createReplica();
    await kit.fail({ method: 'GET', status: '500', times: '3' });

    await expect(replica.getId(wanted)).rejects.toMatchObject({ code: 'STRIPE_UNAVAILABLE' });

    const id = await replica.getId(wanted);
    expect(await kit.listIds()).toEqual([id]);
  });

  test('a refusal is told, and ends with its reason though its key repeats it', async () => {
    const kit = await createConfigurationsKit();
    const replica = kit.createReplica();
    await kit.fail({ status: '400', message: "No such product: 'prod_late'" });
    await expect(replica.getId(wanted)).rejects.toMatchObject({ code: 'STRIPE_MISCONFIGURED' });

    const id = await replica.getId(wanted);
    expect(await kit.listIds()).toEqual([id]);
  });

  test('a configuration that the failed request made all the same is found', async () => {
    const stripe = await startFaultyStripe();
    const replica = createReplica(stripe.url, 'default', () => new Date());
    const failure = { type: 'api_error', message: 'oops' };
    const made = createStripeConfiguration({
      id: 'bpc_made',
      metadata: createMetadata(wanted, 'default'),
    });
    const list = (data: readonly object[]) => sendJson(200, { object: 'list', has_more: false, data });
    stripe.answerBy(
      list([]),
      sendJson(500, { error: failure }, { 'idempotent-replayed': 'true' }),
      list([made]),
    );

    expect(await replica.getId(wanted)).toBe('bpc_made');
  });
});

const part = narrow(wanted, ['subscription_cancel']);

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
        featureNames.filter((_name, index) => (shown & (1 << index)) === 0),
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

  test('are replaced after an edit where Stripe refuses to make them active', async () => {
    const id = await kit.createReplica().getId(part);
    const features = { subscription_cancel: { enabled: true } };
    await kit.stripe.billingPortal.configurations.update(id, { active: false, features });
    await kit.fail({ path: '/v1/billing_portal/configurations/*', status: '400' });

    const next = await kit.createReplica().getId(part);

    expect(next).not.toBe(id);
    const { active } = await kit.stripe.billingPortal.configurations.retrieve(next);
    expect(active).toBe(true);
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
