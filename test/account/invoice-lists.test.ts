import { beforeAll, expect, test } from '@jest/globals';
import { type FaultyStripe, sendError, sendJson, startFaultyStripe } from '../helpers/faulty-stripe.ts';
import { invoicesQuery } from '../helpers/operations.ts';
import { createStripeConfiguration } from '../helpers/stripe-objects.ts';
import { type TestApp, createTestApp } from '../helpers/test-app.ts';
import type { InvoicesQueryVariables } from '../generated/graphql.ts';

let stripe: FaultyStripe;
let app: TestApp;

beforeAll(async () => {
  stripe = await startFaultyStripe();
  app = await createTestApp({ STRIPE_API_URL: stripe.url });
  await app.link('ada', 'cus_1');
});

const list = (data: readonly object[], has_more = false): object => ({ object: 'list', data, has_more });

function createInvoice(id: string, members: object = {}): object {
  return {
    object: 'invoice',
    id,
    customer: 'cus_1',
    number: null,
    status: 'paid',
    currency: 'eur',
    total: 900,
    amount_due: 900,
    amount_paid: 900,
    total_taxes: null,
    automatic_tax: { enabled: false, status: null },
    created: 1,
    due_date: null,
    period_start: 1,
    period_end: 2,
    lines: list([]),
    ...members,
  };
}

const features = { invoice_history: { enabled: true } };
const { features: allFeatures, ...settings } = createStripeConfiguration() as { features: object };
const configuration = { ...settings, features: { ...allFeatures, ...features } };
const customer = {
  object: 'customer',
  id: 'cus_1',
  balance: 0,
  invoice_settings: { default_payment_method: null },
};

/** Answers each list of invoices by its query; all else is a customer without subscriptions. */
function answerLists(answer: (query: URLSearchParams) => object): void {
  stripe.answerBy((response, request) => {
    const { pathname, searchParams } = new URL(request.path, stripe.url);
    const value =
      pathname === '/v1/invoices'
        ? answer(searchParams)
        : pathname === '/v1/customers/cus_1'
          ? customer
          : list(pathname.endsWith('configurations') ? [configuration] : []);
    if ('error' in value) sendError(400, value.error as { message: string })(response, request);
    else sendJson(200, value)(response, request);
  });
}

const listLists = (): string[] =>
  stripe.requests.map(({ path }) => path).filter((path) => path.startsWith('/v1/invoices'));

async function ask(variables: Partial<InvoicesQueryVariables> = {}) {
  return app.execute({ document: invoicesQuery, variables, token: await app.createToken({ userId: 'ada' }) });
}

test('a page ends after ten lists without an invoice to show, and the next one continues there', async () => {
  let last = 0;
  answerLists((query) => {
    last = Number(/\d+$/.exec(query.get('starting_after') ?? '0')?.[0]);
    const ids = Array.from({ length: 3 }, (_each, index) => `in_${last + 1 + index}`);
    return list(
      ids.map((id) => createInvoice(id, { status: 'draft' })),
      true,
    );
  });

  const { billingCustomer } = (await ask({ first: 2 })).expectData();

  expect(listLists()).toHaveLength(10);
  const { edges, pageInfo } = billingCustomer?.invoices ?? { edges: null, pageInfo: null };
  expect(edges).toEqual([]);
  expect(pageInfo).toMatchObject({ hasNextPage: true });
  await ask({ first: 2, after: pageInfo?.endCursor });
  expect(listLists()[10]).toContain('starting_after=in_30');
});

test('several statuses are found in large lists of all, and a single one in its own', async () => {
  answerLists(() => list([createInvoice('in_1', { status: 'void' }), createInvoice('in_2')]));

  await ask({ status: ['OPEN', 'VOID'] });
  await ask({ status: ['OPEN'] });

  const [several, single] = listLists().map((path) => new URL(path, stripe.url).searchParams);
  expect([several?.get('status'), several?.get('limit')]).toEqual([null, '100']);
  expect([single?.get('status'), single?.get('limit')]).toEqual(['open', '14']);
});

test("an answer with another customer's invoice is an outage, and is not shown", async () => {
  answerLists(() => list([createInvoice('in_1'), createInvoice('in_2', { customer: 'cus_2' })]));

  (await ask()).expectError('STRIPE_UNAVAILABLE');
});

test('a cursor that Stripe does not find in the list of the customer is refused', async () => {
  answerLists(() => ({
    error: { message: 'No such invoice', code: 'resource_missing', param: 'starting_after' },
  }));

  const after = Buffer.from('in_2').toString('base64url');
  (await ask({ after })).expectError('BAD_USER_INPUT');
  (await ask({ after, status: ['OPEN'] })).expectError('BAD_USER_INPUT');
});

test('the invoices of a customer that was deleted meanwhile are CUSTOMER_NOT_FOUND', async () => {
  answerLists(() => ({
    error: { message: 'No such customer', code: 'resource_missing', param: 'customer' },
  }));

  (await ask()).expectError('CUSTOMER_NOT_FOUND');
});
