import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { SignJWT } from 'jose';
import { SweepClock } from '../../src/records/sweep-clock.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { runCli } from '../cli/run-cli.ts';
import {
  auditTrailQuery,
  createSessionForMutation,
  linkCustomerMutation,
  unlinkCustomerMutation,
} from '../helpers/admin-operations.ts';
import { corruptStore } from '../helpers/broken-store.ts';
import { hang, startFaultyStripe } from '../helpers/faulty-stripe.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { type TestApp, createTestApp, returnUrl } from '../helpers/test-app.ts';
import { adminRole, readTrail } from './audit-kit.ts';

const dayMs = 24 * 60 * 60_000;
const minuteMs = 60_000;

async function createAdminToken(app: TestApp, userId = 'root'): Promise<string> {
  return app.createToken({ userId, roles: [adminRole] });
}

function getSecret({ config }: TestApp): string {
  const { keySource } = config.auth;
  return keySource.kind === 'secret' ? keySource.secret : '';
}

/** An operation that is recorded and changes nothing. */
async function unlinkNobody(app: TestApp, userId: string): Promise<void> {
  const token = await createAdminToken(app);
  const answer = await app.execute({ document: unlinkCustomerMutation, variables: { userId }, token });
  answer.expectError('CUSTOMER_NOT_FOUND');
}

/** The same store, served at a later time. */
function openLater(app: TestApp, laterMs: number, env = {}): Promise<TestApp> {
  const { databaseUrl } = app.config;
  return createTestApp({ DATABASE_URL: databaseUrl, ...env }, { now: () => new Date(Date.now() + laterMs) });
}

describe('auditTrail', () => {
  test('lists the newest first, page by page, by user and by action', async () => {
    const app = await createTestApp();
    for (const userId of ['a', 'b', 'a', 'c']) await unlinkNobody(app, userId);

    expect((await readTrail(app)).map(({ userId }) => userId)).toEqual(['c', 'a', 'b', 'a']);
    expect(await readTrail(app, { userId: 'a' })).toHaveLength(2);
    expect(await readTrail(app, { action: 'LINK_CUSTOMER' })).toEqual([]);

    const token = await createAdminToken(app);
    const readPage = async (after?: string | null) => {
      const variables = { first: 3, ...(after == null ? {} : { after }) };
      return (await app.execute({ document: auditTrailQuery, variables, token })).expectData().auditTrail;
    };
    const { edges, pageInfo } = await readPage();
    expect([edges.length, pageInfo.hasNextPage]).toEqual([3, true]);
    const rest = await readPage(pageInfo.endCursor);
    expect([rest.edges.length, rest.pageInfo.hasNextPage]).toEqual([1, false]);
  });

  test('names the person where an organisation is billed', async () => {
    const app = await createTestApp({ JWT_SUBJECT_CLAIM: 'org' });
    const claims = { sub: 'person_1', org: 'org_1', roles: [adminRole] };
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(app.config.auth.issuer)
      .setAudience([...app.config.auth.audience])
      .setExpirationTime('1h')
      .sign(new TextEncoder().encode(getSecret(app)));
    const variables = { userId: 'ada' };
    await app.execute({ document: unlinkCustomerMutation, variables, token });

    expect((await readTrail(app))[0]?.actor).toBe('person_1');
  });

  test('keeps URLs and secrets out, wherever they were given', async () => {
    const app = await createTestApp();
    const token = await createAdminToken(app);
    const secret = 'https://evil.example/?key=sk_live_1234567890';
    const variables = { userId: 'ada', returnUrl, configurationId: secret };
    (await app.execute({ document: createSessionForMutation, variables, token })).expectError(
      'CUSTOMER_NOT_FOUND',
    );
    const link = { userId: 'ada', stripeCustomerId: secret };
    (await app.execute({ document: linkCustomerMutation, variables: link, token })).expectError(
      'BAD_USER_INPUT',
    );

    const trail = JSON.stringify(await readTrail(app));
    expect(trail).toContain('[url]');
    expect(trail).not.toMatch(/evil|sk_live/);
  });
});

describe('an operation that is cut off', () => {
  test('is under way while it may be, and cut off when its process was killed', async () => {
    const stripe = await startFaultyStripe();
    stripe.answerBy(hang);
    const app = await createTestApp();
    const { process: child, url } = await startProcess(app, stripe.url);
    const token = await createAdminToken(app);
    const body = JSON.stringify({
      query: linkCustomerMutation.toString(),
      variables: { userId: 'ada', stripeCustomerId: 'cus_1' },
    });
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const answer = fetch(`${url}/graphql`, { method: 'POST', headers, body }).catch(() => 'none');
    while (stripe.requests.length === 0) await wait(10);
    const intended = { userId: 'ada', targetId: 'cus_1', action: 'LINK_CUSTOMER', endedAt: null, code: null };
    expect(await readTrail(app)).toMatchObject([{ ...intended, outcome: 'UNDER_WAY' }]);

    child.kill('SIGKILL');

    expect(await answer).toBe('none');
    const later = await openLater(app, 2 * minuteMs);
    expect(await readTrail(later)).toMatchObject([{ ...intended, outcome: 'CUT_OFF' }]);
  });

  async function startProcess(app: TestApp, stripeUrl: string) {
    const { config } = app;
    const child = fork(join(import.meta.dirname, '../policies/service-process.ts'), {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: {
        ...process.env,
        NODE_ENV: 'test',
        PORT: '0',
        DATABASE_URL: config.databaseUrl,
        STRIPE_SECRET_KEY: config.stripe.secretKey,
        STRIPE_API_URL: stripeUrl,
        JWT_SECRET: getSecret(app),
        JWT_ISSUER: config.auth.issuer,
        JWT_AUDIENCE: config.auth.audience.join(),
        RETURN_URLS: 'https://app.example.com',
      },
    });
    const [url] = (await once(child, 'message')) as [string];
    return { process: child, url };
  }
});

