import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createToken } from '../../src/auth/token-issuer.ts';
import { loadConfig } from '../../src/config/config.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { seedDemoData } from '../../packages/local-stripe/src/demo-data.ts';
import type { BillingPortalFeaturesInput, OpenPortalMutation } from '../generated/graphql.ts';
import { bundleProgram } from '../helpers/bundled-program.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { readGraphqlAnswer } from '../helpers/graphql-answer.ts';
import { openPortalMutation } from '../helpers/operations.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { returnUrl } from '../helpers/test-app.ts';
import { type ConfigurationsKit, createConfigurationsKit } from '../configurations/configurations-kit.ts';

const program = bundleProgram(join(import.meta.dirname, 'service-process.ts'));
const names = Array.from({ length: 10 }, (_, index) => `policy-${index}`);
const sessionsPerPolicy = 10;

/** Ten policies, each for those who have a role of its name. */
function writePolicies(): string {
  const path = join(createTemporaryFolder(), 'policies.json');
  const policies = Object.fromEntries(
    names.map((name) => [
      name,
      { business_profile: { headline: name }, features: { invoice_history: { enabled: true } } },
    ]),
  );
  const rules = names.map((role) => ({ when: { role }, use: role }));
  writeFileSync(path, JSON.stringify({ policies, rules, default: 'policy-0', strictest: 'policy-0' }));
  return path;
}

/** What a process of the service is told. */
function createEnvironment(kit: ConfigurationsKit): Readonly<Record<string, string>> {
  return {
    NODE_ENV: 'test',
    LOG_LEVEL: 'warn',
    PORT: '0',
    DATABASE_URL: `sqlite:${createTemporaryFolder()}/billing.db`,
    STRIPE_SECRET_KEY: 'sk_test_processes',
    STRIPE_API_URL: kit.localStripe.url,
    JWT_SECRET: 'a secret for the integration tests only',
    JWT_ISSUER: 'https://issuer.example.com',
    JWT_AUDIENCE: 'billing',
    RETURN_URLS: 'https://app.example.com',
    RATE_LIMIT: 'off',
  };
}

/** A process of the real service for each namespace, all on one store and one local Stripe, and who may ask them. */
async function startServices(kit: ConfigurationsKit, namespaces: readonly string[]) {
  const env = { ...createEnvironment(kit), PORTAL_POLICIES: writePolicies() };
  const config = loadConfig(env);
  const database = await openDatabase({ url: config.databaseUrl, scope: config.stripe.scope });
  const customer = await kit.stripe.customers.create({ name: 'Ada' });
  await database.customers.link({ userId: 'ada', stripeCustomerId: customer.id });
  await database.close();
  const tokens = await Promise.all(
    names.map((role) => createToken(config.auth, { userId: 'ada', roles: [role] })),
  );
  const urls = await Promise.all(
    namespaces.map((namespace) => startService({ ...env, POLICY_NAMESPACE: namespace })),
  );
  return { urls, tokens };
}

async function startService(env: NodeJS.ProcessEnv): Promise<string> {
  const child = fork(program, { env: { ...process.env, ...env } });
  closeAfterTests(async () => {
    const exit = once(child, 'exit');
    child.send('stop');
    expect(await exit).toEqual([0, null]);
  });
  const [url] = (await once(child, 'message')) as [string];
  return url;
}

type Services = Awaited<ReturnType<typeof startServices>>;

/** Opens a session, and returns the id of its configuration. */
async function open(url: string, token: string, features?: BillingPortalFeaturesInput): Promise<string> {
  const query = openPortalMutation.toString();
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables: { returnUrl, features } }),
  });
  const answer = await readGraphqlAnswer<OpenPortalMutation>(response, query);
  return answer.expectData().createBillingPortalSession.configurationId;
}

/** Opens 200 sessions at once with two services, and tells the configuration of each by service and policy. */
async function openSessions({ urls, tokens }: Services): Promise<string[][]> {
  return Promise.all(
    urls.map((url) =>
      Promise.all(
        Array.from({ length: sessionsPerPolicy }).flatMap(() => tokens.map((token) => open(url, token))),
      ),
    ),
  );
}

