import { expect, test } from '@jest/globals';
import { createSubjectHash } from '../../src/telemetry/subject-hash.ts';
import { startFaultyStripe } from '../helpers/faulty-stripe.ts';
import { type TestApp, createTestApp, returnUrl } from '../helpers/test-app.ts';
import { waitUntil } from '../helpers/wait-until.ts';

interface RequestLine {
  readonly msg: string;
  readonly requestId: string;
  readonly route: string;
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

test('who hangs up has a line all the same', async () => {
  const faulty = await startFaultyStripe();
  const service = await createTestApp({ STRIPE_API_URL: faulty.url });
  await service.link('ada', 'cus_1');
  const token = await service.createToken({ userId: 'ada' });

  await expect(service.fetch(path, { token, signal: AbortSignal.timeout(300) })).rejects.toThrow();

  const line = await waitUntil('the line of the request', () => readLines(service)[0]);
  expect(line).toMatchObject({ route: '/billing-portal', status: 499 });
});

test.each([path, '/healthz', '/nowhere'])('who does not say who they are has none (%s)', async (target) => {
  expect(await logRequest(target)).not.toHaveProperty('subject');
});