test('nothing is done without the record of the intent', async () => {
  const app = await createTestApp();
  corruptStore(app.config);
  const variables = { userId: 'ada', stripeCustomerId: 'cus_1' };

  const answer = await app.execute({
    document: linkCustomerMutation,
    variables,
    token: await createAdminToken(app),
  });

  answer.expectError('STORE_UNAVAILABLE');
  expect(app.stripe.requests).toEqual([]);
});

/** As if the service had run until then. */
async function pretendSweep(app: TestApp, at: Date): Promise<void> {
  const { databaseUrl: url, stripe } = app.config;
  const database = await openDatabase({ url, scope: stripe.scope });
  const before = await database.records.find('sweep', 'latest');
  if (before !== null) await database.records.remove('sweep', before);
  await new SweepClock(database.records, () => at).read();
  await database.close();
}

describe('the sweep', () => {
  test.each([
    [365, {}],
    [30, { AUDIT_RETENTION_DAYS: '30' }],
  ])('removes at the start what is older than %d days', async (days, env) => {
    const app = await createTestApp(env);
    await unlinkNobody(app, 'a');

    const young = await openLater(app, days * dayMs - minuteMs, env);
    expect(await readTrail(young)).toHaveLength(1);
    await pretendSweep(app, new Date(Date.now() + days * dayMs));
    const old = await openLater(app, days * dayMs + minuteMs, env);
    while ((await readTrail(old)).length > 0) await wait(20);
    expect(old.logs.join('')).toContain('"swept":"audit trail"');
  });

  test('removes nothing at a start with a clock 400 days ahead, and says so', async () => {
    const app = await createTestApp();
    await unlinkNobody(app, 'a');
    const ahead = await openLater(app, 400 * dayMs);
    while (!ahead.logs.join('').includes('the clock is far ahead')) await wait(20);
    await wait(200);

    const again = await openLater(app, 0);
    expect(await readTrail(again)).toHaveLength(1);
  });

  test('removes more than one portion', async () => {
    const app = await createTestApp();
    const { databaseUrl: url, stripe } = app.config;
    const database = await openDatabase({ url, scope: stripe.scope });
    for (let n = 0; n < 1_100; n += 1) {
      const operationId = n.toString(16).padStart(24, '0');
      const person = { actor: 'root', actorKind: 'user', userId: 'a', userErased: false } as const;
      const facts = { ...person, action: 'link_customer', target: null, details: {} };
      await database.audit.append({ ...facts, operationId, step: 'intended', at: new Date(n), code: null });
    }
    await unlinkNobody(app, 'kept');

    const again = await openLater(app, 0);
    while ((await readTrail(again)).length > 1) await wait(20);
    expect(await readTrail(again)).toMatchObject([{ userId: 'kept' }]);
    await database.close();
  });
});

test('the command line is on the record too, as cli', async () => {
  const app = await createTestApp();
  const env = { DATABASE_URL: app.config.databaseUrl, STRIPE_SCOPE: app.config.stripe.scope };
  const file = join(createTemporaryFolder(), 'links.csv');
  writeFileSync(file, 'bob,cus_2\n');

  await runCli(['link', 'ada', 'cus_1', '--no-verify'], { env });
  await runCli(['link', 'eve', 'cus_1', '--no-verify'], { env });
  await runCli(['unlink', 'ada'], { env });
  await runCli(['unlink', 'ada'], { env });
  await runCli(['link', '--from', file], { env });

  const trail = await readTrail(app);
  expect(new Set(trail.map(({ actor }) => actor))).toEqual(new Set(['cli']));
  expect(trail.map(({ action, userId, targetId, code }) => [action, userId, targetId, code])).toEqual([
    ['IMPORT_CUSTOMERS', null, null, null],
    ['UNLINK_CUSTOMER', 'ada', null, 'CUSTOMER_NOT_FOUND'],
    ['UNLINK_CUSTOMER', 'ada', 'cus_1', null],
    ['LINK_CUSTOMER', 'eve', 'cus_1', 'BAD_USER_INPUT'],
    ['LINK_CUSTOMER', 'ada', 'cus_1', null],
  ]);
});

test('erase makes a user unknown in the trail, and says so', async () => {
  const app = await createTestApp({ DATABASE_URL: `sqlite:${createTemporaryFolder()}/billing.db` });
  const { id: stripeCustomerId } = await app.sdk.customers.create({});
  const token = await createAdminToken(app);
  const link = { userId: 'ada', stripeCustomerId };
  (await app.execute({ document: linkCustomerMutation, variables: link, token })).expectData();
  await unlinkNobody(app, 'bob');

  const env = { DATABASE_URL: app.config.databaseUrl, STRIPE_SCOPE: app.config.stripe.scope };
  const { stdout } = await runCli(['erase', 'ada', '--yes'], { env });

  expect(stdout).toContain("the user's id, in 1 entry of the audit trail");
  const trail = await readTrail(app);
  expect(trail).toMatchObject([
    { userId: 'bob' },
    { action: 'LINK_CUSTOMER', outcome: 'SUCCEEDED', userId: expect.stringMatching(/^erased:/) },
  ]);
  expect(JSON.stringify(trail)).not.toMatch(new RegExp(`ada|${stripeCustomerId}`));
  expect((await runCli(['erase', 'ada', '--yes'], { env })).stdout).toContain(
    'There is no data about user "ada"',
  );
});
