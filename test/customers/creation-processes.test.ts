import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import type Stripe from 'stripe';
import { AuditTrail } from '../../src/audit/audit-trail.service.ts';
import { createToken } from '../../src/auth/token-issuer.ts';
import { loadConfig } from '../../src/config/config.ts';
import type { Environment } from '../../src/config/environment.ts';
import { CreationAttempts } from '../../src/customers/creation-attempts.ts';
import { CustomerConflicts } from '../../src/customers/customer-conflicts.ts';
import { OwnCustomers } from '../../src/customers/own-customers.service.ts';
import { UserMappings } from '../../src/customers/user-mappings.ts';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { createLogger } from '../../src/logging/logger.ts';
import { StripeClient } from '../../src/stripe/stripe-client.ts';
import { bundleProgram } from '../helpers/bundled-program.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { type GraphqlAnswer, readGraphqlAnswer } from '../helpers/graphql-answer.ts';
import { howToGetMongo, startMongoServer } from '../helpers/mongo-server.ts';
import { createSessionMutation } from '../helpers/operations.ts';
import { describeWithPart } from '../helpers/real-parts.ts';
import { startStripeGate } from '../helpers/stripe-gate.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { returnUrl } from '../helpers/test-app.ts';
import { startLocalStripe } from '../../packages/local-stripe/test/local-stripe-client.ts';
import { listCustomers } from './creation-kit.ts';

const program = bundleProgram(join(import.meta.dirname, '../policies/service-process.ts'));
const calls = Array.from({ length: 100 }, (_, index) => index);

/** A process of the real service. */
class Service {
  constructor(
    private readonly child: ChildProcess,
    private readonly url: string,
  ) {}

  async open(token: string): Promise<GraphqlAnswer<unknown>> {
    const query = createSessionMutation.toString();
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables: { returnUrl } }),
    });
    return readGraphqlAnswer(response, query);
  }

  async kill(): Promise<void> {
    const exit = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exit;
  }
}

async function startService(env: Environment): Promise<Service> {
  const child = fork(program, { env: { ...process.env, ...env } });
  closeAfterTests(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.send('stop');
    await exit;
  });
  const end = once(child, 'exit').then(([code]) => {
    throw new Error(`The service ended with ${code} before it listened`);
  });
  const [url] = (await Promise.race([once(child, 'message'), end])) as [string];
  return new Service(child, url);
}

/** A store, a local Stripe and the way to it, for processes to share. */
async function createStage(databaseUrl: string) {
  const { stripe, localStripe, control } = await startLocalStripe({ latencyMs: 20 });
  await control('POST', 'portal_settings');
  const gate = await startStripeGate(localStripe.url);
  const env = {
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    PORT: '0',
    DATABASE_URL: databaseUrl,
    STRIPE_SECRET_KEY: 'sk_test_processes',
    STRIPE_API_URL: gate.url,
    JWT_SECRET: 'a secret for the integration tests only',
    JWT_ISSUER: 'https://issuer.example.com',
    JWT_AUDIENCE: 'billing',
    RETURN_URLS: 'https://app.example.com',
    RATE_LIMIT: 'off',
    CUSTOMER_CREATION: 'on_demand',
  };
  const { auth } = loadConfig(env);
  return {
    stripe,
    localStripe,
    gate,
    control,
    start: () => startService(env),
    createToken: (email: string) => createToken(auth, { userId: 'ada', email }),
  };
}

/** One customer was created, and is the linked one. */
async function expectOneCustomer(stripe: Stripe, databaseUrl: string): Promise<Stripe.Customer> {
  const [customer, ...others] = await listCustomers(stripe);
  expect(others).toEqual([]);
  const database = await openDatabase({ url: databaseUrl, scope: 'test' });
  const mapping = await database.customers.findByUserId('ada');
  await database.close();
  expect(mapping?.stripeCustomerId).toBe(customer?.id);
  if (customer === undefined) throw new Error('There is no customer');
  return customer;
}

