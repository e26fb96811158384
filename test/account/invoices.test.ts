import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { InvoicesQuery, InvoicesQueryVariables } from '../generated/graphql.ts';
import type { GraphqlAnswer } from '../helpers/graphql-answer.ts';
import { updateConfigurationMutation } from '../helpers/admin-operations.ts';
import { invoicesQuery } from '../helpers/operations.ts';
import { writePolicyFile } from '../portal/policy-portal.ts';
import { type AccountApp, type AccountUser, type InvoiceState, createAccountApp } from './account-kit.ts';

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
