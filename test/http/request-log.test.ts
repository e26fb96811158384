import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { connect } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { createSubjectHash } from '../../src/telemetry/telemetry.ts';
import { startFaultyStripe } from '../helpers/faulty-stripe.ts';
import { type TestApp, createTestApp, returnUrl } from '../helpers/test-app.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import { writeGet, writePost } from './raw-request.ts';

interface RequestLine {
  readonly msg: string;
  readonly requestId: string;
  readonly route: string;
  readonly status: number;
  readonly subject?: string;
}

const app = await createTestApp();

function readLines({ logs }: TestApp): RequestLine[] {
  return logs.map((text) => JSON.parse(text) as RequestLine).filter(({ msg }) => msg === 'request');
}

/** The line of the log that a request left. */
async function logRequest(path: string, userId?: string): Promise<RequestLine> {
  const token = userId === undefined ? undefined : await app.createToken({ userId });
  const requestId = (await app.fetch(path, { token })).headers.get('x-request-id');
  return waitUntil('the line of the request', () =>
    readLines(app).find((line) => line.requestId === requestId),
  );
}

const path = `/billing-portal?returnUrl=${returnUrl}`;

test('a user is the same in every line, another is another, and neither can be read', async () => {
  const first = await logRequest(path, 'user_planted');
  const again = await logRequest('/graphql', 'user_planted');
  const other = await logRequest(path, 'user_other');

  expect(first.subject).toMatch(/^[0-9a-f]{16}$/);
  expect(again.subject).toBe(first.subject);
  expect(other.subject).not.toBe(first.subject);
  expect(app.logs.join('')).not.toMatch(/user_planted|user_other/);
});

test('a user has another hash in another deployment, so that none can be looked up', () => {
  const hashes = ['sk_test_1', 'sk_test_2'].map((key) => createSubjectHash(key)('user_1'));

  expect(hashes[0]).not.toBe(hashes[1]);
});

// printf %s:%s sk_test_1 user_1 | openssl dgst -sha256
test('an operator can find the hash of a user with openssl', () => {
  expect(createSubjectHash('sk_test_1')('user_1')).toBe('0d4d5f858d562bad');
});

const mutation = JSON.stringify({
  query: `mutation { createBillingPortalSession(returnUrl: "${returnUrl}") { url } }`,
});

describe('who hangs up has a line all the same', () => {
  const sent: readonly [string, (headers: Readonly<Record<string, string>>) => string, number][] = [
    ['a GET', (headers) => writeGet(path, headers), 1],
    ['a POST that was read', (headers) => writePost('/graphql', mutation, headers).toString(), 1],
    ['what waited behind it', (headers) => writePost('/graphql', mutation, headers).toString().repeat(3), 3],
  ];

  test.each(sent)('%s', async (_what, write, count) => {
    const faulty = await startFaultyStripe();
    const service = await createTestApp({ STRIPE_API_URL: faulty.url });
    await service.link('ada', 'cus_1');
    const authorization = `Bearer ${await service.createToken({ userId: 'ada' })}`;

    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    socket.write(write({ authorization, connection: 'keep-alive' }));
    await waitUntil('the requests to Stripe', () => faulty.requests[count - 1]);
    socket.destroy();

    const lines = await waitUntil('the lines of the requests', () =>
      readLines(service).length === count ? readLines(service) : undefined,
    );
    expect(lines.map(({ status }) => status)).toEqual(Array<number>(count).fill(499));
  });
});

test('who hangs up in the turn of the event loop in which the request is read is no failure of the service', async () => {
  const service = await createTestApp({ RATE_LIMIT: '1000000/1m' });
  const seen = { isRead: false };
  const noteRead = (): void => void (seen.isRead = true);
  subscribe('http.server.request.start', noteRead);
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
  socket.write(writeGet(path, {}));

  // Looks in each turn, before what waits for the end of that turn goes on.
  while (!seen.isRead) await nextTurn();
  socket.resetAndDestroy();
  unsubscribe('http.server.request.start', noteRead);

  const line = await waitUntil('the line of the request', () => readLines(service)[0]);
  expect(line).toMatchObject({ status: 401 });
  expect(service.logs.filter((text) => (JSON.parse(text) as { level: number }).level >= 50)).toEqual([]);
});

test.each([path, '/healthz', '/nowhere'])('who does not say who they are has none (%s)', async (target) => {
  expect(await logRequest(target)).not.toHaveProperty('subject');
});