function expectOneEach(sessions: readonly string[][]): void {
  for (const ids of sessions) expect(ids).toHaveLength(100);
  const ids = sessions.flat();
  for (const index of names.keys()) {
    const ofPolicy = ids.filter((_, position) => position % names.length === index);
    expect(new Set(ofPolicy).size).toBe(1);
  }
}

test('200 first sessions over two processes and ten policies make ten configurations, deactivated or not', async () => {
  const kit = await createConfigurationsKit({ latencyMs: 100 });
  const services = await startServices(kit, ['default', 'default']);

  const first = await openSessions(services);
  expectOneEach(first);
  expect(await kit.listIds()).toHaveLength(10);
  expect(new Set(first.flat())).toEqual(new Set(await kit.listIds()));

  const [deactivated = ''] = await kit.listIds();
  await kit.deactivate(deactivated);
  const second = await openSessions(services);
  expect(second).toEqual(first);
  expect(await kit.listIds()).toHaveLength(10);
  expect((await kit.stripe.billingPortal.configurations.retrieve(deactivated)).active).toBe(true);
}, 60_000);

test('200 first sessions make ten configurations though Stripe fails ten times, and repeats each failure', async () => {
  const kit = await createConfigurationsKit({ latencyMs: 20 });
  const services = await startServices(kit, ['default', 'default']);
  await kit.fail({ status: '500', times: '10' });

  expectOneEach(await openSessions(services));

  expect(await kit.listIds()).toHaveLength(10);
}, 60_000);

test('two namespaces side by side make ten configurations each', async () => {
  const kit = await createConfigurationsKit();
  const services = await startServices(kit, ['staging', 'production']);

  const [staging = [], production = []] = await openSessions(services);

  expectOneEach([staging]);
  expectOneEach([production]);
  expect(new Set([...staging, ...production]).size).toBe(20);
  expect(await kit.listIds()).toHaveLength(20);
}, 60_000);

/** Ten different combinations of what a call can hide. */
const combinations: readonly BillingPortalFeaturesInput[] = [
  { subscriptionCancel: false },
  { subscriptionPause: false },
  { subscriptionUpdate: false },
  { invoiceHistory: false },
  { customerUpdate: false },
  { subscriptionCancel: false, subscriptionPause: false },
  { subscriptionCancel: false, subscriptionUpdate: false },
  { subscriptionCancel: false, invoiceHistory: false },
  { paymentMethodUpdate: false },
  { paymentMethodUpdate: false, subscriptionCancel: false },
];

test('1,000 users who hide ten combinations of features over two processes make ten configurations', async () => {
  const kit = await createConfigurationsKit();
  const { configurationId } = await seedDemoData(kit.stripe);
  const env = createEnvironment(kit);
  const config = loadConfig(env);
  const database = await openDatabase({ url: config.databaseUrl, scope: config.stripe.scope });
  const users = await mapInBatches(range(1000), async (index) => {
    const userId = `user-${index}`;
    await database.customers.link({ userId, stripeCustomerId: (await kit.stripe.customers.create()).id });
    return { index, token: await createToken(config.auth, { userId }) };
  });
  await database.close();
  const urls = await Promise.all([startService(env), startService(env)]);

  const ids = await mapInBatches(users, ({ index, token }) =>
    // Each process serves users of every combination.
    open(urls[Math.floor(index / 10) % 2] ?? '', token, combinations[index % 10]),
  );

  expect(new Set(ids).size).toBe(10);
  for (const index of range(10)) expect(new Set(ids.filter((_, user) => user % 10 === index)).size).toBe(1);
  expect(new Set(await kit.listIds())).toEqual(new Set([...ids, configurationId]));
}, 120_000);

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}

/** A hundred at a time. */
async function mapInBatches<T, U>(items: readonly T[], map: (item: T) => Promise<U>): Promise<U[]> {
  const results: U[] = [];
  for (let start = 0; start < items.length; start += 100)
    results.push(...(await Promise.all(items.slice(start, start + 100).map(map))));
  return results;
}