/** What one replica of the service creates customers with. */
function createReplica(database: Database, stripeUrl: string): OwnCustomers {
  const stripe = new StripeClient({
    secretKey: 'sk_test_1',
    apiUrl: new URL(stripeUrl),
    account: null,
    deadlineMs: 30_000,
  });
  closeAfterTests(() => stripe.close());
  const now = (): Date => new Date();
  const audit = new AuditTrail(database.audit, createLogger('silent'));
  const { customers: directory, records } = database;
  const attempts = new CreationAttempts(records, now);
  const parts = {
    directory,
    mappings: new UserMappings(directory, records, attempts),
    attempts,
    conflicts: new CustomerConflicts(database.records, audit, null),
    stripe,
    audit,
    now,
  };
  const linking = { metadataKey: null, byClientReferenceId: false };
  return new OwnCustomers(parts, { customerCreation: 'on_demand', linking, signUpUrl: null });
}

function describeCreation(createUrl: () => string): void {
  test('100 calls at once of two replicas, each with another e-mail, make one customer', async () => {
    const url = createUrl();
    const { stripe, localStripe } = await createStage(url);
    const databases = [
      await openDatabase({ url, scope: 'test' }),
      await openDatabase({ url, scope: 'test' }),
    ] as const;
    const one = createReplica(databases[0], localStripe.url);
    const other = createReplica(databases[1], localStripe.url);

    const mappings = await Promise.all(
      calls.map((call) =>
        (call % 2 === 0 ? one : other).create({
          userId: 'ada',
          roles: [],
          email: `ada-${call}@example.com`,
          claims: {},
        }),
      ),
    );

    for (const database of databases) await database.close();
    const { id } = await expectOneCustomer(stripe, url);
    expect(new Set(mappings.map(({ stripeCustomerId }) => stripeCustomerId))).toEqual(new Set([id]));
  }, 60_000);

  test('100 first sessions at once in two processes, each with another e-mail, make one customer', async () => {
    const url = createUrl();
    const stage = await createStage(url);
    const services = await Promise.all([stage.start(), stage.start()]);

    const answers = await Promise.all(
      calls.map(async (call) => services[call % 2]?.open(await stage.createToken(`ada-${call}@example.com`))),
    );

    for (const answer of answers) answer?.expectData();
    await expectOneCustomer(stage.stripe, url);
    const sessions = stage.localStripe.requests.filter(({ path }) => path === '/v1/billing_portal/sessions');
    expect(new Set(sessions.map(({ params }) => params['customer'])).size).toBe(1);
  }, 60_000);

  test.each([
    ['while search does not find it yet', 0],
    ['when search finds it', 300],
  ])(
    'a process killed between the answer of Stripe and the store leaves its customer to the next, %s',
    async (_when, seconds) => {
      const url = createUrl();
      const stage = await createStage(url);
      const [first, second] = await Promise.all([stage.start(), stage.start()]);
      let killed: Promise<void> | undefined;
      stage.gate.watch(async ({ method, path, status }) => {
        if (killed !== undefined || method !== 'POST' || path !== '/v1/customers') return 'pass';
        expect(status).toBe(200);
        await (killed = first.kill());
        return 'lose';
      });

      await expect(first.open(await stage.createToken('before@example.com'))).rejects.toThrow();
      await killed;
      expect(await listCustomers(stage.stripe)).toHaveLength(1);
      await stage.control('POST', 'clock', { advance_seconds: String(seconds) });
      (await second.open(await stage.createToken('after@example.com'))).expectData();

      const { email } = await expectOneCustomer(stage.stripe, url);
      expect(email).toBe('before@example.com');
    },
    60_000,
  );
}

const server = await startMongoServer();
afterAll(() => server?.stop());

let files = 0;
const folder = createTemporaryFolder();
describeWithPart('creating customers on SQLite', folder, '', () => {
  describeCreation(() => `sqlite:${join(folder, `${(files += 1)}.db`)}`);
});

describeWithPart(
  `creating customers on ${server?.description ?? 'MongoDB'}`,
  server,
  howToGetMongo,
  ({ createDatabaseUrl }) => {
    describeCreation(createDatabaseUrl);
  },
);
