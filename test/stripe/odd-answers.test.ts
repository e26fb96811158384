import { describe, expect, test } from '@jest/globals';
import { seedDemoData } from 'billing-portal-local-stripe/demo-data';
import { adminRole } from '../audit/audit-kit.ts';
import { portalConfigurationsQuery } from '../helpers/admin-operations.ts';
import { type ReceivedRequest, sendJson, startFaultyStripe } from '../helpers/faulty-stripe.ts';
import { wholeCustomerQuery } from '../helpers/account-operations.ts';
import {
  createSessionMutation,
  invoicesQuery,
  nextChargeQuery,
  openPortalMutation,
  portalConfigurationQuery,
} from '../helpers/operations.ts';
import { type Operation, createTestApp, returnUrl } from '../helpers/test-app.ts';

/** Values in places where Stripe has others, and some that fail where JavaScript makes a text of them. */
const oddValues: readonly unknown[] = [
  null,
  7.5,
  -1e300,
  'odd',
  true,
  [],
  [null],
  {},
  { toString: 1, valueOf: 1 },
];

const faulty = await startFaultyStripe();
const good = await createTestApp();
const demo = await seedDemoData(good.sdk);
await good.sdk.subscriptionSchedules.create({ from_subscription: demo.subscriptionId });
const app = await createTestApp({ STRIPE_API_URL: faulty.url });
await app.link('ada', demo.customerId);
const token = await app.createToken({ userId: 'ada', roles: [adminRole] });

const flow = { type: 'SUBSCRIPTION_UPDATE' } as const;

async function getCodes<Data, Variables>(operation: Operation<Data, Variables>): Promise<unknown[]> {
  const { text } = await app.execute({ ...operation, token });
  const { errors = [] } = JSON.parse(text) as { errors?: { extensions: { code: unknown } }[] };
  return errors.map(({ extensions }) => extensions.code);
}

describe('a refusal of Stripe whose error has odd members keeps its meaning', () => {
  test.each([
    [400, 'STRIPE_MISCONFIGURED'],
    [401, 'STRIPE_MISCONFIGURED'],
    [404, 'STRIPE_MISCONFIGURED'],
    [429, 'STRIPE_RATE_LIMITED'],
    [500, 'STRIPE_UNAVAILABLE'],
    [200, 'STRIPE_UNAVAILABLE'],
  ])('%i', async (status, code) => {
    const errors = oddValues.flatMap((odd) => [
      odd,
      { type: odd, message: odd, code: odd, param: odd, doc_url: odd, headers: odd, detail: odd },
    ]);
    for (const error of errors.filter((each) => status >= 400 || each !== null)) {
      faulty.answerBy(sendJson(status, { error }, { 'stripe-should-retry': 'false' }));
      const variables = { returnUrl };
      expect([error, await getCodes({ document: createSessionMutation, variables })]).toEqual([
        error,
        [code],
      ]);
    }
  });
});

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type Path = readonly (string | number)[];

/** Where each member is; of a list, its first element stands for all. */
function listPaths(value: Json): Path[] {
  if (typeof value !== 'object' || value === null) return [[]];
  const members: [string | number, Json][] = Array.isArray(value)
    ? value.slice(0, 1).map((element) => [0, element])
    : Object.entries(value);
  return [[], ...members.flatMap(([name, inner]) => listPaths(inner).map((path) => [name, ...path]))];
}

function replaceAt(value: Json, [name, ...rest]: Path, odd: Json): Json {
  if (name === undefined) return odd;
  const copy = structuredClone(value) as Record<string | number, Json>;
  copy[name] = replaceAt(copy[name] ?? null, rest, odd);
  return copy;
}

async function askGood({
  method,
  path,
  body = '',
}: Pick<ReceivedRequest, 'method' | 'path'> & Partial<ReceivedRequest>): Promise<Json> {
  const response = await fetch(good.stripe.url + path, {
    method,
    headers: { authorization: 'Bearer sk_test_odd', 'content-type': 'application/x-www-form-urlencoded' },
    ...(method === 'GET' ? {} : { body }),
  });
  return (await response.json()) as Json;
}

/** One or two of them at each place, so that all of them come up and the test stays short. */
function pickOdd(index: number, places: number): Json[] {
  return (places > 200 ? [index] : [index, index + 4]).map(
    (each) => oddValues[each % oddValues.length] as Json,
  );
}

describe('an answer of Stripe with one odd member is read, or is an outage:', () => {
  test.each([
    ['billingCustomer', () => getCodes({ document: wholeCustomerQuery }), 3],
    ['billingCustomer.invoices', () => getCodes({ document: invoicesQuery }), 5],
    // The portal's settings are known from the case before.
    ['billingCustomer.nextCharge', () => getCodes({ document: nextChargeQuery }), 4],
    ['billingPortalConfiguration', () => getCodes({ document: portalConfigurationQuery }), 1],
    [
      'billingPortalConfigurations',
      () => getCodes({ document: portalConfigurationsQuery, variables: { first: 2 } }),
      1,
    ],
    [
      'createBillingPortalSession',
      () => getCodes({ document: createSessionMutation, variables: { returnUrl } }),
      1,
    ],
    [
      'createBillingPortalSession, at a change of plan',
      () => getCodes({ document: openPortalMutation, variables: { returnUrl, flow } }),
      4,
    ],
  ])('%s', async (_name, ask, answers) => {
    const answersByPath = new Map<string, Json>();
    faulty.answerBy((response, request) => {
      void askGood(request).then((answer) => {
        answersByPath.set(request.path, answer);
        sendJson(200, answer)(response, request);
      });
    });
    expect(await ask()).toEqual([]);
    expect(answersByPath.size).toBe(answers);

    const masked: unknown[] = [];
    const places = [...answersByPath].flatMap(([path, answer]) =>
      listPaths(answer).map((place) => [path, place] as const),
    );
    for (const [index, [path, place]] of places.entries()) {
      for (const odd of pickOdd(index, places.length)) {
        faulty.answerBy((response, request) => {
          const whole = answersByPath.get(request.path) ?? null;
          sendJson(200, request.path === path ? replaceAt(whole, place, odd) : whole)(response, request);
        });
        if ((await ask()).includes('INTERNAL_SERVER_ERROR')) masked.push([path, place.join('.'), odd]);
      }
    }
    expect(masked).toEqual([]);
  });
});

test('a list whose pages repeat is an outage, and is not read for ever', async () => {
  const list = await askGood({ method: 'GET', path: `/v1/subscriptions?customer=${demo.customerId}` });
  faulty.answerBy((response, request) => {
    void askGood(request).then((answer) => {
      const isList = request.path.startsWith('/v1/subscriptions');
      sendJson(200, isList ? replaceAt(list, ['has_more'], true) : answer)(response, request);
    });
  });

  expect(await getCodes({ document: wholeCustomerQuery })).toEqual(['STRIPE_UNAVAILABLE']);
});
