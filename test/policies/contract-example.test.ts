import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { CustomerMapping } from '../../src/customers/customer-directory.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { type DemoData, seedDemoData } from '../../packages/local-stripe/src/demo-data.ts';
import { openPortalMutation, portalConfigurationQuery } from '../helpers/operations.ts';
import { type TestApp, createTestApp, returnUrl } from '../helpers/test-app.ts';
import { hasControl, openPage } from '../../packages/local-stripe/test/portal-browser.ts';
import {
  type LocalStripeClient,
  startLocalStripe,
} from '../../packages/local-stripe/test/local-stripe-client.ts';

const contractEndsAt = new Date('2027-01-01T00:00:00.000Z');
const policies = join(import.meta.dirname, '../../examples/policies.yaml');

let now = contractEndsAt;
let stripe: LocalStripeClient;
let app: TestApp;
let demo: DemoData;
let token: string;

beforeAll(async () => {
  stripe = await startLocalStripe();
  demo = await seedDemoData(stripe.stripe);
  app = await createTestApp(
    { STRIPE_API_URL: stripe.localStripe.url, PORTAL_POLICIES: policies },
    { now: () => now },
  );
  await app.link('ada', demo.customerId);
  token = await app.createToken({ userId: 'ada' });
});

beforeEach(async () => {
  await updateMapping({ contractEndsAt });
  await stripe.control('DELETE', 'faults');
});

async function updateMapping(changes: Partial<CustomerMapping>): Promise<void> {
  const database = await openDatabase({ url: app.config.databaseUrl, scope: app.config.stripe.scope });
  await database.customers.update('ada', changes);
  await database.close();
}

/** The policy that holds, by the name of its configuration. */
async function readPolicyName(): Promise<string | null> {
  const answer = await app.execute({ document: portalConfigurationQuery, token });
  return answer.expectData().billingPortalConfiguration.name ?? null;
}

async function canCancelOnPage(): Promise<boolean> {
  const answer = await app.execute({ document: openPortalMutation, variables: { returnUrl }, token });
  return hasControl(await openPage(answer.expectData().createBillingPortalSession.url), 'Cancel plan');
}

describe('the example, for a customer whose contract ends', () => {
  test('takes cancelling away until then and gives it back the moment it has ended, without a restart', async () => {
    now = new Date(contractEndsAt.getTime() - 1);
    expect(await readPolicyName()).toBe('contract');
    expect(await canCancelOnPage()).toBe(false);
    const flow = { type: 'SUBSCRIPTION_CANCEL' } as const;
    const cancel = () => app.execute({ document: openPortalMutation, variables: { returnUrl, flow }, token });
    (await cancel()).expectError('FLOW_NOT_ALLOWED');

    now = contractEndsAt;
    expect(await readPolicyName()).toBe('standard');
    expect(await canCancelOnPage()).toBe(true);
    (await cancel()).expectData();
  });

  test('follows a contract that is made longer at once', async () => {
    now = contractEndsAt;
    await updateMapping({ contractEndsAt: new Date(contractEndsAt.getTime() + 1) });

    expect(await readPolicyName()).toBe('contract');
  });
});

describe('the example, without a contract', () => {
  beforeEach(() => updateMapping({ contractEndsAt: null }));

  test.each([
    ['active', 'standard'],
    ['past_due', 'past-due'],
    ['unpaid', 'past-due'],
    ['active', 'standard'],
  ])('asks Stripe each time: a subscription that is %s leads to %s', async (status, policy) => {
    await stripe.control('POST', `subscriptions/${demo.subscriptionId}`, { status });

    expect(await readPolicyName()).toBe(policy);
  });

  test('falls to the strictest policy where Stripe does not say, and the log says why', async () => {
    await stripe.control('POST', 'faults', { path: '/v1/subscriptions', status: '500', times: '3' });

    expect(await readPolicyName()).toBe('strictest');

    expect(app.logs.join('')).toContain('failed to read subscriptions');
    expect(await readPolicyName()).toBe('standard');
  });

  test('does not ask Stripe where the contract decides', async () => {
    await updateMapping({ contractEndsAt: new Date(now.getTime() + 1) });
    const before = stripe.localStripe.requests.length;

    expect(await readPolicyName()).toBe('contract');

    const asked = stripe.localStripe.requests.slice(before).map(({ path }) => path);
    expect(asked).not.toContain('/v1/subscriptions');
  });

  test('tells a user without a customer what the standard is', async () => {
    const answer = await app.execute({
      document: portalConfigurationQuery,
      token: await app.createToken({ userId: 'nobody' }),
    });

    expect(answer.expectData().billingPortalConfiguration.name).toBe('standard');
  });
});
