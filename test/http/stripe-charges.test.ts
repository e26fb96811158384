import { expect, test } from '@jest/globals';
import { seedDemoData } from 'billing-portal-local-stripe/demo-data';
import { type TestApp, createTestApp, returnUrl } from '../helpers/test-app.ts';
import { writePolicyFile } from '../portal/policy-portal.ts';

interface Answer {
  readonly status: number;
  readonly answered: number;
  readonly errors: readonly {
    readonly extensions: { readonly code: string; readonly retryAfter?: number };
  }[];
}

const session = `createBillingPortalSession(returnUrl: "${returnUrl}") { id }`;
const roles = ['billing-admin'];

async function createLimitedApp(limit: string, env = {}): Promise<{ app: TestApp; token: string }> {
  const app = await createTestApp({ RATE_LIMIT: limit, ADMIN_ROLE: 'billing-admin', ...env });
  const { customerId } = await seedDemoData(app.sdk);
  await app.link('ada', customerId);
  return { app, token: await app.createToken({ userId: 'ada', roles }) };
}

/** Sends one operation that names the same field several times. */
async function ask(
  { app, token }: { app: TestApp; token: string },
  field: string,
  times: number,
): Promise<Answer> {
  const aliases = Array.from({ length: times }, (_each, index) => `a${index}: ${field}`);
  const response = await app.fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    token,
    body: JSON.stringify({ query: `{ ${aliases.join(' ')} }` }),
  });
  const { data, errors = [] } = (await response.json()) as {
    data?: Record<string, unknown> | null;
    errors?: Answer['errors'];
  };
  const answered = Object.values(data ?? {}).filter((value) => value !== null).length;
  return { status: response.status, answered, errors };
}

test.each([
  ['billingCustomer(fresh: true) { id }', 5],
  // A field without null takes the whole answer with it.
  ['billingPortalConfiguration { id }', 0],
])('each alias counts as a request: %s', async (field, answered) => {
  const limited = await createLimitedApp('5/1h');

  const over = await ask(limited, field, 10);

  expect(over.answered).toBe(answered);
  expect(over.errors.length).toBeGreaterThan(0);
  for (const { extensions } of over.errors) {
    expect(extensions.code).toBe('RATE_LIMITED');
    expect(extensions.retryAfter).toBeGreaterThan(3_500);
  }
  expect((await ask(limited, '__typename', 1)).status).toBe(429);
});

test('an operation with one field and a request of REST count once, whatever they ask of Stripe', async () => {
  const { app, token } = await createLimitedApp('3/1h');

  const statuses: number[] = [];
  for (const path of ['/api/billing-portal', '/graphql', '/api/billing-portal', '/api/billing-portal']) {
    const query = `mutation { ${session} }`;
    const body = JSON.stringify(path === '/graphql' ? { query } : { returnUrl });
    const headers = { 'content-type': 'application/json' };
    statuses.push((await app.fetch(path, { method: 'POST', headers, token, body })).status);
  }

  expect(statuses).toEqual([200, 200, 200, 429]);
});

test('each root field after the first counts as a request, whether or not it asks Stripe', async () => {
  const limited = await createLimitedApp('6/1h');

  const mappings = await ask(limited, 'customerMapping(userId: "ada") { userId }', 5);

  expect(mappings.answered).toBe(5);
  expect((await ask(limited, '__typename', 10)).status).toBe(200);
  expect((await ask(limited, '__typename', 1)).status).toBe(429);
});

test('a caller over the limit gets RATE_LIMITED, and never the strictest policy', async () => {
  const PORTAL_POLICIES = writePolicyFile({
    policies: {
      strict: { features: { invoice_history: { enabled: true } } },
      rich: { features: { invoice_history: { enabled: true }, payment_method_update: { enabled: true } } },
    },
    rules: [{ when: { subscription_status: 'active' }, use: 'rich' }],
    default: 'strict',
    strictest: 'strict',
  });
  const limited = await createLimitedApp('2/1h', { PORTAL_POLICIES });

  const { errors } = await ask(
    limited,
    'billingPortalConfiguration { features { paymentMethodUpdate { enabled } } }',
    4,
  );

  expect(errors.map(({ extensions }) => extensions.code)).toContain('RATE_LIMITED');
  expect(limited.app.logs.join('')).not.toContain('strictest');
});
