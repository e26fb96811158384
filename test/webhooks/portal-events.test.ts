import { randomUUID, type UUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readTrail } from '../audit/audit-kit.ts';
import { openPortalMutation } from '../helpers/operations.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { returnUrl } from '../helpers/test-app.ts';
import { createEvent, createWebhookApp } from './webhook-kit.ts';

describe('billing_portal.session.created', () => {
  const url = 'https://billing.stripe.com/p/session/planted_secret';

  async function report(userId: UUID | null) {
    const app = await createWebhookApp();
    const customerId = `cus_${randomUUID().replaceAll('-', '')}`;
    if (userId !== null) await app.link(userId, customerId);
    const session = {
      id: 'bps_1',
      object: 'billing_portal.session',
      customer: customerId,
      url,
      return_url: url,
    };
    const event = createEvent('billing_portal.session.created', session, { created: 1_790_000_000 });
    return { app, customerId, event };
  }

  test('is on the record: the session, its time, the customer and the user, and never the URL', async () => {
    const userId = randomUUID();
    const { app, customerId, event } = await report(userId);

    expect((await app.deliver(event)).status).toBe(200);

    const trail = await readTrail(app);
    expect(trail).toMatchObject([
      {
        actor: 'stripe',
        action: 'REPORT_PORTAL_SESSION',
        at: new Date(1_790_000_000_000).toISOString(),
        userId,
        targetId: customerId,
        outcome: 'SUCCEEDED',
        details: [{ name: 'sessionId', value: 'bps_1' }],
      },
    ]);
    expect(JSON.stringify([trail, app.logs])).not.toContain('planted');
  });

  test('is on the record once, though the process died before it had noted the event', async () => {
    const { app, event } = await report(randomUUID());
    await app.deliver(event);
    const record = await app.database.records.find('webhook-event', event.id);
    await app.database.records.remove('webhook-event', record ?? { key: '', nonce: '' });

    await app.deliver(event);
    await app.deliver({ ...event, id: 'evt_another' });

    expect(await readTrail(app)).toHaveLength(2);
  });

  test('of a customer who is nobody’s is on the record too', async () => {
    const { app, customerId, event } = await report(null);

    await app.deliver(event);

    expect(await readTrail(app)).toMatchObject([{ userId: null, targetId: customerId }]);
  });
});

describe('billing_portal.configuration', () => {
  test.each(['billing_portal.configuration.created', 'billing_portal.configuration.updated'])(
    '%s lets the next session look at Stripe again',
    async (type) => {
      const file = join(createTemporaryFolder(), 'policies.json');
      const policies = { one: { features: { invoice_history: { enabled: true } } } };
      writeFileSync(file, JSON.stringify({ policies, default: 'one', strictest: 'one' }));
      const app = await createWebhookApp({ PORTAL_POLICIES: file });
      const customer = await app.sdk.customers.create();
      await app.link('ada', customer.id);
      const token = await app.createToken({ userId: 'ada' });
      const open = async (): Promise<number> => {
        const before = countLists();
        (await app.execute({ document: openPortalMutation, variables: { returnUrl }, token })).expectData();
        return countLists() - before;
      };
      const countLists = (): number =>
        app.stripe.requests.filter(
          ({ method, path }) => method === 'GET' && path === '/v1/billing_portal/configurations',
        ).length;

      expect([await open(), await open()]).toEqual([1, 0]);
      await app.deliver(createEvent(type, { id: 'bpc_1', object: 'billing_portal.configuration' }));

      expect([await open(), await open()]).toEqual([1, 0]);
    },
  );

  test('is taken where there are no policies', async () => {
    const app = await createWebhookApp();

    const response = await app.deliver(createEvent('billing_portal.configuration.updated', { id: 'bpc_1' }));

    expect(response.status).toBe(200);
  });
});
