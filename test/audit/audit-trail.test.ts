import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import Libsql from 'libsql';
import { type AuditLog, type AuditRecord, toOperationTime } from '../../src/audit/audit-log.ts';
import { AuditTrail, stripeItself } from '../../src/audit/audit-trail.service.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { createLogger } from '../../src/logging/logger.ts';
import { SweepClock } from '../../src/records/sweep-clock.ts';
import { runCli } from '../cli/run-cli.ts';
import {
  auditTrailQuery,
  createSessionForMutation,
  linkCustomerMutation,
  unlinkCustomerMutation,
} from '../helpers/admin-operations.ts';
import { readAllRows } from '../helpers/all-rows.ts';
import { corruptStore } from '../helpers/broken-store.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { type TestApp, createTestApp, returnUrl } from '../helpers/test-app.ts';
import { createEvent, createWebhookApp } from '../webhooks/webhook-kit.ts';
import { type TrailEntry, adminRole, readTrail, signClaims } from './audit-kit.ts';

const dayMs = 24 * 60 * 60_000;
const minuteMs = 60_000;

async function createAdminToken(app: TestApp, userId = 'root'): Promise<string> {
  return app.createToken({ userId, roles: [adminRole] });
}

/** An operation that is recorded and changes nothing. */
async function unlinkNobody(app: TestApp, userId: string): Promise<void> {
  const token = await createAdminToken(app);
  const answer = await app.execute({ document: unlinkCustomerMutation, variables: { userId }, token });
  answer.expectError('CUSTOMER_NOT_FOUND');
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

/** A store with an intent of each age, as if a service had swept it until now. */
async function createStore(ages: readonly number[]) {
  const url = `sqlite:${createTemporaryFolder()}/billing.db`;
  const database = await openDatabase({ url, scope: 'test' });
  closeAfterTests(() => database.close());
  await new SweepClock(database.records).read();
  const file = new Libsql(url.replace(/^sqlite:/, ''));
  const insert = file.prepare(
    `INSERT INTO audit (scope, operation_id, step, at, actor, action, details)
     VALUES ('test', ?, 'intended', ?, 'root', 'link_customer', '{}')`,
  );
  file.exec('BEGIN');
  for (const [n, age] of ages.entries()) {
    const at = new Date(Date.now() - age);
    insert.run([`${toOperationTime(at)}${String(n).padStart(12, '0')}`, at.getTime()]);
  }
  file.exec('COMMIT');
  file.close();
  const countEntries = async () => (await database.audit.list({ first: 2_000 })).items.length;
  return { url, countEntries };
}

describe('the sweep', () => {
  test.each([
    [365, {}],
    [30, { AUDIT_RETENTION_DAYS: '30' }],
  ])('removes at the start what is older than %d days', async (days, env) => {
    const { url, countEntries } = await createStore([days * dayMs - minuteMs, days * dayMs + minuteMs]);
    const app = await createTestApp({ DATABASE_URL: url, ...env });
    while (!app.logs.join('').includes('"swept":"audit trail"')) await wait(20);

    expect(await countEntries()).toBe(1);
  });

  test('removes nothing at a start with a clock 400 days ahead, and says so', async () => {
    const { url, countEntries } = await createStore([0]);
    const ahead = { now: () => new Date(Date.now() + 400 * dayMs) };
    const app = await createTestApp({ DATABASE_URL: url }, ahead);
    while (!app.logs.join('').includes('the clock is far ahead')) await wait(20);
    await wait(100);

    expect(await countEntries()).toBe(1);
  });

  test('removes more than one portion', async () => {
    const ages = Array.from({ length: 1_100 }, () => 366 * dayMs);
    const { url, countEntries } = await createStore([0, ...ages]);
    await createTestApp({ DATABASE_URL: url });
    while ((await countEntries()) > 1) await wait(20);

    expect(await countEntries()).toBe(1);
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
  expect(JSON.stringify(trail)).not.toMatch(new RegExp(`\\bada\\b|${stripeCustomerId}`));
  expect((await runCli(['erase', 'ada', '--yes'], { env })).stdout).toContain(
    'There is no data about user "ada"',
  );
});

describe('an actor', () => {
  let app: TestApp;
  let env: Readonly<Record<string, string>>;

  beforeAll(async () => {
    app = await createTestApp({ JWT_SUBJECT_CLAIM: 'org' });
    env = { DATABASE_URL: app.config.databaseUrl, STRIPE_SCOPE: app.config.stripe.scope };
  });

  /** Something that is on the record, done by a person in an organisation. */
  async function act(sub: string, userId: string): Promise<void> {
    const token = await signClaims(app, { sub, org: 'org_1', roles: [adminRole] });
    const answer = await app.execute({ document: unlinkCustomerMutation, variables: { userId }, token });
    answer.expectError('CUSTOMER_NOT_FOUND');
  }

  const actorsOf = (entries: readonly TrailEntry[]) =>
    entries.map(({ actorKind, actor }) => [actorKind, actor]);

  describe.each(['cli', 'stripe', 'erased:9b2f0c1e-7a44-4c1b-8f5e-0d6a1b2c3d4e'])(
    'a user with the subject %s',
    (subject) => {
      test('is a user in the audit trail, and no other kind of actor', async () => {
        await act(subject, `by-${subject}`);

        expect(actorsOf(await readTrail(app, { userId: `by-${subject}` }))).toEqual([['USER', subject]]);
      });

      test('is erased without a change to the entries of the command line', async () => {
        await act(subject, `erased-${subject}`);
        await runCli(['link', `linked-${subject}`, `cus_${subject.length}`, '--no-verify'], { env });

        await runCli(['erase', subject, '--yes'], { env });

        expect(actorsOf(await readTrail(app, { userId: `linked-${subject}` }))).toEqual([
          ['OPERATOR', 'cli'],
        ]);
        expect(actorsOf(await readTrail(app, { userId: `erased-${subject}` }))).toEqual([
          ['ERASED', expect.stringMatching(/^erased:/)],
        ]);
        expect(actorsOf(await readTrail(app, { userId: `erased-${subject}` }))).not.toEqual([
          ['ERASED', subject],
        ]);
      });
    },
  );

  test('an event of Stripe is on the record as Stripe', async () => {
    const receiver = await createWebhookApp({ LINK_BY_METADATA_KEY: 'acme_user' });
    const customer = await receiver.sdk.customers.create({ metadata: { acme_user: 'ada' } });
    await receiver.deliver(createEvent('customer.created', { ...customer }));

    expect(actorsOf(await readTrail(receiver, { userId: 'ada' }))).toEqual([['STRIPE', 'stripe']]);
  });

  test('an erased user is told from a user whose id looks like a pseudonym', async () => {
    await act('root', 'gone');
    await runCli(['erase', 'gone', '--yes'], { env });
    const [newest] = await readTrail(app);
    const pseudonym = newest?.userId ?? '';
    expect([pseudonym, newest?.userErased]).toEqual([expect.stringMatching(/^erased:/), true]);

    await act('root', pseudonym);
    await runCli(['erase', pseudonym, '--yes'], { env });

    const entries = await readTrail(app);
    expect(entries.filter(({ userId }) => userId === pseudonym)).toMatchObject([{ userErased: true }]);
  });

  const long = 'x'.repeat(300);
  const hashed = (start: string): string => `${start.slice(0, 190)}#${'0'.repeat(64)}`;

  test.each([
    ['differ after 255 characters', `${long}a`, `${long}b`],
    ['differ in a control character', 'a\u0001b', 'a\u0002b'],
    ['differ in a lone surrogate', 'a\ud800b', 'a\ud801b'],
    ['look like what a long one becomes', hashed(long), hashed(`${long}y`)],
  ])('two actors stay two in the audit trail when their subjects %s', async (title, one, other) => {
    for (const subject of [one, other]) await act(subject, title);

    const actors = (await readTrail(app, { userId: title })).map(({ actor }) => actor);

    expect(new Set(actors).size).toBe(one === other ? 1 : 2);
    for (const actor of actors) expect(actor.length).toBeLessThanOrEqual(255);
  });

  test('a subject that is written as a long one is recorded does not become that actor', async () => {
    await act(long, 'first');
    const [first] = await readTrail(app, { userId: 'first' });
    const actor = first?.actor ?? '';
    await act(actor, 'second');

    expect((await readTrail(app, { userId: 'second' }))[0]?.actor).not.toBe(actor);
  });
});

/** Ids that no entry's own id contains, which is hexadecimal. */
const intent = {
  actor: stripeItself,
  action: 'report_portal_session',
  userId: 'user_1',
  target: 'cus_1',
} as const;

test.each<[string, (trail: AuditTrail) => Promise<void>]>([
  ['an operation', (trail) => trail.record(intent, () => Promise.resolve())],
  ['what happened at Stripe', (trail) => trail.note(intent, new Date(), 'evt_1')],
])('an erasure between the two records of %s holds', async (_what, write) => {
  const url = `sqlite:${createTemporaryFolder()}/billing.db`;
  const database = await openDatabase({ url, scope: 'test' });
  closeAfterTests(() => database.close());
  const { audit } = database;
  const append = async (record: AuditRecord): Promise<void> => {
    await audit.append(record);
    if (record.step === 'intended') await audit.anonymize({ userId: 'user_1', stripeCustomerId: 'cus_1' });
  };

  await write(
    new AuditTrail(Object.assign(Object.create(audit) as AuditLog, { append }), createLogger('silent')),
  );

  expect(readAllRows(url)).not.toMatch(/user_1|cus_1/);
  expect((await audit.list({ first: 1 })).items).toMatchObject([{ outcome: 'succeeded', userErased: true }]);
});
