import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { sendText, startFaultyStripe } from '../helpers/faulty-stripe.ts';
import { billingCustomerQuery, invoicesQuery } from '../helpers/operations.ts';
import { findFreePort } from '../helpers/server-process.ts';
import { createTestApp } from '../helpers/test-app.ts';
import { type AccountApp, type AccountUser, createAccountApp } from './account-kit.ts';

const webhooks = { STRIPE_WEBHOOK_SECRETS: 'whsec_0123456789' };

interface Answer {
  readonly data: { readonly billingCustomer: Readonly<Record<string, unknown>> | null };
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
}

async function ask(app: AccountApp, { token }: AccountUser, selection: string): Promise<Answer> {
  const response = await app.fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    token,
    body: JSON.stringify({ query: `{ billingCustomer { ${selection} } }` }),
  });
  return (await response.json()) as Answer;
}

const repeat = (times: number, write: (index: number) => string): string =>
  Array.from({ length: times }, (_each, index) => `a${index}: ${write(index)}`).join(' ');

const invoices = 'invoices { edges { node { id } } }';
const nextCharge = 'nextCharge { date }';

async function createUser(app: AccountApp): Promise<AccountUser & { readonly subscription: string }> {
  const user = await app.createUser();
  const { id } = await app.subscribe(user.customer);
  // Keeps a snapshot, where there are webhooks.
  await ask(app, user, 'id');
  return { ...user, subscription: id };
}

/** For the tests that need no service of their own. */
let app: AccountApp;
let metricsPort: number;

beforeAll(async () => {
  metricsPort = await findFreePort();
  app = await createAccountApp({ ...webhooks, METRICS_PORT: String(metricsPort), LOG_LEVEL: 'debug' });
});

describe('invoices and the next charge', () => {
  test('are not asked of Stripe unless they are selected', async () => {
    const user = await app.createUser();
    await app.subscribe(user.customer);
    app.forgetRequests();

    await app.execute({ document: billingCustomerQuery, token: user.token });

    expect(app.listRequests('/v1/customers')).toHaveLength(1);
    for (const path of ['/v1/invoices', '/v1/billing_portal']) expect(app.listRequests(path)).toEqual([]);
  });

  test('are all that is asked of Stripe when a snapshot and the settings of the portal are known', async () => {
    const user = await createUser(app);
    await ask(app, user, nextCharge);
    app.forgetRequests();

    await ask(app, user, `${invoices} ${nextCharge} subscriptions { ${nextCharge} }`);

    const asked = app.listRequests().map(({ method, path }) => `${method} ${path}`);
    expect(asked.toSorted()).toEqual(['GET /v1/invoices', 'POST /v1/invoices/create_preview']);
    // Both name the customer, as whose they take their turn.
    for (const { params } of app.listRequests()) expect(params).toMatchObject({ customer: user.customer });
  });

  test('are read once for ten aliases', async () => {
    const user = await createUser(app);
    app.forgetRequests();

    const { data } = await ask(app, user, `${repeat(10, () => invoices)} b: ${nextCharge} c: ${nextCharge}`);

    expect(Object.keys(data.billingCustomer ?? {})).toHaveLength(12);
    expect(app.listRequests('/v1/invoices')).toHaveLength(2);
  });

  test.each([
    ['invoices, however often the same', () => invoices],
    [
      'invoices by different arguments',
      (index: number) => `invoices(first: ${index + 1}) { edges { cursor } }`,
    ],
    ['the next charge', () => nextCharge],
  ])('cost a request of the caller for each alias: %s', async (_title, write) => {
    const limited = await createAccountApp({ ...webhooks, RATE_LIMIT: '8/1h' });
    const user = await createUser(limited);
    limited.forgetRequests();

    // Two requests are counted, and the field itself is free.
    const { data, errors = [] } = await ask(limited, user, repeat(10, write));

    const answered = Object.values(data.billingCustomer ?? {}).filter((value) => value !== null);
    expect(answered).toHaveLength(6);
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(Array(4).fill('RATE_LIMITED'));
    expect(limited.listRequests('/v1/invoices').length).toBeLessThanOrEqual(6);
  });

  test('cost a request for each further subscription that is asked for the earliest charge', async () => {
    const limited = await createAccountApp({ ...webhooks, RATE_LIMIT: '4/1h' });
    const user = await limited.createUser();
    for (let index = 0; index < 4; index += 1) {
      const { id } = await limited.subscribe(user.customer);
      await limited.sdk.subscriptions.update(id, { cancel_at_period_end: true });
    }
    await ask(limited, user, 'id');
    limited.forgetRequests();

    const { errors = [] } = await ask(limited, user, nextCharge);

    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['RATE_LIMITED']);
    expect(limited.listRequests('create_preview')).toHaveLength(2);
  });
});

