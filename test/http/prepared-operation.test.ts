import { ApolloServer } from '@apollo/server';
import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import { seedDemoData } from '../../packages/local-stripe/src/demo-data.ts';
import { type FaultyStripe, startFaultyStripe } from '../helpers/faulty-stripe.ts';
import type { AnsweredError } from '../helpers/graphql-answer.ts';
import { type TestApp, createTestApp, returnUrl } from '../helpers/test-app.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import { type PreparedCase, apolloCases, preparedCases } from './prepared-operation-cases.ts';
import { type RawAnswer, sendRaw, writePost } from './raw-request.ts';

/** What came of one request, without what differs from one to the next. */
interface Outcome {
  readonly answer: RawAnswer;
  /** What was logged with the request's id. */
  readonly logs: readonly object[];
  readonly by: 'Apollo Server' | 'itself';
}

type Headers = Readonly<Record<string, string>>;

const production = { NODE_ENV: 'production', HOST: '127.0.0.1' };
const customer = '{ billingCustomer { id } }';
const openSession = `mutation { createBillingPortalSession(returnUrl: "${returnUrl}") { url } }`;
const byApollo = jest.spyOn(ApolloServer.prototype, 'executeHTTPGraphQLRequest');
let app: TestApp;
/** A service whose Stripe answers as the case says. */
let faultyApp: TestApp;
let faulty: FaultyStripe;

beforeAll(async () => {
  app = await createTestApp(production);
  await app.link('ada', (await seedDemoData(app.sdk)).customerId);
  faulty = await startFaultyStripe();
  faultyApp = await createTestApp(
    { ...production, STRIPE_API_URL: faulty.url },
    { stripeFailuresToOpen: Infinity },
  );
  await faultyApp.link('ada', 'cus_1');
});

/** As it is written: fetch would add headers, `accept` among them. */
async function send(
  body: object,
  { to = app, headers = {}, user = 'ada' }: { to?: TestApp; headers?: Headers; user?: string | null } = {},
): Promise<Outcome> {
  const token: Headers =
    user === null ? {} : { authorization: `Bearer ${await to.createToken({ userId: user })}` };
  const before = byApollo.mock.calls.length;
  const answer = await sendRaw(to, writePost('/graphql', JSON.stringify(body), { ...token, ...headers }));
  const by = byApollo.mock.calls.length === before ? 'itself' : 'Apollo Server';
  return { answer: withoutChance(answer), logs: await readLogs(to, answer), by };
}

function withoutChance({ status, headers, body }: RawAnswer): RawAnswer {
  const { date: _date, 'x-request-id': _id, ...rest } = headers;
  const steady = body
    .replace(/"https?:[^"]*\/session\/[^"]*"/g, '"a session\'s URL"')
    .replace(/"bps_\w+"/g, '"a session\'s id"')
    .replace(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, '"a time"');
  return { status, headers: rest, body: steady };
}

/** The line of the request is written once it is answered, and is the last. */
async function readLogs({ logs }: TestApp, { headers }: RawAnswer): Promise<object[]> {
  const find = () =>
    logs
      .map((line) => JSON.parse(line) as { requestId?: string; msg: string; time: number; ms?: number })
      .filter(({ requestId }) => requestId === headers['x-request-id']);
  await waitUntil('the line of the request', () => find().find(({ msg }) => msg === 'request'));
  const lines = find().map(({ time: _time, ms: _ms, requestId: _id, ...line }) => line);
  // Of what fails within graphql-js, the first place of ours is whoever called it.
  return JSON.parse(
    JSON.stringify(lines, (name, value: unknown) => (name === 'at' ? undefined : value)),
  ) as object[];
}

function summarize({ answer: { status, body } }: Outcome): string {
  const { errors = [] } = JSON.parse(body) as { errors?: AnsweredError[] };
  return [status, ...errors.map(({ extensions }) => extensions.code)].join(' ');
}

/** Cases share queries, and each has to be the first with its text. */
async function sendTwice([, name, query, details = {}]: PreparedCase): Promise<[Outcome, Outcome]> {
  const { body = {}, stripe, preparing, ...rest } = details;
  const text = `${query} # ${name}`;
  const to = stripe === undefined ? app : faultyApp;
  const sendOnce = (): Promise<Outcome> => {
    if (stripe !== undefined) faulty.answerBy(stripe);
    return send({ query: text, ...body }, { to, ...rest });
  };
  const first = await sendOnce();
  if (preparing !== undefined) await send({ query: text, ...preparing }, { to });
  return [first, await sendOnce()];
}

