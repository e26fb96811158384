import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { RequestPace, nameEndpoint, nameTurnHolder } from '../../src/stripe/request-pace.ts';

const patienceMs = 8_000;

/** When each of many that came at once had its turn or was refused, by the clock of `performance`. */
async function takeTurns(pace: RequestPace, count: number, endpoint = 'POST /v1/billing_portal/sessions') {
  const turns: number[] = [];
  const refusals: { readonly error: unknown; readonly at: number }[] = [];
  const take = () =>
    pace.takeTurn(endpoint, 'ada', patienceMs).then(
      () => void turns.push(performance.now()),
      (error: unknown) => void refusals.push({ error, at: performance.now() }),
    );
  await Promise.all(Array.from({ length: count }, take));
  return { turns, refusals };
}

/** The most turns that lie within a time. */
function countBusiest(turns: readonly number[], ms: number): number {
  return Math.max(...turns.map((from) => turns.filter((turn) => turn >= from && turn < from + ms).length));
}

test.concurrent('20 a second come to less than the 25 that Stripe allows, in whichever second', async () => {
  const pace = new RequestPace(20);

  const first = await takeTurns(pace, 40);
  const second = await takeTurns(pace, 10);

  expect(countBusiest([...first.turns, ...second.turns], 1000)).toBeLessThan(25);
  expect(first.turns.length).toBeGreaterThanOrEqual(22);
});

test('a process that was busy does not make up for it by a burst', async () => {
  const pace = new RequestPace(20);
  const taking = takeTurns(pace, 12);
  await wait(100);

  const start = performance.now();
  while (performance.now() < start + 300);

  const { turns } = await taking;
  expect(countBusiest(turns.slice(3), 99)).toBeLessThanOrEqual(4);
  expect(turns).toEqual(turns.toSorted((one, other) => one - other));
});

test.concurrent('who would wait for over a second is refused at once, with when to come again', async () => {
  const pace = new RequestPace(20);
  const start = performance.now();
  const taking = takeTurns(pace, 100);
  expect(pace.queueDepth).toBeLessThanOrEqual(21);

  const { turns, refusals } = await taking;

  // Three begin at once, and the others within a second.
  expect(turns.length).toBeLessThanOrEqual(25);
  expect(turns.length + refusals.length).toBe(100);
  for (const { error, at } of refusals) {
    expect(error).toMatchObject({ code: 'STRIPE_RATE_LIMITED', details: { retryAfter: 2 } });
    expect(at - start).toBeLessThan(500);
  }
  expect(pace.queueDepth).toBe(0);
});

test.concurrent('who has less time than the wait is refused at once', async () => {
  const pace = new RequestPace(20);
  const taking = takeTurns(pace, 10);
  const start = performance.now();

  await expect(pace.takeTurn('POST /v1/billing_portal/sessions', 'ada', 20)).rejects.toMatchObject({
    code: 'STRIPE_RATE_LIMITED',
  });
  // Its turn would have come after 350 ms.
  expect(performance.now() - start).toBeLessThan(250);
  await taking;
});

test.concurrent(
  'a few that come at once wait for nothing, and neither do those of another endpoint',
  async () => {
    const pace = new RequestPace(20);

    const first = takeTurns(pace, 3);
    expect(pace.queueDepth).toBe(0);
    const more = takeTurns(pace, 2);
    expect(pace.queueDepth).toBe(2);
    const others = takeTurns(pace, 3, 'GET /v1/customers/:id');
    expect(pace.queueDepth).toBe(2);

    await Promise.all([first, more, others]);
  },
);

test.concurrent('a pause brings the burst back, and no more than it', async () => {
  const pace = new RequestPace(50);
  await takeTurns(pace, 6);
  await wait(300);

  const taking = takeTurns(pace, 9);

  expect(pace.queueDepth).toBe(3);
  await taking;
});

test.concurrent('a subject whose requests fill the queue keeps no other subject from its turn', async () => {
  const pace = new RequestPace(20);
  const order: string[] = [];
  const take = (subject: string): Promise<void> =>
    pace.takeTurn('GET /v1/customers/:id', subject, patienceMs).then(
      () => void order.push(subject),
      () => undefined,
    );

  const start = performance.now();
  const taking = [...Array.from({ length: 60 }, () => take('greedy')), take('ordinary')];
  const askedMs = performance.now() - start;
  await Promise.all(taking);

  // Two come early; the next turn is the greedy subject's, and then each has one.
  expect(order.indexOf('ordinary')).toBeLessThanOrEqual(4);
  expect(order.length).toBeLessThanOrEqual(24 + askedMs / 50);
});