describe("an open invoice's page for payment", () => {
  const payNow = 'subscriptions { openInvoice { id hostedInvoiceUrl } }';

  test('is read from Stripe when it is selected, also from a snapshot', async () => {
    const user = await app.createUser();
    const { id: subscription } = await app.subscribe(user.customer);
    const id = await app.invoice(subscription, 'open');
    await ask(app, user, 'subscriptions { openInvoice { id } }');
    app.forgetRequests();

    const { data } = await ask(app, user, payNow);

    const { hosted_invoice_url: hostedInvoiceUrl } = await app.sdk.invoices.retrieve(id);
    expect(hostedInvoiceUrl).toMatch(/^http/);
    expect(data.billingCustomer).toEqual({ subscriptions: [{ openInvoice: { id, hostedInvoiceUrl } }] });
    expect(app.listRequests().map(({ path }) => path)).toEqual([`/v1/invoices/${id}`, `/v1/invoices/${id}`]);
  });

  test('costs a request of the caller', async () => {
    const limited = await createAccountApp({ ...webhooks, RATE_LIMIT: '3/1h' });
    const user = await limited.createUser();
    await limited.invoice((await limited.subscribe(user.customer)).id, 'open');
    await ask(limited, user, 'id');

    const { errors = [] } = await ask(
      limited,
      user,
      repeat(2, () => payNow),
    );

    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['RATE_LIMITED']);
  });
});

describe('the URLs of an invoice are in the answer and nowhere else:', () => {
  /** What the service wrote: its log, its metrics and every file of its store. */
  async function readWritten(): Promise<string> {
    const folder = dirname(app.config.databaseUrl.replace('sqlite:', ''));
    const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'latin1'));
    const metrics = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
    return [...app.logs, ...files, await metrics.text()].join('\n');
  }

  /** A user whose invoice has been asked for, and the secret part of the invoice's URLs. */
  async function createAskedUser() {
    const user = await createUser(app);
    const [invoice] = (await app.sdk.invoices.list({ customer: user.customer })).data;
    const urls = [invoice?.hosted_invoice_url ?? '', invoice?.invoice_pdf ?? ''];
    const answer = await app.execute({ document: invoicesQuery, token: user.token });
    return { user, urls, secret: new URL(urls[0] ?? '').pathname, answer };
  }

  test('not in the log, the metrics or the store', async () => {
    const { urls, secret, answer } = await createAskedUser();

    for (const url of urls) expect(answer.text).toContain(JSON.stringify(url));
    const written = await readWritten();
    expect(written).toContain('billing_portal_graphql_operations_total{operation="BillingCustomer.invoices"');
    expect(written).not.toContain(secret);
  });

  test('not in a cache', async () => {
    const { answer } = await createAskedUser();

    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
  });

  test('not in an error, also where the message of Stripe has one', async () => {
    const { user, urls, secret } = await createAskedUser();
    const fault = { path: '/v1/invoices', status: 400, message: `See ${urls.join(' and ')}.` };
    await app.sdk.rawRequest('POST', '/_control/faults', fault);

    const answer = await app.execute({ document: invoicesQuery, token: user.token });

    answer.expectError('STRIPE_MISCONFIGURED');
    expect(answer.text).not.toContain(secret);
    const written = await readWritten();
    expect(written).toContain('See [url] and [url]');
    expect(written).not.toContain(secret);
  });

  test('and only where it is a page: Stripe is not believed another scheme', async () => {
    const { user } = await createAskedUser();
    const stripe = await startFaultyStripe();
    const gate = await createTestApp({ STRIPE_API_URL: stripe.url });
    await gate.link(user.userId, user.customer);
    stripe.answerBy((response, request) => {
      void fetch(app.stripe.url + request.path, { headers: { authorization: 'Bearer sk_test_odd' } })
        .then((answer) => answer.text())
        .then((text) => {
          const altered = text.replace(
            /"hosted_invoice_url": *"[^"]+"/,
            '"hosted_invoice_url":"javascript:alert(1)"',
          );
          sendText(200, altered, { 'content-type': 'application/json' })(response, request);
        });
    });

    const answer = await gate.execute({
      document: invoicesQuery,
      token: await gate.createToken({ userId: user.userId }),
    });

    answer.expectError('STRIPE_UNAVAILABLE');
    expect(answer.text).not.toContain('javascript');
  });
});
