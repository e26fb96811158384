import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Stripe } from 'stripe';
import { type LocalStripeClient, refusalOf, startLocalStripe } from './local-stripe-client.ts';

async function find(stripe: Stripe, query: string): Promise<string[]> {
  const { data } = await stripe.customers.search({ query });
  return data.map(({ id }) => id);
}

describe('the query', () => {
  let stripe: Stripe;
  const ids: Record<string, string> = {};
  const customers: Readonly<Record<string, Stripe.CustomerCreateParams>> = {
    ada: { email: 'ada@example.com', name: 'Ada', metadata: { userId: 'user_1', 'a key': 'x' } },
    upper: { email: 'Other@example.com', metadata: { userId: 'USER_1' } },
    quotes: { metadata: { userId: `it's "quoted"`, 'ke"y': 'k' } },
    backslash: { metadata: { userId: 'a\\b' } },
    injection: { metadata: { userId: `x' OR metadata['userId']:'user_1` } },
  };
  beforeAll(async () => {
    stripe = (await startLocalStripe({ searchLagMs: 0 })).stripe;
    for (const [name, params] of Object.entries(customers)) {
      ids[name] = (await stripe.customers.create(params)).id;
    }
  });

  test.each([
    ['metadata', `metadata['a key']:'x'`, ['ada']],
    ['metadata in double quotes', 'metadata["a key"]:"x"', ['ada']],
    ['upper and lower case alike', `metadata['userId']:'user_1'`, ['upper', 'ada']],
    ['email', `email:'ADA@example.com'`, ['ada']],
    ['name', 'name:"Ada"', ['ada']],
    ['a whole value only', `email:'ada'`, []],
    ['AND', `email:'ada@example.com' AND metadata['userId']:'user_1'`, ['ada']],
    ['and, in lower case', `email:'other@example.com' and metadata['userId']:'user_1'`, ['upper']],
    ['a space for AND', `email:'ada@example.com' metadata['userId']:'other'`, []],
    ['negation', `metadata['userId']:'user_1' AND -email:'ada@example.com'`, ['upper']],
    ['an escaped quote', String.raw`metadata['userId']:'it\'s "quoted"'`, ['quotes']],
    ['an escaped double quote', String.raw`metadata["userId"]:"it's \"quoted\""`, ['quotes']],
    ['an escaped quote in a key', String.raw`metadata["ke\"y"]:"k"`, ['quotes']],
    ['an escaped backslash', String.raw`metadata['userId']:'a\\b'`, ['backslash']],
    [
      'an escaped query',
      String.raw`metadata['userId']:'x\' OR metadata[\'userId\']:\'user_1'`,
      ['injection'],
    ],
    ['a key that every object has', `metadata['constructor']:'x'`, []],
    ['a number without quotes', 'phone:1', []],
  ])('%s', async (_what, query, expected) => {
    expect(await find(stripe, query)).toEqual(expected.map((name) => ids[name]));
  });

  test.each([
    [
      'a field it has not',
      `color:'red'`,
      'Field `color` is an unsupported search field for resource `customers`',
    ],
    ['no clause', 'ada', 'We were unable to parse your search query'],
    ['a quote left open', `email:'ada`, 'We were unable to parse your search query'],
    ['a quote that is not escaped', `metadata['userId']:'it's'`, 'We were unable to parse your search query'],
    ['metadata without a key', `metadata:'x'`, 'We were unable to parse your search query'],
    ['a word left over', `email:'a' AND`, 'We were unable to parse your search query'],
    ['OR', `email:'a' OR email:'b'`, 'does not support `OR`'],
    ['a substring', `email~'ada'`, 'does not support `~`'],
    [
      'an unquoted injection',
      `metadata['userId']:'x' OR metadata['userId']:'user_1'`,
      'does not support `OR`',
    ],
  ])('%s is refused', async (_what, query, message) => {
    const refusal = await refusalOf(stripe.customers.search({ query }));
    expect(refusal.statusCode).toBe(400);
    expect(refusal.message).toContain(message);
  });

  test('no query is refused', async () => {
    const refusal = await refusalOf(stripe.customers.search({} as Stripe.CustomerSearchParams));
    expect(refusal).toMatchObject({ code: 'parameter_missing', param: 'query' });
  });
});