test.concurrent(
  'subjects with one request each have their turns in the order in which they came',
  async () => {
    const pace = new RequestPace(50);
    const order: string[] = [];
    const take = (subject: string): Promise<unknown> =>
      pace.takeTurn('GET /v1/customers/:id', subject, patienceMs).then(() => order.push(subject));

    // Five come early.
    await Promise.all(Array.from('abcdefgh', take));

    expect(order.join('')).toBe('abcdefgh');
  },
);

test.concurrent(
  'a subject that comes later has its turn after those who wait for the same round',
  async () => {
    const pace = new RequestPace(50);
    const order: string[] = [];
    const take = (subject: string): Promise<unknown> =>
      pace.takeTurn('GET /v1/customers/:id', subject, patienceMs).then(() => order.push(subject));

    const early = Array.from({ length: 8 }, () => take('early'));
    await early[6];
    await Promise.all([...early, take('late')]);

    expect(order.slice(-2)).toEqual(['early', 'late']);
  },
);

test.concurrent('a request whose time ends while others go first is refused', async () => {
  const pace = new RequestPace(100);
  const take = (subject: string, ms = patienceMs) => pace.takeTurn('GET /v1/customers/:id', subject, ms);
  const earlier = Array.from({ length: 12 }, () => take('greedy'));

  const late = expect(take('greedy', 25)).rejects.toMatchObject({ code: 'STRIPE_RATE_LIMITED' });
  await Promise.all([...earlier, ...Array.from('abcdef', (subject) => take(subject)), late]);
});

test.concurrent('subjects that ask for more than there is have equal shares of it', async () => {
  const pace = new RequestPace(100);
  const turns = new Map<string, number>();
  const take = (subject: string): Promise<void> =>
    pace.takeTurn('GET /v1/customers/:id', subject, patienceMs).then(
      () => void turns.set(subject, (turns.get(subject) ?? 0) + 1),
      () => undefined,
    );

  const asked = ['a', 'b', 'c', 'd'].flatMap((subject, index) =>
    Array.from({ length: 200 / (index + 1) }, () => take(subject)),
  );
  await Promise.all(asked);

  const shares = [...turns.values()];
  expect(shares).toHaveLength(4);
  // The burst of ten goes to the first.
  expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(12);
});

test.each([
  ['GET', '/v1/customers/cus_1', 'GET /v1/customers/:id'],
  ['GET', '/v1/customers/cus_1?expand[0]=subscriptions', 'GET /v1/customers/:id'],
  ['GET', '/v1/customers?limit=1', 'GET /v1/customers'],
  ['GET', '/v1/customers/search?query=a', 'GET /v1/customers/search'],
  ['DELETE', '/v1/customers/cus_1', 'DELETE /v1/customers/:id'],
  ['GET', '/v1/customers/cus_1/payment_methods/pm_1', 'GET /v1/customers/:id/payment_methods/:id'],
  ['POST', '/v1/invoices/create_preview', 'POST /v1/invoices/create_preview'],
  ['GET', '/v1/billing/feedback_options?limit=100', 'GET /v1/billing/feedback_options'],
  ['POST', '/v1/billing_portal/sessions', 'POST /v1/billing_portal/sessions'],
  ['POST', '/v1/billing_portal/configurations/bpc_1', 'POST /v1/billing_portal/configurations/:id'],
  ['GET', '/v1/checkout/sessions/cs_1/line_items', 'GET /v1/checkout/sessions/:id/line_items'],
  ['GET', '/', 'GET /'],
])('%s %s is %s', (method, path, endpoint) => {
  expect(nameEndpoint(method, path)).toBe(endpoint);
});

test.each([
  [
    '/v1/billing_portal/sessions',
    'configuration=bpc_1&customer=cus_Ada&return_url=https%3A%2F%2Fa.example',
    'cus_Ada',
  ],
  ['/v1/customers/cus_Bob?expand[0]=sources', null, 'cus_Bob'],
  ['/v1/subscriptions?customer=cus_Cy&limit=100', null, 'cus_Cy'],
  ['/v1/customers/search?query=ada', null, '/v1/customers/search?query=ada '],
])('%s %s takes its turn as %s', (path, body, holder) => {
  expect(nameTurnHolder(path, body)).toBe(holder);
});
