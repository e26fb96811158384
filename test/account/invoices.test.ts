import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { InvoicesQuery, InvoicesQueryVariables } from '../generated/graphql.ts';
import type { GraphqlAnswer } from '../helpers/graphql-answer.ts';
import { updateConfigurationMutation } from '../helpers/admin-operations.ts';
import { invoicesQuery } from '../helpers/operations.ts';
import { writePolicyFile } from '../portal/policy-portal.ts';
import { type AccountApp, type AccountUser, createAccountApp, type InvoiceState } from './account-kit.ts';
import { type FaultyStripe, sendError, sendJson, startFaultyStripe } from '../helpers/faulty-stripe.ts';
import { createStripeConfiguration } from '../helpers/stripe-objects.ts';
import { createTestApp, type TestApp } from '../helpers/test-app.ts';
import type Stripe from 'stripe';
import { toBillingCharge, toBillingInvoice } from '../../src/account/billing-invoice.mapper.ts';

describe('invoices', () => {
  let app: AccountApp;
  let user: AccountUser;
  let subscription: string;
  /** The invoice of the subscription's start. */
  let firstInvoice: string;

  beforeAll(async () => {
    app = await createAccountApp();
  });

  beforeEach(async () => {
    user = await app.createUser();
    const { id, latest_invoice: invoice } = await app.subscribe(user.customer);
    subscription = id;
    firstInvoice = typeof invoice === 'string' ? invoice : '';
  });

  function ask(
    variables: Partial<InvoicesQueryVariables> = {},
    { token } = user,
  ): Promise<GraphqlAnswer<InvoicesQuery>> {
    return app.execute({ document: invoicesQuery, variables, token });
  }

  async function read(variables: Partial<InvoicesQueryVariables> = {}) {
    const { billingCustomer } = (await ask(variables)).expectData();
    const connection = billingCustomer?.invoices;
    if (!connection) throw new Error('there is no list of invoices');
    return connection;
  }

  const listIds = ({ edges }: Awaited<ReturnType<typeof read>>): string[] => edges.map(({ node }) => node.id);

  /** The ids of every page. */
  async function readAllPages(variables: Partial<InvoicesQueryVariables>): Promise<string[][]> {
    const pages: string[][] = [];
    let after: string | null = null;
    for (let more = true; more;) {
      const page = await read({ ...variables, after });
      pages.push(listIds(page));
      expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
      after = page.pageInfo.endCursor;
      more = page.pageInfo.hasNextPage;
    }
    return pages;
  }

  /** Creates invoices of these states, all in one second or almost so, and returns their ids, the newest first. */
  async function createInvoices(states: readonly InvoiceState[]): Promise<string[]> {
    const ids: string[] = [];
    for (const state of states) ids.unshift(await app.invoice(subscription, state));
    return ids;
  }

  describe('invoices', () => {
    test('show what an invoice charged, when it is due and where it can be seen', async () => {
      const invoice = await app.sdk.invoices.retrieve(firstInvoice);

      const { edges, pageInfo } = await read();

      const toIso = (seconds: number): string => new Date(seconds * 1000).toISOString();
      const [line] = invoice.lines.data;
      expect(pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: false });
      expect(edges.map(({ node }) => node)).toEqual([
        {
          id: firstInvoice,
          number: invoice.number,
          status: 'PAID',
          createdAt: toIso(invoice.created),
          dueAt: null,
          hasMoreLines: false,
          hostedInvoiceUrl: invoice.hosted_invoice_url,
          invoicePdfUrl: invoice.invoice_pdf,
          total: { amount: 900, currency: 'usd', decimals: 2 },
          amountDue: { amount: 900 },
          amountPaid: { amount: 900 },
          tax: { amount: 0 },
          period: { start: toIso(invoice.period_start), end: toIso(invoice.period_end) },
          lines: [
            {
              description: line?.description,
              quantity: 1,
              proration: false,
              amount: { amount: 900 },
              tax: { amount: 0 },
              period: { start: toIso(line?.period.start ?? 0), end: toIso(line?.period.end ?? 0) },
            },
          ],
        },
      ]);
      expect(edges[0]?.node.hostedInvoiceUrl).toMatch(/^http/);
      expect(edges[0]?.node.invoicePdfUrl).toMatch(/^http/);
    });

    test('are an empty list for a customer without any', async () => {
      user = await app.createUser();

      expect(await read()).toMatchObject({ edges: [], pageInfo: { hasNextPage: false } });
    });

    test('leave out drafts, which may still change, and fill the page nevertheless', async () => {
      const [newest, , , , , oldest] = await createInvoices([
        'open',
        'draft',
        'draft',
        'draft',
        'draft',
        'void',
      ]);

      const pages = await readAllPages({ first: 1 });

      expect(pages).toEqual([[newest], [oldest], [firstInvoice]]);
    });

    test('cost one request of Stripe a page, also where there are drafts', async () => {
      await createInvoices(['paid', 'draft', 'paid', 'paid']);
      app.forgetRequests();

      await read({ first: 2 });

      expect(app.listRequests('/v1/invoices')).toHaveLength(1);
    });

    test.each([1, 2, 3, 5, 100])('come in pages of %i, each invoice once', async (first) => {
      const states: readonly InvoiceState[] = ['paid', 'open', 'draft', 'void', 'paid', 'uncollectible'];
      const shown = (await createInvoices(states)).filter((_id, index) => states.at(-1 - index) !== 'draft');

      const pages = await readAllPages({ first });

      expect(pages.flat().toSorted()).toEqual([...shown, firstInvoice].toSorted());
      expect(pages.slice(0, -1).every((page) => page.length === first)).toBe(true);
    });

    test('come newest first, over months', async () => {
      for (let month = 0; month < 3; month += 1) await app.pass(31);

      const { edges } = await read();

      const times = edges.map(({ node }) => node.createdAt);
      expect(times.length).toBeGreaterThanOrEqual(4);
      expect(times).toEqual(times.toSorted().reverse());
    });

    test.each([
      [['OPEN'], 1],
      [['PAID', 'VOID'], 2],
      [['VOID', 'PAID'], 2],
      [['OPEN', 'OPEN', 'UNCOLLECTIBLE'], 1],
      [['OPEN', 'PAID', 'UNCOLLECTIBLE', 'VOID'], 3],
    ] as const)('can be of the statuses %j only, in full pages of %i', async (status, first) => {
      const states: readonly InvoiceState[] = [
        'open',
        'void',
        'open',
        'draft',
        'paid',
        'uncollectible',
        'void',
      ];
      const ids = await createInvoices(states);
      const wanted = ids.filter((_id, index) =>
        status.some((name) => name.toLowerCase() === states.at(-1 - index)),
      );
      if (status.some((name) => name === 'PAID')) wanted.push(firstInvoice);

      const pages = await readAllPages({ first, status: [...status] });

      expect(pages.flat().toSorted()).toEqual(wanted.toSorted());
      expect(pages.slice(0, -1).every((page) => page.length === first)).toBe(true);
    });

    test('are read apart for each customer, size, place and status that are asked for at the same time', async () => {
      const [newest, older] = await createInvoices(['open', 'open']);
      const other = await app.createUser();
      await app.subscribe(other.customer);
      const { endCursor: after } = (await read({ first: 1 })).pageInfo;

      const [all, others, one, rest, paid] = await Promise.all([
        read(),
        ask({}, other),
        read({ first: 1 }),
        read({ after }),
        read({ status: ['PAID'] }),
      ]);

      expect([all, one, rest, paid].map(listIds)).toEqual([
        [newest, older, firstInvoice],
        [newest],
        [older, firstInvoice],
        [firstInvoice],
      ]);
      expect(others.expectData().billingCustomer?.invoices?.edges).toHaveLength(1);
    });

    test('of no status are none, and Stripe is not asked', async () => {
      app.forgetRequests();

      expect(listIds(await read({ status: [] }))).toEqual([]);
      expect(app.listRequests('/v1/invoices')).toEqual([]);
    });

    test('continue at their place when an invoice was paid between two pages', async () => {
      const [newest, older] = await createInvoices(['open', 'open']);
      await app.pass(1);
      const first = await read({ first: 1, status: ['OPEN'] });
      expect(listIds(first)).toEqual([newest]);
      await app.sdk.invoices.pay(newest ?? '');

      const second = await read({ first: 1, status: ['OPEN'], after: first.pageInfo.endCursor });

      expect(listIds(second)).toEqual([older]);
    });
  });

  describe('a page of invoices is refused', () => {
    test.each([
      ['a cursor that is none', { after: 'not a cursor' }],
      ["an invoice's id", { after: 'in_1' }],
      ['a key of another kind', { after: Buffer.from('in_1/lines').toString('base64url') }],
      ['no size', { first: 0 }],
      ['too large a size', { first: 101 }],
      ['a status that Stripe does not know', { status: ['UNRECOGNIZED'] }],
    ] as const)('for %s, and Stripe is not asked for it', async (_title, variables) => {
      app.forgetRequests();

      (await ask({ ...variables, status: 'status' in variables ? [...variables.status] : null })).expectError(
        'BAD_USER_INPUT',
      );

      expect(app.listRequests('/v1/invoices')).toEqual([]);
    });

    test("for a cursor of another customer's list", async () => {
      await createInvoices(['open']);
      const { endCursor: after } = (await read({ first: 1 })).pageInfo;
      const other = await app.createUser();

      (await ask({ after }, other)).expectError('BAD_USER_INPUT');
    });
  });

  test('invoices are null as soon as an administrator hides the invoice history', async () => {
    expect((await read()).edges).toHaveLength(1);
    const token = await app.createToken({ userId: 'root', roles: ['billing:admin'] });
    const input = { features: { invoiceHistory: { enabled: false } } };
    const variables = { id: app.demo.configurationId, input };

    (await app.execute({ document: updateConfigurationMutation, variables, token })).expectData();

    expect((await ask()).expectData().billingCustomer?.invoices).toBeNull();
  });

  test('invoices are null where the policy does not offer the invoice history, and Stripe is not asked', async () => {
    const features = { payment_method_update: { enabled: true } };
    const PORTAL_POLICIES = writePolicyFile({
      policies: { strict: { features } },
      default: 'strict',
      strictest: 'strict',
    });
    app = await createAccountApp({ PORTAL_POLICIES });
    user = await app.createUser();
    await app.subscribe(user.customer);
    app.forgetRequests();

    expect((await ask()).expectData().billingCustomer).toEqual({ id: user.customer, invoices: null });

    expect(app.listRequests('/v1/invoices')).toEqual([]);
  });
});

