import { beforeAll, describe, expect, test } from '@jest/globals';
import { SignJWT } from 'jose';
import { runCli } from '../cli/run-cli.ts';
import { unlinkCustomerMutation } from '../helpers/admin-operations.ts';
import { type TestApp, createTestApp } from '../helpers/test-app.ts';
import { createEvent, createWebhookApp } from '../webhooks/webhook-kit.ts';
import { type TrailEntry, adminRole, readTrail } from './audit-kit.ts';

let app: TestApp;
let env: Readonly<Record<string, string>>;

beforeAll(async () => {
  app = await createTestApp({ JWT_SUBJECT_CLAIM: 'org' });
  env = { DATABASE_URL: app.config.databaseUrl, STRIPE_SCOPE: app.config.stripe.scope };
});

/** Something that is on the record, done by a person in an organisation. */
async function act(sub: string, userId: string): Promise<void> {
  const { keySource, issuer, audience } = app.config.auth;
  const token = await new SignJWT({ sub, org: 'org_1', roles: [adminRole] })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(issuer)
    .setAudience([...audience])
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(keySource.kind === 'secret' ? keySource.secret : ''));
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

      expect(actorsOf(await readTrail(app, { userId: `linked-${subject}` }))).toEqual([['OPERATOR', 'cli']]);
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
