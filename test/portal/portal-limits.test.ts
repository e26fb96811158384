import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { BillingPortalFlowType } from '../generated/graphql.ts';
import { type AlteredStripe, startAlteredStripe } from '../helpers/altered-stripe.ts';
import { billingTasksQuery } from '../helpers/task-operations.ts';
import { createFlow, createFlowPolicies, flowTypes } from './flow-policies.ts';
import { type PolicyPortal, type User, createPolicyPortal } from './policy-portal.ts';

type Fields = Readonly<Record<string, unknown>>;
type Case = readonly [title: string, reason: string, types: readonly BillingPortalFlowType[], change: Fields];

const changes: BillingPortalFlowType[] = ['SUBSCRIPTION_UPDATE', 'SUBSCRIPTION_UPDATE_CONFIRM'];
const exceptCancel: BillingPortalFlowType[] = [...changes, 'SUBSCRIPTION_PAUSE'];
const exceptPause: BillingPortalFlowType[] = [...changes, 'SUBSCRIPTION_CANCEL'];
const all: BillingPortalFlowType[] = [...exceptPause, 'SUBSCRIPTION_PAUSE'];

const periodEnd = 1_900_000_000;
const phase = { start_date: 1, end_date: periodEnd, items: [] };
const schedule = {
  object: 'subscription_schedule',
  id: 'sub_sched_1',
  status: 'active',
  end_behavior: 'release',
  current_phase: { start_date: 1, end_date: periodEnd },
  phases: [phase],
};
const nextPhase = { ...phase, start_date: periodEnd, end_date: 2 * periodEnd };

/** Each limit with the tasks that it refuses; the portal opens the others. */
const cases: readonly Case[] = [
  ['a plain one', '', [], {}],
  ['one that has ended', 'ENDED', all, { status: 'canceled' }],
  ['one that was never paid for in time', 'ENDED', all, { status: 'incomplete_expired' }],
  ['one with a status of a later release', 'NOT_KNOWN', all, { status: 'napping' }],
  ['one that ends on a date', 'ALREADY_CANCELED', all, { cancel_at: periodEnd }],
  ['one that ends with its period', 'ALREADY_CANCELED', all, { cancel_at_period_end: true }],
  [
    'one with a scheduled change',
    'SCHEDULED_CHANGE',
    all,
    { schedule: { ...schedule, phases: [phase, nextPhase] } },
  ],
  [
    'one that a schedule ends',
    'SCHEDULED_CHANGE',
    all,
    { schedule: { ...schedule, end_behavior: 'cancel' } },
  ],
  ['one in the last phase of a schedule', 'SCHEDULED_CHANGE', ['SUBSCRIPTION_PAUSE'], { schedule }],
  ['one that waits for its first payment', 'FIRST_PAYMENT_PENDING', exceptCancel, { status: 'incomplete' }],
  ['an unpaid one', 'PAYMENT_OVERDUE', exceptCancel, { status: 'unpaid' }],
  ['an overdue one', 'PAYMENT_OVERDUE', ['SUBSCRIPTION_PAUSE'], { status: 'past_due' }],
  ['a trialing one', '', [], { status: 'trialing' }],
  ['a paused one', 'PAUSED', exceptCancel, { status: 'paused' }],
  [
    'one without collection of payments',
    'PAUSED',
    ['SUBSCRIPTION_PAUSE'],
    { pause_collection: { behavior: 'void', resumes_at: null } },
  ],
  ['one that is paid by sent invoices', 'SENT_INVOICE', exceptCancel, { collection_method: 'send_invoice' }],
  ['one with a metered price', 'USAGE_BASED', changes, { usageType: 'metered' }],
  ['one with several items', 'SEVERAL_PRODUCTS', changes, { count: 2 }],
  ['one without items', 'NOT_KNOWN', changes, { count: 0 }],
  [
    'one that is charged to a bank transfer',
    'PAYMENT_METHOD',
    changes,
    { default_payment_method: { object: 'payment_method', id: 'pm_1', type: 'customer_balance' } },
  ],
  ['one whose customer is charged to Klarna', 'PAYMENT_METHOD', changes, { customersMethod: 'klarna' }],
  ['one whose customer pays by PayPal', '', [], { customersMethod: 'paypal' }],
  [
    'one that is charged to a legacy source',
    'PAYMENT_METHOD',
    changes,
    {
      default_source: { object: 'source', id: 'src_1', type: 'ach_credit_transfer', ach_credit_transfer: {} },
    },
  ],
  [
    'one that is charged to a legacy card',
    '',
    [],
    { default_source: { object: 'card', id: 'card_1', brand: 'Visa' } },
  ],
  [
    'one with taxes of Stripe and a price without',
    'TAX_BEHAVIOR',
    changes,
    { automatic_tax: { enabled: true } },
  ],
  [
    'one with taxes of Stripe in another currency of the price, whose tax behavior is its own',
    '',
    [],
    { automatic_tax: { enabled: true }, currency: 'eur' },
  ],
  [
    'one with the classic billing mode',
    'BILLING_MODE',
    ['SUBSCRIPTION_PAUSE'],
    { billing_mode: { type: 'classic' } },
  ],
];

let portal: PolicyPortal;
let stripe: AlteredStripe;
let user: User;
let closed: User;

beforeAll(async () => {
  portal = await createPolicyPortal(createFlowPolicies, {}, async (url) => {
    stripe = await startAlteredStripe(url);
    return stripe.url;
  });
  user = await portal.createUser('limited');
  closed = await portal.createUser('closed', { roles: ['closed'] });
});

