import { describe, expect, test } from '@jest/globals';
import { createMetadata } from '../../src/configurations/managed-configuration.ts';
import { sendJson, startFaultyStripe } from '../helpers/faulty-stripe.ts';
import { createConfigurationsKit, createReplica, wanted } from './configurations-kit.ts';
import { createStripeConfiguration } from '../helpers/stripe-objects.ts';

const minuteMs = 60_000;

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