describe('lists of invoices at Stripe', () => {
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
    metadata: {},
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
    return app.execute({
      document: invoicesQuery,
      variables,
      token: await app.createToken({ userId: 'ada' }),
    });
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

  test.each([
    ['of usage, beyond 32 bits', 5_000_000_000, '5000000000', 5_000_000_000],
    ['with a fraction, which Stripe truncates in the integer', 1, '1.75', 1.75],
    ['without a decimal', 3, null, 3],
    ['that Stripe does not give', null, null, null],
  ])('a line has a quantity %s', async (_title, quantity, quantity_decimal, expected) => {
    const period = { start: 1, end: 2 };
    const line = { object: 'line_item', amount: 900, currency: 'eur', period, quantity, quantity_decimal };
    answerLists(() => list([createInvoice('in_1', { lines: list([line]) })]));

    const { billingCustomer } = (await ask()).expectData();

    expect(billingCustomer?.invoices?.edges[0]?.node.lines[0]?.quantity).toBe(expected);
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
});

describe('an invoice of Stripe', () => {
  function createLine(members: object = {}): object {
    return {
      description: 'Starter',
      quantity: 1,
      amount: 900,
      currency: 'eur',
      period: { start: 1, end: 2 },
      parent: null,
      taxes: [],
      ...members,
    };
  }

  function createInvoice(members: object = {}, ...lines: readonly object[]): Stripe.Invoice {
    return {
      id: 'in_1',
      number: 'A-1',
      status: 'open',
      currency: 'eur',
      total: 900,
      amount_due: 900,
      amount_paid: 0,
      total_taxes: [],
      automatic_tax: { enabled: false, status: null },
      created: 1,
      due_date: null,
      period_start: 1,
      period_end: 2,
      next_payment_attempt: null,
      lines: { data: lines, has_more: false },
      ...members,
    } as unknown as Stripe.Invoice;
  }

  test('says what it comes to, what was owed after the balance, and what has been paid', () => {
    const invoice = toBillingInvoice(createInvoice({ total: 900, amount_due: 700, amount_paid: 300 }));

    expect([invoice.total, invoice.amountDue, invoice.amountPaid].map(({ amount }) => amount)).toEqual([
      900, 700, 300,
    ]);
  });

  describe('tax', () => {
    test('is the sum of all taxes, in the invoice and in each line', () => {
      const taxes = [{ amount: 144 }, { amount: 17 }];

      const invoice = toBillingInvoice(
        createInvoice({ total_taxes: [{ amount: 200 }] }, createLine({ taxes }), createLine()),
      );

      expect(invoice.tax?.amount).toBe(200);
      expect(invoice.lines.map(({ tax }) => tax?.amount)).toEqual([161, 0]);
    });

    test.each([
      ['complete', 0],
      ['requires_location_inputs', undefined],
      ['failed', undefined],
      [null, undefined],
    ])('that Stripe calculates is known when that is %p', (status, expected) => {
      const automatic_tax = { enabled: true, status };

      const invoice = toBillingInvoice(createInvoice({ automatic_tax, total_taxes: null }, createLine()));

      expect([invoice.tax?.amount, invoice.lines[0]?.tax?.amount]).toEqual([expected, expected]);
    });
  });

  test.each([
    ['jpy', 0],
    ['usd', 2],
    ['isk', 2],
    ['kwd', 3],
  ])('amounts in %s have the %i decimals of Stripe', (currency, decimals) => {
    const invoice = toBillingInvoice(createInvoice({ currency }, createLine({ currency })));

    for (const money of [invoice.total, invoice.amountDue, invoice.amountPaid, invoice.lines[0]?.amount])
      expect(money).toMatchObject({ currency, decimals });
  });

  test.each([
    [{ subscription_item_details: { proration: true }, invoice_item_details: null }, true],
    [{ subscription_item_details: null, invoice_item_details: { proration: true } }, true],
    [{ subscription_item_details: { proration: false }, invoice_item_details: null }, false],
    [null, false],
  ])('a line of %j is a proration: %p', (parent, proration) => {
    expect(toBillingInvoice(createInvoice({}, createLine({ parent }))).lines[0]?.proration).toBe(proration);
  });

  test('an invoice says that Stripe lists only some of its lines', () => {
    const lines = { data: [createLine()], has_more: true };

    expect(toBillingInvoice(createInvoice({ lines })).hasMoreLines).toBe(true);
    expect(toBillingCharge(createInvoice({ lines }), 'sub_1').hasMoreLines).toBe(true);
  });

  test('an invoice of a status that Stripe added later is unrecognized', () => {
    expect(toBillingInvoice(createInvoice({ status: 'settled' })).status).toBe('unrecognized');
  });

  test.each([
    ['an attempt of payment', 20_000, 20_000],
    ["the period's end, where the invoice is sent", null, 86_400],
  ])('the date of a charge is that of %s', (_title, next_payment_attempt, expected) => {
    const preview = createInvoice({ next_payment_attempt, period_end: 86_400 });

    expect(toBillingCharge(preview, 'sub_1').date.getTime()).toBe(expected * 1000);
  });
});
