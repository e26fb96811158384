import { Agent } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import Database from 'libsql';
import type Stripe from 'stripe';
import { createToken } from '../../src/auth/token-issuer.ts';
import { type Config, loadConfig } from '../../src/config/config.ts';
import { linkCustomerMutation } from '../helpers/admin-operations.ts';
import { createSessionMutation } from '../helpers/operations.ts';
import { trackPromise } from '../helpers/promises.ts';
import { returnUrl } from '../helpers/test-app.ts';
import { startLocalStripe } from '../../packages/local-stripe/test/local-stripe-client.ts';
import { type Outcome, ask } from './load.ts';
import { type ServiceProcess, createEnvironment, startService } from './service-kit.ts';

const kills = 30;
/** Of each kind in each run, all at once. */
const usersPerRun = 6;
const maxStartMs = 10_000;

interface Deployment {
  readonly config: Config;
  readonly stripe: Stripe;
}

/** Asks for everything at once: links to customers that there are, and sessions of users who have none yet. */
async function linkAndCreate({ config, stripe }: Deployment, service: ServiceProcess, run: number) {
  const admin = await createToken(config.auth, { userId: 'admin', roles: [config.adminRole] });
  const users = Array.from({ length: usersPerRun }, (_, index) => `${run}-${index}`);
  const customers = await Promise.all(users.map((user) => stripe.customers.create({ name: user })));
  const tokens = await Promise.all(
    users.map((user) => createToken(config.auth, { userId: `created-${user}` })),
  );
  const linking = customers.map(({ id }, index) => {
    const variables = { userId: `linked-${users[index] ?? ''}`, stripeCustomerId: id };
    return send(service, admin, linkCustomerMutation, variables);
  });
  return [...linking, ...tokens.map((token) => send(service, token, createSessionMutation, { returnUrl }))];
}

function send(
  { url }: ServiceProcess,
  token: string,
  document: { toString(): string },
  variables: object,
): Promise<Outcome> {
  const body = JSON.stringify({ query: document.toString(), variables });
  const isRight = (answer: string): boolean => !answer.includes('"errors"');
  return ask({ url: `${url}/graphql`, body, token, isRight }, new Agent());
}

interface Row {
  readonly user_id: string;
  readonly stripe_customer_id: string;
  readonly attributes: string;
  readonly created_at: number;
}

/** Reads the file as the kill has left it. */
function expectWholeMappings({ databaseUrl }: Config): readonly Row[] {
  const database = new Database(databaseUrl.replace(/^sqlite:/, ''));
  try {
    expect(database.prepare('PRAGMA integrity_check').get()).toMatchObject({ integrity_check: 'ok' });
    const rows = database.prepare('SELECT * FROM customers').all() as Row[];
    for (const row of rows) {
      expect(row.user_id).toMatch(/^(linked|created)-\d+-\d+$/);
      expect(row.stripe_customer_id).toMatch(/^cus_\w+$/);
      expect(JSON.parse(row.attributes)).toEqual({});
      expect(row.created_at).toBeGreaterThan(Date.now() - 3_600_000);
    }
    expect(new Set(rows.map((row) => row.user_id)).size).toBe(rows.length);
    expect(new Set(rows.map((row) => row.stripe_customer_id)).size).toBe(rows.length);
    return rows;
  } finally {
    database.close();
  }
}

test(`${kills} times SIGKILL in the middle of linking and creating leaves whole mappings, and starts again`, async () => {
  const whole = trackPromise(
    'stop',
    'SIGKILL while customers are linked and created: no mapping is half-written',
  );
  const again = trackPromise('start', 'after SIGKILL: the service starts again by itself');
  const once = trackPromise(
    'stop',
    'SIGKILL while customers are created: each user has one customer at Stripe',
  );
  const { localStripe, stripe, control } = await startLocalStripe({ latencyMs: 5 });
  await control('POST', 'portal_settings');
  const env = {
    ...createEnvironment(localStripe.url),
    CUSTOMER_CREATION: 'on_demand',
    LINK_BY_METADATA_KEY: 'userId',
  };
  const deployment = { config: loadConfig(env), stripe };
  let cutOff = 0;
  let mappings: readonly Row[] = [];

  for (let run = 0; run < kills; run += 1) {
    const begin = performance.now();
    const service = await startService(env);
    const startMs = performance.now() - begin;
    if (run > 0) {
      again.measure(startMs);
      await again.try(() => expect(startMs).toBeLessThan(maxStartMs));
    }
    const asking = await linkAndCreate(deployment, service, run);
    const outcomes = Promise.all(asking);
    const state = { answered: false };
    void outcomes.then(() => (state.answered = true));
    // A little later in each run, by what has reached Stripe: the speed of the machine does not matter.
    const before = localStripe.requests.length;
    while (!state.answered && localStripe.requests.length - before < run + 1) await wait(1);
    await wait(Math.random() * 10);
    service.kill('SIGKILL');
    await service.ended;
    cutOff += (await outcomes).filter(({ fate }) => fate !== 'answered').length;
    mappings = await whole.try(() => expectWholeMappings(deployment.config));
  }

  whole.note(`${mappings.length} mappings made, ${cutOff} requests cut off`);
  expect(cutOff).toBeGreaterThan(kills);
  expect(mappings.length).toBeGreaterThan(kills);
  await expectOneCustomerEach(deployment, await startService(env), once);
}, 600_000);

/** Those who were cut off come again. */
async function expectOneCustomerEach(
  { config, stripe }: Deployment,
  service: ServiceProcess,
  once: ReturnType<typeof trackPromise>,
): Promise<void> {
  const users = Array.from({ length: kills * usersPerRun }, (_, index) =>
    [Math.floor(index / usersPerRun), index % usersPerRun].join('-'),
  );
  for (const user of users) {
    const token = await createToken(config.auth, { userId: `created-${user}` });
    expect(await send(service, token, createSessionMutation, { returnUrl })).toMatchObject({
      fate: 'answered',
    });
  }
  const customers = await stripe.customers.list({ limit: 100 }).autoPagingToArray({ limit: 10_000 });
  const named = customers.map(({ metadata }) => metadata['userId']).filter((name) => name !== undefined);
  for (const user of users) {
    await once.try(() => expect(named.filter((name) => name === `created-${user}`)).toHaveLength(1));
  }
  service.kill('SIGTERM');
  await service.ended;
}
