import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { closeAfterTests } from '../helpers/closing.ts';
import { howToGetMongo, startMongoServer } from '../helpers/mongo-server.ts';
import { describeWithPart } from '../helpers/real-parts.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { startLocalStripe } from '../../packages/local-stripe/test/local-stripe-client.ts';
import { createSubscriber } from '../../packages/local-stripe/test/fixtures.ts';
import { createEvent, createWebhookApp } from './webhook-kit.ts';

/** What happens to a subscription, in this order. */
const types = ['created', 'updated', 'updated', 'deleted'].map((what) => `customer.subscription.${what}`);

const permutations = [0, 1, 2, 3].flatMap((a) =>
  [0, 1, 2, 3].flatMap((b) =>
    [0, 1, 2, 3].flatMap((c) =>
      [0, 1, 2, 3].flatMap((d) => (new Set([a, b, c, d]).size === 4 ? [[a, b, c, d]] : [])),
    ),
  ),
);

/** A few at a time. */
async function forEachPermutation(work: (permutation: readonly number[]) => Promise<void>): Promise<void> {
  const rest = [...permutations];
  const workOff = async (): Promise<void> => {
    for (let next = rest.pop(); next !== undefined; next = rest.pop()) await work(next);
  };
  await Promise.all(Array.from({ length: 4 }, workOff));
}

function tryPermutations(createDatabaseUrl: () => string): void {
  const setUp = async () => {
    const { stripe, localStripe, control } = await startLocalStripe({ latencyMs: 2 });
    const app = await createWebhookApp({
      DATABASE_URL: createDatabaseUrl(),
      STRIPE_API_URL: localStripe.url,
      LINK_BY_METADATA_KEY: 'userId',
    });

    /** A subscriber, and what can be done next to their subscription, step by step. */
    const createStory = async () => {
      const { customer, subscription } = await createSubscriber(stripe);
      await app.link(randomUUID(), customer.id);
      const [item] = subscription.items.data;
      const steps = [
        () => Promise.resolve(),
        () => stripe.subscriptions.update(subscription.id, { items: [{ id: item?.id, quantity: 7 }] }),
        () => stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true }),
        () => stripe.subscriptions.cancel(subscription.id),
      ];
      const events = types.map((type) => createEvent(type, { ...subscription }));
      return { customerId: customer.id, steps, events };
    };

    /** What the snapshot says of the subscription, beside what Stripe says. */
    const compare = async (customerId: string) => {
      const { data } = await stripe.subscriptions.list({ customer: customerId });
      const snapshot = await app.findSnapshot(customerId);
      return {
        kept: snapshot?.facts?.subscriptions.map(({ items, cancel_at_period_end: cancels }) => [
          items[0]?.quantity,
          cancels,
        ]),
        atStripe: data.map(({ items, cancel_at_period_end: cancels }) => [items.data[0]?.quantity, cancels]),
      };
    };
    return { app, stripe, localStripe, control, createStory, compare };
  };

  test('24 permutations of created, updated, updated, deleted: each delivery leaves what Stripe has at the time', async () => {
    const { app, createStory, compare } = await setUp();

    await forEachPermutation(async (permutation) => {
      const { customerId, steps, events } = await createStory();
      let happened = -1;
      for (const index of permutation) {
        // Nothing is told of before it has happened.
        while (happened < index) await steps[(happened += 1)]?.();
        expect((await app.deliver(events[index] ?? {})).status).toBe(200);
        const { kept, atStripe } = await compare(customerId);
        expect({ permutation, index, kept }).toEqual({ permutation, index, kept: atStripe });
      }
      expect((await compare(customerId)).kept).toEqual([]);
    });
  }, 120_000);

  test('24 permutations, all four delivered at the same instant while it happens: the end is what Stripe has', async () => {
    const { app, createStory, compare } = await setUp();

    await forEachPermutation(async (permutation) => {
      const { customerId, steps, events } = await createStory();
      const deliveries: Promise<Response>[] = [];
      for (const step of steps.slice(1)) {
        deliveries.push(app.deliver(createEvent('customer.updated', { object: 'customer', id: customerId })));
        await step();
      }
      deliveries.push(...permutation.map((index) => app.deliver(events[index] ?? {})));

      for (const delivery of deliveries) expect((await delivery).status).toBe(200);
      expect({ permutation, ...(await compare(customerId)) }).toEqual({
        permutation,
        kept: [],
        atStripe: [],
      });
    });
  }, 120_000);

  test('events that name one user at the same instant make one link, and one entry on the record', async () => {
    const { app, stripe } = await setUp();
    const userId = randomUUID();
    const { id } = await stripe.customers.create({ metadata: { userId } });
    const events = Array.from({ length: 10 }, () =>
      createEvent('customer.updated', { object: 'customer', id }),
    );

    const answers = await Promise.all(events.map((event) => app.deliver(event)));

    expect(answers.map(({ status }) => status)).toEqual(events.map(() => 200));
    expect(await app.database.customers.findByUserId(userId)).toMatchObject({ stripeCustomerId: id });
    expect((await app.database.audit.list({ first: 9, userId })).items).toHaveLength(1);
    // No event took another user's link for a conflict.
    expect(app.logs.filter((line) => line.includes(id))).toEqual([]);
  });

  test('an old answer of Stripe that comes late takes the place of no newer one', async () => {
    const { app, stripe, localStripe, control } = await setUp();
    const customer = await stripe.customers.create({ name: 'Before' });
    await app.link(randomUUID(), customer.id);
    const path = `/v1/customers/${customer.id}`;
    const event = () => createEvent('customer.subscription.updated', { customer: customer.id });
    await control('POST', 'faults', { path, method: 'GET', delay_ms: '700' });

    const first = app.deliver(event());
    while (!localStripe.requests.some((request) => request.method === 'GET' && request.path === path))
      await sleep(5);
    await stripe.customers.update(customer.id, { name: 'After' });
    const second = app.deliver(event());

    expect([(await first).status, (await second).status]).toEqual([200, 200]);
    expect(await app.findSnapshot(customer.id)).toMatchObject({ facts: { name: 'After' } });
  });
}

describe('SQLite', () => {
  tryPermutations(() => `sqlite:${createTemporaryFolder()}/billing.db`);
});

const mongo = await startMongoServer();
closeAfterTests(() => mongo?.stop());

describeWithPart(
  `MongoDB: ${mongo?.description ?? 'none'}`,
  mongo,
  howToGetMongo,
  ({ createDatabaseUrl }) => {
    tryPermutations(createDatabaseUrl);
  },
);
