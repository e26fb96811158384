import { createHash } from 'node:crypto';
import type Stripe from 'stripe';
import type { MappingIds } from '../../src/customers/customer-directory.ts';
import { toLinkId } from '../../src/email-links/email-link-register.ts';
import { type DemoData, seedDemoData } from '../../packages/local-stripe/src/demo-data.ts';
import { type KeptRecord, createRecord } from '../../src/records/record-store.ts';
import { returnUrl } from '../helpers/test-app.ts';
import type { KnownValues } from './hostile-values.ts';

/** What there is at Stripe, and who is to be linked to it. */
export interface FuzzData {
  readonly demo: DemoData;
  readonly users: readonly MappingIds[];
  /** Conflicts for an administrator to resolve. */
  readonly conflicts: readonly KeptRecord[];
  readonly known: KnownValues;
  /** Makes the configuration that is not a policy's what it was. */
  resetConfiguration(): Promise<unknown>;
  /** Sets a subscription to end, so that there is one to keep. */
  endSubscription(): Promise<unknown>;
}

export const linkIds = ['a', 'b', 'c', 'd'].map(toLinkId);

export async function seedFuzzData(stripe: Stripe): Promise<FuzzData> {
  const demo = await seedDemoData(stripe);
  const createCustomer = async (userId: string): Promise<MappingIds> => ({
    userId,
    stripeCustomerId: (await stripe.customers.create({ name: userId })).id,
  });
  const users = [
    { userId: 'ada', stripeCustomerId: demo.customerId },
    await createCustomer('grace'),
    await createCustomer('o\u2019hara %_\u{1f600}'),
  ];
  const { stripeCustomerId: unlinked } = await createCustomer('unlinked');
  const { id: unmanaged } = await stripe.billingPortal.configurations.create({
    features: { invoice_history: { enabled: true } },
  });
  const subscription = await stripe.subscriptions.retrieve(demo.subscriptionId);
  const ending = await stripe.subscriptions.create({
    customer: demo.customerId,
    items: subscription.items.data.map(({ price }) => ({ price: price.id })),
  });

  const conflicts = [
    createConflict({ userId: 'newcomer', stripeCustomerId: demo.customerId }),
    createConflict({ userId: 'grace', stripeCustomerId: unlinked }),
  ];
  const userIds = [...users.map(({ userId }) => userId), 'newcomer'];
  const configurationIds = [unmanaged, demo.configurationId];
  const priceIds = demo.prices.flatMap(({ month, year }) => [month, year]);
  const known = {
    userId: userIds,
    stripeCustomerId: [...users.map(({ stripeCustomerId }) => stripeCustomerId), unlinked],
    id: [...configurationIds, ...linkIds, ...conflicts.map(({ key }) => key)],
    configurationId: configurationIds,
    subscriptionId: [demo.subscriptionId, ending.id, ...subscription.items.data.map(({ id }) => id)],
    priceId: priceIds,
    priceIds,
    productId: demo.productIds,
    returnUrl: [returnUrl, 'https://app.example.com/?a=%00&b=\u00e9#c'],
    defaultReturnUrl: [returnUrl],
    privacyPolicyUrl: ['https://example.com/privacy'],
    termsOfServiceUrl: ['https://example.com/terms'],
    locale: ['de', 'auto', 'pt-BR'],
    after: [...userIds, ...configurationIds].map((key) => Buffer.from(key).toString('base64url')),
  };
  return {
    demo,
    users,
    conflicts,
    known,
    resetConfiguration: () =>
      stripe.billingPortal.configurations.update(unmanaged, { active: true, login_page: { enabled: false } }),
    endSubscription: () => stripe.subscriptions.update(ending.id, { cancel_at_period_end: true }),
  };
}

/** A record as the service stores a conflict: its key is derived from the pair. */
function createConflict({ userId, stripeCustomerId }: MappingIds): KeptRecord {
  const hash = createHash('sha256')
    .update(JSON.stringify([userId, stripeCustomerId]))
    .digest('hex');
  const content = { userId, stripeCustomerId, foundAt: '2026-01-01T00:00:00.000Z' };
  return createRecord(hash.slice(0, 40), { nonce: 'conflict', owner: userId, content });
}