describe.each([
  ...preparedCases.map((request) => ({ request, name: request[1], by: 'itself' })),
  ...apolloCases.map((request) => ({ request, name: request[1], by: 'Apollo Server' })),
])('$name, sent before it is prepared and after', ({ request, by }) => {
  let first: Outcome;
  let second: Outcome;

  beforeAll(async () => {
    [first, second] = await sendTwice(request);
  });

  test(`is answered ${request[0]}`, () => {
    expect(summarize(first)).toBe(request[0]);
  });

  test(`is answered first by Apollo Server, then by ${by}`, () => {
    expect([first.by, second.by]).toEqual(['Apollo Server', by]);
  });

  test('gets the same status, headers and body', () => {
    expect(second.answer).toEqual(first.answer);
  });

  test('leaves the same lines in the log', () => {
    expect(second.logs).toEqual(first.logs);
  });
});

test('a session is opened each time that a prepared operation asks for one, and only once', async () => {
  const countSessions = (): number =>
    app.stripe.requests.filter(({ path }) => path === '/v1/billing_portal/sessions').length;
  await send({ query: openSession });
  const before = countSessions();
  await send({ query: openSession });

  expect(countSessions()).toBe(before + 1);
});

describe('an operation that is prepared', () => {
  const get = async (query: string): Promise<Response> =>
    app.fetch(`/graphql?query=${encodeURIComponent(query)}`, {
      headers: { 'apollo-require-preflight': '1' },
      token: await app.createToken({ userId: 'ada' }),
    });

  test('can be asked by GET, as a query', async () => {
    const { answer } = await send({ query: customer });

    expect(await (await get(customer)).text()).toBe(answer.body);
  });

  test('is refused by GET, as a mutation', async () => {
    await send({ query: openSession });

    expect((await get(openSession)).status).toBe(405);
  });

  test('is refused by GET without a header that says it is meant', async () => {
    await send({ query: customer });

    expect((await app.fetch(`/graphql?query=${encodeURIComponent(customer)}`)).status).toBe(400);
  });

  test('is refused among several at once', async () => {
    await send({ query: customer });

    expect(summarize(await send([{ query: customer }]))).toBe('400 BAD_REQUEST');
  });

  test.each(['text/plain', 'application/graphql', 'application/x-www-form-urlencoded'])(
    'is refused as %s',
    async (type) => {
      await send({ query: customer });

      expect(summarize(await send({ query: customer }, { headers: { 'content-type': type } }))).toBe(
        '415 BAD_USER_INPUT',
      );
    },
  );

  test('is refused with a token that is not good', async () => {
    await send({ query: customer });
    const headers = { authorization: 'Bearer not.a.token' };

    expect(summarize(await send({ query: customer }, { user: null, headers }))).toBe('401 UNAUTHENTICATED');
  });
});

describe('is never prepared:', () => {
  test('what only came without a token', async () => {
    const query = `${customer} # nobody's`;
    const outcomes = [await send({ query }, { user: null }), await send({ query }, { user: null })];

    expect(outcomes.map(({ by }) => by)).toEqual(['Apollo Server', 'Apollo Server']);
  });

  test.each([
    ['two mutations', `mutation { a: ${openSession.slice(11, -2)} b: ${openSession.slice(11, -2)} }`],
    ['eleven root fields', `{ ${'__typename '.repeat(11)} }`],
    ['too many directives', `{ __typename ${'@skip(if: false) '.repeat(21)} }`],
    ['too many tokens', `{ ${'billingCustomer { id } '.repeat(300)} }`],
    ['what is not in the schema', '{ secret }'],
    ['introspection, where it is off', '{ __schema { queryType { name } } }'],
  ])('%s, which is refused each time', async (_title, query) => {
    const outcomes = [await send({ query }), await send({ query }), await send({ query })];

    expect(outcomes.map(({ answer }) => answer.status)).toEqual([400, 400, 400]);
  });
});