test('pages follow one another', async () => {
  const { stripe } = await startLocalStripe({ searchLagMs: 0 });
  const ids: string[] = [];
  for (let count = 0; count < 5; count += 1) ids.unshift((await stripe.customers.create({ name: 'Ada' })).id);
  const first = await stripe.customers.search({ query: 'name:"Ada"', limit: 2 });
  expect(first).toMatchObject({ object: 'search_result', has_more: true, url: '/v1/customers/search' });
  const all = await stripe.customers
    .search({ query: 'name:"Ada"', limit: 2 })
    .autoPagingToArray({ limit: 10 });
  expect(all.map(({ id }) => id)).toEqual(ids);
  const last = await stripe.customers.search({ query: 'name:"Ada"', limit: 5 });
  expect(last).toMatchObject({ has_more: false, next_page: null });
  const refusal = await refusalOf(stripe.customers.search({ query: 'name:"Ada"', page: 'other' }));
  expect(refusal.param).toBe('page');
});

describe('the lag', () => {
  let client: LocalStripeClient;
  beforeAll(async () => {
    const start = new Date();
    client = await startLocalStripe({ now: () => start });
  });

  async function passTime(seconds: number): Promise<void> {
    await client.control('POST', 'clock', { advance_seconds: String(seconds) });
  }

  test('a customer is found after a minute, and listed at once', async () => {
    const { stripe } = client;
    const email = 'new@example.com';
    const { id } = await stripe.customers.create({ email });
    expect((await stripe.customers.list({ email })).data).toHaveLength(1);
    expect(await find(stripe, `email:'${email}'`)).toEqual([]);
    await passTime(59);
    expect(await find(stripe, `email:'${email}'`)).toEqual([]);
    await passTime(1);
    expect(await find(stripe, `email:'${email}'`)).toEqual([id]);
  });

  test('a recent change is not visible: the customer is found in the earlier state', async () => {
    const { stripe } = client;
    const { id } = await stripe.customers.create({ metadata: { userId: 'before' } });
    await passTime(60);
    await stripe.customers.update(id, { metadata: { userId: 'after' } });
    const { data } = await stripe.customers.search({ query: `metadata['userId']:'before'` });
    expect(data).toMatchObject([{ id, metadata: { userId: 'before' } }]);
    expect(await find(stripe, `metadata['userId']:'after'`)).toEqual([]);
    await passTime(60);
    expect(await find(stripe, `metadata['userId']:'before'`)).toEqual([]);
    expect(await find(stripe, `metadata['userId']:'after'`)).toEqual([id]);
  });

  test('a deleted customer is not found', async () => {
    const { stripe } = client;
    const { id } = await stripe.customers.create({ name: 'Gone' });
    await passTime(60);
    await stripe.customers.del(id);
    expect(await find(stripe, `name:'Gone'`)).toEqual([]);
  });

  test('a customer of a failed request is never found', async () => {
    const { stripe } = client;
    await refusalOf(stripe.customers.create({ name: 'Half', payment_method: 'pm_none' }));
    await passTime(60);
    expect(await find(stripe, `name:'Half'`)).toEqual([]);
  });
});

test.each([
  [{ email: 'a@example.com' }, ['a']],
  [{ email: 'A@example.com' }, []],
  [{ created: { gte: 1001 } }, ['b', 'a']],
  [{ created: { gt: 1001 } }, ['b']],
  [{ created: { lte: 1001 } }, ['a']],
  [{ created: { gte: 1000, lt: 1001 } }, []],
  [{ created: 1001 }, ['a']],
])('the list of customers takes %j', async (filter, expected) => {
  let seconds = 1001;
  const { stripe } = await startLocalStripe({ now: () => new Date(seconds * 1000) });
  await stripe.customers.create({ email: 'a@example.com', name: 'a' });
  seconds += 1;
  await stripe.customers.create({ email: 'b@example.com', name: 'b' });
  const { data } = await stripe.customers.list(filter);
  expect(data.map(({ name }) => name)).toEqual(expected);
});
