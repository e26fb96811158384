import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type Stripe from 'stripe';
import type { NextChargeQuery } from '../generated/graphql.ts';
import type { GraphqlAnswer } from '../helpers/graphql-answer.ts';
import { billingCustomerQuery, invoicesQuery, nextChargeQuery } from '../helpers/operations.ts';
import { type TestApp, createTestApp } from '../helpers/test-app.ts';
import { writePolicyFile } from '../portal/policy-portal.ts';
import { type AccountApp, type AccountUser, type Alter, createAccountApp } from './account-kit.ts';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sendText, startFaultyStripe } from '../helpers/faulty-stripe.ts';
import { findFreePort } from '../helpers/server-process.ts';

describe('the next charge', () => {
  const daySeconds = 86_400;
  const toIso = (seconds: number): string => new Date(seconds * 1000).toISOString();
  const fromNow = (days: number): number => Math.floor(Date.now() / 1000) + days * daySeconds;

  let app: AccountApp;
  let user: AccountUser;

  beforeAll(async () => {
    app = await createAccountApp();
  });

  beforeEach(async () => {
    user = await app.createUser();
  });

  function ask({ token } = user): Promise<GraphqlAnswer<NextChargeQuery>> {
    return app.execute({ document: nextChargeQuery, token });
  }

  async function read() {
    const { billingCustomer } = (await ask()).expectData();
    if (billingCustomer === null) throw new Error('there is no customer');
    return billingCustomer;
  }

  const subscribe = (params: Partial<Stripe.SubscriptionCreateParams> = {}) =>
    app.subscribe(user.customer, params);

  const periodEndOf = ({ items }: Stripe.Subscription): number => items.data[0]?.current_period_end ?? 0;

  describe('the next charge', () => {
    test('of a subscription is its renewal, with date, amounts and lines', async () => {
      const { id, items } = await subscribe({
        items: [{ price: app.demo.prices[1]?.month ?? '', quantity: 3 }],
      });

      const { nextCharge, subscriptions } = await read();

      const preview = await app.sdk.invoices.createPreview({ subscription: id });
      expect(subscriptions[0]?.nextCharge).toEqual({
        subscriptionId: id,
        date: toIso(preview.next_payment_attempt ?? 0),
        hasMoreLines: false,
        total: { amount: 8_700, currency: 'usd', decimals: 2 },
        amountDue: { amount: 8_700 },
        tax: { amount: 0 },
        lines: [
          {
            description: preview.lines.data[0]?.description,
            quantity: 3,
            proration: false,
            amount: { amount: 8_700 },
          },
        ],
      });
      const sinceEnd = Date.parse(nextCharge?.date ?? '') / 1000 - (items.data[0]?.current_period_end ?? 0);
      expect(sinceEnd).toBeGreaterThanOrEqual(0);
      expect(sinceEnd).toBeLessThan(daySeconds);
      expect(nextCharge).toEqual(subscriptions[0]?.nextCharge);
    });

    test('contains prorations of a change in the period', async () => {
      const { id, items } = await subscribe();
      await app.sdk.subscriptions.update(id, {
        items: [{ id: items.data[0]?.id ?? '', price: app.demo.prices[1]?.month ?? '' }],
        proration_behavior: 'create_prorations',
      });

      const { nextCharge } = await read();

      const kinds = nextCharge?.lines.map(({ proration, amount }) => [proration, Math.sign(amount.amount)]);
      expect(kinds).toEqual(
        expect.arrayContaining([
          [true, -1],
          [true, 1],
          [false, 1],
        ]),
      );
    });

    test('takes the balance of the customer into account', async () => {
      user = await app.createUser({ balance: -500 });
      await subscribe({ trial_period_days: 7 });

      expect((await read()).nextCharge).toMatchObject({ total: { amount: 900 }, amountDue: { amount: 400 } });
    });

    test('of a trial is the first payment', async () => {
      const { trial_end: end } = await subscribe({ trial_period_days: 14 });

      const { nextCharge } = await read();

      expect(Date.parse(nextCharge?.date ?? '')).toBeGreaterThanOrEqual((end ?? 0) * 1000);
      expect(nextCharge?.total.amount).toBe(900);
    });

    test('of a subscription that is paid by sent invoices is at the end of its period', async () => {
      const sent = await subscribe({ collection_method: 'send_invoice', days_until_due: 14 });

      expect((await read()).nextCharge).toMatchObject({
        date: toIso(periodEndOf(sent)),
        total: { amount: 900 },
      });
    });

    test('of the customer is the earliest of all subscriptions', async () => {
      const late = await subscribe({ items: [{ price: app.demo.prices[0]?.year ?? '' }] });
      const early = await subscribe();
      const cancelled = await subscribe({ trial_period_days: 3 });
      await app.sdk.subscriptions.update(cancelled.id, { cancel_at_period_end: true });

      const { nextCharge, subscriptions } = await read();

      expect(nextCharge?.subscriptionId).toBe(early.id);
      const byId = new Map(subscriptions.map(({ id, nextCharge: own }) => [id, own?.total.amount]));
      expect([byId.get(late.id), byId.get(early.id), byId.get(cancelled.id)]).toEqual([
        9_000,
        900,
        undefined,
      ]);
    });
  });

  describe('there is no next charge', () => {
    const cases: readonly [string, (subscription: Stripe.Subscription) => Promise<unknown>][] = [
      [
        'after a cancellation for the end of the period',
        ({ id }) => app.sdk.subscriptions.update(id, { cancel_at_period_end: true }),
      ],
      [
        'after a cancellation for a date in the period',
        ({ id }) => app.sdk.subscriptions.update(id, { cancel_at: fromNow(10) }),
      ],
      ['while the subscription is paused', ({ id }) => app.setSubscription(id, { status: 'paused' })],
      ['while its first payment is missing', ({ id }) => app.setSubscription(id, { status: 'incomplete' })],
      ['when Stripe no longer collects', ({ id }) => app.setSubscription(id, { status: 'unpaid' })],
      [
        'while collection is paused',
        ({ id }) => app.sdk.subscriptions.update(id, { pause_collection: { behavior: 'void' } }),
      ],
      [
        'while collection is paused until after the period',
        (subscription) =>
          app.sdk.subscriptions.update(subscription.id, {
            pause_collection: {
              behavior: 'keep_as_draft',
              resumes_at: periodEndOf(subscription) + daySeconds,
            },
          }),
      ],
    ];

    test.each(cases)('%s', async (_title, change) => {
      await change(await subscribe());

      expect(await read()).toMatchObject({ nextCharge: null, subscriptions: [{ nextCharge: null }] });
    });

    test('without a subscription, and Stripe is asked for no preview', async () => {
      app.forgetRequests();

      expect(await read()).toEqual({ nextCharge: null, subscriptions: [] });
      expect(app.listRequests('create_preview')).toEqual([]);
    });

    test('where the policy does not offer the invoice history, and Stripe is not asked', async () => {
      const policies = { strict: { features: { payment_method_update: { enabled: true } } } };
      const PORTAL_POLICIES = writePolicyFile({ policies, default: 'strict', strictest: 'strict' });
      const strict = await createAccountApp({ PORTAL_POLICIES });
      const { customer, token } = await strict.createUser();
      await strict.subscribe(customer);
      strict.forgetRequests();

      const { billingCustomer } = (await strict.execute({ document: nextChargeQuery, token })).expectData();

      expect(billingCustomer).toMatchObject({ nextCharge: null, subscriptions: [{ nextCharge: null }] });
      expect(strict.listRequests('/v1/invoices')).toEqual([]);
    });
  });

  /** What a service answers when Stripe's list of subscriptions reads differently: the local Stripe lacks some states. */
  async function readAltered(alter: (answer: string) => string) {
    const service = await app.startAltered(user, /\/subscriptions$/, (answer) => ({ body: alter(answer) }));
    const { token } = user;
    return (await service.execute({ document: nextChargeQuery, token })).expectData().billingCustomer;
  }

  test.each([
    ['is not charged where Stripe then cancels', 'cancel', null],
    ['is not charged where Stripe then pauses', 'pause', null],
    ['is charged where Stripe then creates an invoice', 'create_invoice', { total: { amount: 900 } }],
  ])('a trial without a payment method %s', async (_title, behavior, expected) => {
    await app.sdk.customers.update(user.customer, { invoice_settings: { default_payment_method: '' } });
    await subscribe({ trial_period_days: 7 });

    const billingCustomer = await readAltered((answer) => answer.replace('create_invoice', behavior));

    expect(billingCustomer).toMatchObject({
      nextCharge: expected,
      subscriptions: [{ nextCharge: expected }],
    });
  });

  test.each<[string, boolean, Partial<Stripe.SubscriptionCreateParams>]>([
    ['a trial with a payment method', true, { trial_period_days: 7 }],
    [
      'a trial whose invoices are sent',
      false,
      { trial_period_days: 7, collection_method: 'send_invoice', days_until_due: 30 },
    ],
    ['a subscription without a trial', false, {}],
  ])('%s is charged, whatever ends a trial without a payment method', async (_title, hasMethod, params) => {
    await subscribe(params);
    if (!hasMethod)
      await app.sdk.customers.update(user.customer, { invoice_settings: { default_payment_method: '' } });

    const billingCustomer = await readAltered((answer) => answer.replace('create_invoice', 'cancel'));

    expect(billingCustomer?.nextCharge).toMatchObject({ total: { amount: 900 } });
  });

  test('a period that is paid in advance is not the next that is charged', async () => {
    const { id } = await subscribe({ items: [{ price: app.demo.prices[0]?.year ?? '' }] });
    const paid = await subscribe();
    const [item] = paid.items.data;

    const billingCustomer = await readAltered((answer) =>
      answer.replace(`"${item?.id}"`, `"${item?.id}", "billed_until": ${fromNow(400)}`),
    );

    expect(billingCustomer?.nextCharge?.subscriptionId).toBe(id);
  });

  describe('while another subscription is paused', () => {
    const yearly = () => subscribe({ items: [{ price: app.demo.prices[0]?.year ?? '' }] });

    test.each([
      ['is not known where that one resumes before', 40, null],
      ['is known where that one resumes afterwards', 400, { total: { amount: 9_000 } }],
    ])('the earliest charge %s', async (_title, days, expected) => {
      await yearly();
      const { id } = await subscribe();
      const pause_collection = { behavior: 'void', resumes_at: fromNow(days) } as const;
      await app.sdk.subscriptions.update(id, { pause_collection });

      expect(await read()).toMatchObject({
        nextCharge: expected,
        subscriptions: [{ nextCharge: null }, { nextCharge: { total: { amount: 9_000 } } }],
      });
    });

    test('the earliest charge is known where that one ends before it resumes', async () => {
      await yearly();
      const { id } = await subscribe();
      const pause_collection = { behavior: 'void', resumes_at: fromNow(40) } as const;
      await app.sdk.subscriptions.update(id, { pause_collection, cancel_at_period_end: true });

      expect((await read()).nextCharge).toMatchObject({ total: { amount: 9_000 } });
    });
  });

  test.each(['incomplete', 'paused', 'unpaid'])(
    'of a subscription that is %s, no preview counts',
    async (status) => {
      await subscribe();

      const billingCustomer = await readAltered((answer) =>
        answer.replace(/"status": *"active"/, `"status":"${status}"`),
      );

      expect(billingCustomer).toMatchObject({ nextCharge: null, subscriptions: [{ nextCharge: null }] });
    },
  );

  test('a paused collection is not charged, also where the subscription has no items', async () => {
    const { id } = await subscribe();
    await app.sdk.subscriptions.update(id, { pause_collection: { behavior: 'void' } });

    const billingCustomer = await readAltered((answer) => {
      const list = JSON.parse(answer) as { data: Stripe.Subscription[] };
      for (const { items } of list.data) items.data = [];
      return JSON.stringify(list);
    });

    expect(billingCustomer).toMatchObject({ nextCharge: null, subscriptions: [{ nextCharge: null }] });
  });

  test('a paused collection that resumes within the period is charged', async () => {
    const subscription = await subscribe();
    await app.sdk.subscriptions.update(subscription.id, {
      pause_collection: { behavior: 'void', resumes_at: periodEndOf(subscription) - daySeconds },
    });

    expect((await read()).nextCharge).toMatchObject({ total: { amount: 900 } });
  });

  test.each([
    [400, 'customer_tax_location_invalid', 'STRIPE_MISCONFIGURED'],
    [404, 'resource_missing', 'STRIPE_MISCONFIGURED'],
    [503, 'api_error', 'STRIPE_UNAVAILABLE'],
  ])(
    'a preview that Stripe refuses with %i %s is an error, and never no charge',
    async (status, code, expected) => {
      await subscribe();
      const path = '/v1/invoices/create_preview';
      await app.sdk.rawRequest('POST', '/_control/faults', { path, status, code, times: 10 });

      const answer = await ask();
      await app.sdk.rawRequest('DELETE', '/_control/faults');

      const { errors, data } = JSON.parse(answer.text) as {
        errors: { path: string[]; extensions: { code: string } }[];
        data: NextChargeQuery;
      };
      expect(errors.map(({ extensions }) => extensions.code)).toEqual([expected, expected]);
      // The rest of the page is there.
      expect(data.billingCustomer?.subscriptions).toHaveLength(1);
    },
  );

  /** The answer of a service to which Stripe answers each preview in another way. */
  async function askAltered(alter: Alter) {
    const service = await app.startAltered(user, /create_preview$/, alter);
    return service.execute({ document: nextChargeQuery, token: user.token });
  }

  test.each([
    ["another subscription's invoice", 'sub_another', ({ id }: Stripe.Subscription) => id],
    ["another customer's invoice", 'cus_another', ({ customer }: Stripe.Subscription) => customer as string],
  ])('a preview of %s is an outage, and is not shown', async (_title, another, find) => {
    const own = find(await subscribe());

    const { text } = await askAltered((answer) => ({ body: answer.replaceAll(own, another) }));

    expect(text).toContain('STRIPE_UNAVAILABLE');
    expect(text).not.toContain(another);
  });

  test('a preview for a customer that was just deleted is CUSTOMER_NOT_FOUND', async () => {
    await subscribe();
    const error = {
      type: 'invalid_request_error',
      code: 'resource_missing',
      param: 'customer',
      message: 'gone',
    };

    const { text } = await askAltered(() => ({ status: 400, body: JSON.stringify({ error }) }));

    expect(text).toContain('CUSTOMER_NOT_FOUND');
  });
});