beforeEach(() => stripe.alter({}));

function alterSubscription({ usageType, count, customersMethod, ...change }: Fields): void {
  stripe.alter({
    subscription: (found) => {
      const { data } = found['items'] as { readonly data: readonly Fields[] };
      const items = data.map(({ price, ...item }) => {
        const recurring = {
          ...(price as { recurring: object }).recurring,
          ...(usageType ? { usage_type: usageType } : {}),
        };
        return { ...item, price: { ...(price as object), recurring } };
      });
      const copies = Array.from({ length: Number(count ?? 1) }, () => items).flat();
      return { ...found, items: { ...(found['items'] as object), data: copies }, ...change };
    },
    customer: (found) => {
      if (customersMethod === undefined) return found;
      const method = { object: 'payment_method', id: 'pm_1', type: customersMethod };
      return { ...found, invoice_settings: { default_payment_method: method } };
    },
  });
}

type Reasons = Partial<Record<BillingPortalFlowType, string | null>>;

/** Why each deep link is refused; null when it opens, which is when Stripe is asked for a session. */
async function findDeepLinkRefusals(
  asking: User,
  types: readonly BillingPortalFlowType[] = flowTypes,
): Promise<Reasons> {
  const reasons: Reasons = {};
  for (const type of types) {
    const before = portal.listSessionRequests().length;
    const [subscription] = type.startsWith('SUBSCRIPTION_') ? asking.subscriptions : [];
    const flow = { ...createFlow(portal.demo, type), subscriptionId: subscription?.id };
    const answer = await asking.open({ flow });
    const isOpened = portal.listSessionRequests().length > before;
    const code = answer.text.includes('ALREADY_CANCELED') ? 'BAD_USER_INPUT' : 'FLOW_NOT_ALLOWED';
    if (isOpened) answer.expectData();
    reasons[type] = isOpened ? null : (answer.expectError(code).extensions.reason ?? 'without a reason');
  }
  return reasons;
}

/** Why the page says that each task is not available; null when it is. */
async function findTaskRefusals({ token }: User): Promise<Reasons> {
  const answer = await portal.app.execute({ document: billingTasksQuery, variables: {}, token });
  const customer = answer.expectData().billingCustomer;
  const tasks = [...(customer?.tasks ?? []), ...(customer?.subscriptions[0]?.tasks ?? [])];
  expect(tasks).toHaveLength(flowTypes.length);
  for (const { available, reason } of tasks) expect(available).toBe(reason === null);
  return Object.fromEntries(tasks.map(({ type, reason }) => [type, reason]));
}

function forEachType(findReason: (type: BillingPortalFlowType) => string | null): Reasons {
  return Object.fromEntries(flowTypes.map((type) => [type, findReason(type)]));
}

describe.each(cases)('a subscription: %s', (_title, reason, types, change) => {
  const expected = forEachType((type) => (types.includes(type) ? reason : null));

  test('each deep link opens, or is refused with the reason', async () => {
    alterSubscription(change);

    // The tasks of the customer ask for no subscription: the plain case tries them.
    const tried = reason === '' ? flowTypes : all;
    const reasons = await findDeepLinkRefusals(user, tried);
    expect(reasons).toEqual(Object.fromEntries(tried.map((type) => [type, expected[type]])));
  });

  // A customer's page does not list what has ended.
  if (reason === 'ENDED') return;

  test('each task is available, or has the same reason', async () => {
    alterSubscription(change);

    expect(await findTaskRefusals(user)).toEqual(expected);
  });
});

test.each([
  ['inclusive', null],
  ['unspecified', 'TAX_BEHAVIOR'],
])('in another currency of its price, the tax behavior there decides: %s', async (tax_behavior, reason) => {
  const eur = { unit_amount: 850, unit_amount_decimal: '850', tax_behavior };
  stripe.alter({
    subscription: (found) => ({ ...found, automatic_tax: { enabled: true }, currency: 'eur' }),
    price: (found) => ({ ...found, currency_options: { eur } }),
  });

  expect(await findTaskRefusals(user)).toMatchObject({ SUBSCRIPTION_UPDATE: reason });
});

describe('a policy without the tasks', () => {
  const expected = forEachType(() => 'NOT_IN_POLICY');
  const listed = cases.filter(([, reason]) => reason !== 'ENDED');

  test.each(listed)('has NOT_IN_POLICY before any other reason for %s', async (...[, , , change]) => {
    alterSubscription(change);

    expect(await findTaskRefusals(closed)).toEqual(expected);
  });

  test('refuses each deep link as NOT_IN_POLICY for a subscription that has ended', async () => {
    alterSubscription({ status: 'canceled' });

    expect(await findDeepLinkRefusals(closed)).toEqual(expected);
  });
});

describe('two limits at once', () => {
  const limiting = cases.filter(([, reason]) => reason !== '' && reason !== 'ENDED');
  const pairs = limiting.slice(1).map(([title, , , change], index) => {
    const [before = '', , , others] = limiting[index] ?? [];
    return [before, title, { ...others, ...change }] as const;
  });

  test.each(pairs)('each task has the reason of its deep link: %s, and %s', async (_one, _other, change) => {
    alterSubscription(change);

    expect(await findTaskRefusals(user)).toMatchObject(await findDeepLinkRefusals(user, all));
  });
});