describe('fields that ask Stripe', () => {
  const webhooks = { STRIPE_WEBHOOK_SECRETS: 'whsec_0123456789' };

  interface Answer {
    readonly data: { readonly billingCustomer: Readonly<Record<string, unknown>> | null };
    readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
  }

  async function ask(app: TestApp, { token }: AccountUser, selection: string): Promise<Answer> {
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
  /** Four requests an hour for each user. */
  let limited: AccountApp;
  let metricsPort: number;

  beforeAll(async () => {
    limited = await createAccountApp({ ...webhooks, RATE_LIMIT: '4/1h' });
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

      const { data } = await ask(
        app,
        user,
        `${repeat(10, () => invoices)} b: ${nextCharge} c: ${nextCharge}`,
      );

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
      const user = await createUser(limited);
      limited.forgetRequests();

      // Two of four requests are counted, and the field itself is free.
      const { data, errors = [] } = await ask(limited, user, repeat(10, write));

      const answered = Object.values(data.billingCustomer ?? {}).filter((value) => value !== null);
      expect(answered).toHaveLength(2);
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(Array(8).fill('RATE_LIMITED'));
      expect(limited.listRequests('/v1/invoices').length).toBeLessThanOrEqual(2);
    });

    test('cost a request for each further subscription that is asked for the earliest charge', async () => {
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
      expect(app.listRequests().map(({ path }) => path)).toEqual([
        `/v1/invoices/${id}`,
        `/v1/invoices/${id}`,
      ]);
    });

    describe('of a subscription whose latest invoice is a draft', () => {
      const page = 'subscriptions { id openInvoice { id amountDue { amount } hostedInvoiceUrl } }';

      async function createOverdue(status: string) {
        const user = await app.createUser();
        const { id } = await app.subscribe(user.customer);
        const invoices = [await app.invoice(id, 'open'), await app.invoice(id, 'open')];
        await app.invoice(id, 'draft');
        await app.setSubscription(id, { status });
        return { user, id, newest: invoices[1] };
      }

      test.each(['past_due', 'unpaid'])(
        'is its newest open one while it is %s, and none of an active one',
        async (status) => {
          const { user, id, newest = '' } = await createOverdue(status);
          const other = await app.subscribe(user.customer);
          await app.invoice(other.id, 'open');

          await app.invoice(other.id, 'draft');
          await app.setSubscription(other.id, { status: 'active' });

          const { data } = await ask(app, user, page);

          const { hosted_invoice_url: hostedInvoiceUrl } = await app.sdk.invoices.retrieve(newest);
          const openInvoice = { id: newest, amountDue: { amount: 900 }, hostedInvoiceUrl };
          expect(data.billingCustomer).toEqual({
            subscriptions: [
              { id: other.id, openInvoice: null },
              { id, openInvoice },
            ],
          });
        },
      );

      test('is none while it is active, and Stripe is not asked for others', async () => {
        const { user, id } = await createOverdue('active');
        app.forgetRequests();

        const { data } = await ask(app, user, page);

        expect(data.billingCustomer).toEqual({ subscriptions: [{ id, openInvoice: null }] });
        expect(app.listRequests('/v1/invoices')).toEqual([]);
      });

      test('is none once both are paid', async () => {
        const { user, id } = await createOverdue('unpaid');
        const { data: open } = await app.sdk.invoices.list({ subscription: id, status: 'open' });
        for (const invoice of open) await app.sdk.invoices.pay(invoice.id);

        const { data } = await ask(app, user, page);

        expect(open).toHaveLength(2);
        expect(data.billingCustomer).toEqual({ subscriptions: [{ id, openInvoice: null }] });
      });
    });

    test("is never that of another invoice, with which Stripe's answer does not fit", async () => {
      const user = await app.createUser();
      const id = await app.invoice((await app.subscribe(user.customer)).id, 'open');
      const service = await app.startAltered(user, new RegExp(`${id}$`), (answer) => ({
        body: answer.replaceAll(id, 'in_another'),
      }));

      const { errors = [] } = await ask(service, user, payNow);

      expect(errors.map(({ extensions }) => extensions.code)).toEqual(['STRIPE_UNAVAILABLE']);
    });

    test('costs a request of the caller', async () => {
      const user = await limited.createUser();
      await limited.invoice((await limited.subscribe(user.customer)).id, 'open');
      await ask(limited, user, 'id');

      const { errors = [] } = await ask(
        limited,
        user,
        repeat(3, () => payNow),
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
      expect(written).toContain(
        'billing_portal_graphql_operations_total{operation="BillingCustomer.invoices"',
      );
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
});
