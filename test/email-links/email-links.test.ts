import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  EmailLinkRegister,
  type NewEmailLink,
  createLinkToken,
  isLinkId,
  linkPath,
  toLinkId,
} from '../../src/email-links/email-link-register.ts';
import { adminRole, readTrail } from '../audit/audit-kit.ts';
import { runCli } from '../cli/run-cli.ts';
import { createLinkMutation, linksQuery, revokeLinksMutation } from '../helpers/admin-operations.ts';
import { readAllRows } from '../helpers/all-rows.ts';
import { anyCharacter } from '../helpers/any-character.ts';
import { startStripeGate } from '../helpers/stripe-gate.ts';
import { returnUrl } from '../helpers/test-app.ts';
import { type LinkKit, createLinkKit } from './email-link-kit.ts';
import { flow } from './email-link-states.ts';

const day = 86_400;

let kit: LinkKit;

beforeAll(async () => {
  kit = await createLinkKit();
});

describe('createBillingPortalLink', () => {
  test('makes a link under PUBLIC_URL, for a week and a single use', async () => {
    const user = await kit.createUser();
    const link = await kit.create(user);

    expect(link).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{64}$/),
      url: expect.stringMatching(/^https:\/\/billing\.example\.com\/self-service\/portal-links\/[\w-]{43}$/),
      userId: user.userId,
      returnUrl,
      flow: null,
      singleUse: true,
      createdAt: kit.clock.now.toISOString(),
      expiresAt: new Date(kit.clock.now.getTime() + 7 * day * 1000).toISOString(),
      usedAt: null,
    });
  });

  test.each(['https://billing.example.com/', 'http://localhost:4000'])(
    'puts the path after PUBLIC_URL=%s as it is',
    async (publicUrl) => {
      const own = await createLinkKit({ PUBLIC_URL: publicUrl });
      const { url } = await own.create(await own.createUser());
      expect(url).toMatch(new RegExp(`^${new URL(publicUrl).origin}/portal-links/[\\w-]{43}$`));
    },
  );

  test('is refused for a customer that Stripe no longer has, and the page of an earlier link says so', async () => {
    const user = await kit.createUser();
    const link = await kit.create(user);
    await kit.stripe.customers.del(user.customerId);

    (await kit.ask(user)).expectError('CUSTOMER_NOT_FOUND');

    expect(await kit.list(user.userId)).toHaveLength(1);
    for (const method of ['GET', 'POST']) {
      const { status, text } = await kit.visit(method, link);
      expect([status, text]).toEqual([410, expect.stringContaining('This billing account no longer exists')]);
    }
  });

  test('keeps the token nowhere: not in the store, the audit trail, or the logs', async () => {
    const link = await kit.create(await kit.createUser());
    await kit.visit('GET', link);
    await kit.visit('POST', link);

    const token = link.url.slice(-43);
    expect(link.id).toBe(createHash('sha256').update(token).digest('hex'));
    const folder = dirname(kit.app.config.databaseUrl.replace('sqlite:', ''));
    const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'latin1'));
    expect(files.join('')).toContain(link.id);
    expect(files.join('')).not.toContain(token);
    expect(kit.app.logs.join('')).toContain('"route":"/portal-links/:token"');
    expect(kit.app.logs.join('')).not.toContain(token);
  });

  test.each([
    ['BAD_USER_INPUT', { expiresIn: 59 }],
    ['BAD_USER_INPUT', { expiresIn: 30 * day + 1 }],
    ['BAD_USER_INPUT', { expiresIn: -1 }],
    ['BAD_USER_INPUT', { userId: '' }],
    ['BAD_USER_INPUT', { flow: { type: 'SUBSCRIPTION_UPDATE_CONFIRM' } }],
    ['BAD_USER_INPUT', { flow: { type: 'CUSTOMER_UPDATE', subscriptionId: 'sub_1' } }],
    ['RETURN_URL_NOT_ALLOWED', { returnUrl: 'https://evil.example' }],
    [
      'RETURN_URL_NOT_ALLOWED',
      {
        flow: {
          type: 'CUSTOMER_UPDATE',
          afterCompletion: { type: 'REDIRECT', returnUrl: 'https://evil.example' },
        },
      },
    ],
    ['CUSTOMER_NOT_FOUND', { userId: 'nobody' }],
  ] as const)('answers %s for %j, and makes nothing', async (code, request) => {
    const user = await kit.createUser();
    (await kit.ask(user, request)).expectError(code);
    expect(await kit.list(user.userId)).toEqual([]);
    expect((await readTrail(kit.app))[0]).toMatchObject({
      action: 'CREATE_PORTAL_LINK',
      outcome: 'FAILED',
      code,
    });
  });

  test('says to an administrator that the user is not linked', async () => {
    const { message } = (await kit.ask({ userId: 'nobody' })).expectError('CUSTOMER_NOT_FOUND');
    expect(message).toBe('This user is not linked to a customer.');
  });

  test('has what the link allows in the audit trail', async () => {
    const { id } = await kit.create(await kit.createUser(), { flow, expiresIn: 60, singleUse: false });
    expect((await readTrail(kit.app))[0]?.details).toEqual(
      expect.arrayContaining([
        { name: 'link', value: id },
        { name: 'flow', value: 'payment_method_update' },
        { name: 'expiresIn', value: '60 s' },
        { name: 'use', value: 'repeated' },
      ]),
    );
  });

  test('gives the limits of expiresIn in its own unit, seconds', async () => {
    const { message } = (await kit.ask(await kit.createUser(), { expiresIn: 59 })).expectError(
      'BAD_USER_INPUT',
    );
    expect(message).toContain(
      '`expiresIn` must be a whole number of seconds from 60 (a minute) to 2592000 (30 days)',
    );
  });

  test.each([60, 30 * day])('takes %d seconds', async (expiresIn) => {
    const { createdAt, expiresAt } = await kit.create(await kit.createUser(), { expiresIn });
    expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBe(expiresIn * 1000);
  });

  test('takes a message of 500 characters, each an emoji', async () => {
    const afterCompletion = { type: 'HOSTED_CONFIRMATION', message: '🎉'.repeat(500) } as const;
    const flow = { type: 'CUSTOMER_UPDATE', afterCompletion } as const;
    (await kit.ask(await kit.createUser(), { flow })).expectData();
  });

  test('says that PUBLIC_URL is missing, where it is', async () => {
    const own = await createLinkKit({ PUBLIC_URL: '' });
    const { message } = (await own.ask(await own.createUser())).expectError('BAD_USER_INPUT');
    expect(message).toContain('PUBLIC_URL');
  });

  test('asks Stripe only whether the customer exists', async () => {
    const user = await kit.createUser();
    const before = kit.localStripe.requests.length;
    await kit.create(user, { flow: { type: 'SUBSCRIPTION_CANCEL' } });
    const asked = kit.localStripe.requests.slice(before).map(({ method, path }) => `${method} ${path}`);
    expect(asked).toEqual([`GET /v1/customers/${user.customerId}`]);
  });
});

test('a link lasts until its very end, and its page tells it from unknown ones for 30 days more', async () => {
  const own = await createLinkKit();
  const link = await own.create(await own.createUser(), { expiresIn: 60 });
  const start = own.clock.now.getTime();
  const statusAfter = async (seconds: number): Promise<number> => {
    own.clock.now = new Date(start + seconds * 1000);
    await own.database.records.removeExpired(own.clock.now);
    return (await own.visit('GET', link)).status;
  };

  expect(await statusAfter(59)).toBe(200);
  expect(await statusAfter(60)).toBe(410);
  expect(await statusAfter(60 + 30 * day)).toBe(410);
  expect(await statusAfter(61 + 30 * day)).toBe(404);
});

test('a used link is told apart from an expired one for 30 days after its expiry, and no longer', async () => {
  const own = await createLinkKit();
  const user = await own.createUser();
  const link = await own.create(user, { expiresIn: 60 });
  const usedAt = own.clock.now.toISOString();
  await own.visit('POST', link);
  own.clock.now = new Date(own.clock.now.getTime() + (60 + 30 * day) * 1000);
  await own.database.records.removeExpired(own.clock.now);

  expect(await own.visit('GET', link)).toMatchObject({ status: 410, text: expect.stringContaining('used') });
  expect(await own.list(user.userId)).toMatchObject([{ usedAt }]);
  await own.database.records.removeExpired(new Date(own.clock.now.getTime() + 1_000));
  expect(await own.database.records.listOf('portal-link-use', user.userId)).toEqual([]);
});

test('a stored link has every detail of its task', async () => {
  const links = new EmailLinkRegister(kit.database.records);
  const createdAt = new Date();
  const link: NewEmailLink = {
    id: toLinkId(createLinkToken()),
    userId: 'ada',
    stripeCustomerId: 'cus_1',
    returnUrl,
    flow: {
      type: 'subscription_update_confirm',
      subscriptionId: 'sub_1',
      priceId: 'price_1',
      quantity: 3,
      afterCompletion: { type: 'hosted_confirmation', message: 'Thank you!' },
    },
    singleUse: true,
    createdAt,
    expiresAt: createdAt,
  };
  await links.add(link);

  expect(await links.find(link.id)).toEqual({ ...link, usedAt: null });
});

test('a link that was stored in this form still opens, at its task', async () => {
  const { userId, customerId } = await kit.createUser();
  const token = 'a'.repeat(43);
  const key = createHash('sha256').update(token).digest('hex');
  const expiresAt = new Date(kit.clock.now.getTime() + 60_000);
  const content = {
    stripeCustomerId: customerId,
    returnUrl,
    flow: { type: 'payment_method_update', afterCompletion: { type: 'redirect', returnUrl } },
    singleUse: true,
    createdAt: kit.clock.now,
    expiresAt,
  };
  await kit.database.records.insert('portal-link', { key, nonce: key, owner: userId, content, expiresAt });

  expect(await kit.visit('POST', { url: `${linkPath}/${token}` })).toMatchObject({ status: 303 });

  expect(kit.localStripe.requests.at(-1)?.params).toMatchObject({
    customer: customerId,
    flow_data: {
      type: 'payment_method_update',
      after_completion: { type: 'redirect', redirect: { return_url: returnUrl } },
    },
  });
});

test('a user who is erased while a link is created gets none, and no row says the user id', async () => {
  const userId = 'ada.lovelace@erased.example';
  const gate = await startStripeGate(kit.localStripe.url);
  const app = await kit.deploy({ STRIPE_API_URL: gate.url });
  await app.link(userId, (await kit.stripe.customers.create({})).id);
  gate.watch(async () => {
    await runCli(['erase', userId, '--yes'], {
      env: { DATABASE_URL: app.config.databaseUrl, STRIPE_SCOPE: app.config.stripe.scope },
    });
    return 'pass' as const;
  });
  const token = await app.createToken({ userId: 'root', roles: [adminRole] });
  const variables = { userId, returnUrl };

  (await app.execute({ document: createLinkMutation, variables, token })).expectError('CUSTOMER_NOT_FOUND');

  expect(readAllRows(app.config.databaseUrl)).not.toContain(userId);
});

test("a user's links are listed, the newest first, with what became of each", async () => {
  const own = await createLinkKit();
  const user = await own.createUser();
  const first = await own.create(user, { expiresIn: 60, flow: { type: 'PAYMENT_METHOD_UPDATE' } });
  own.clock.now = new Date(own.clock.now.getTime() + 1000);
  const second = await own.create(user);
  await own.create(await own.createUser());
  await own.visit('POST', second);

  expect(await own.list(user.userId)).toEqual([
    { ...second, url: undefined, usedAt: own.clock.now.toISOString() },
    { ...first, url: undefined, flow: 'PAYMENT_METHOD_UPDATE' },
  ]);
});

test('six links are listed in the order of their creation, the newest first', async () => {
  const own = await createLinkKit();
  const user = await own.createUser();
  const ids: string[] = [];
  for (let count = 0; count < 6; count += 1) {
    own.clock.now = new Date(own.clock.now.getTime() + 1000);
    ids.unshift((await own.create(user)).id);
  }

  expect((await own.list(user.userId)).map(({ id }) => id)).toEqual(ids);
});

test('an id that no user can have is refused, where links are listed and where all are revoked', async () => {
  const token = await kit.app.createToken({ userId: 'root', roles: [adminRole] });
  const variables = { userId: '' };
  const listed = await kit.app.execute({ document: linksQuery, variables, token });
  const revoked = await kit.app.execute({ document: revokeLinksMutation, variables, token });
  for (const answer of [listed, revoked]) answer.expectError('BAD_USER_INPUT');
});

describe('revokeBillingPortalLink', () => {
  test('ends one link and no other, on the record', async () => {
    const user = await kit.createUser();
    const [one, other] = [await kit.create(user), await kit.create(user)];

    expect((await kit.revoke(one.id)).expectData()).toEqual({ revokeBillingPortalLink: true });

    expect((await kit.visit('POST', one)).status).toBe(404);
    expect((await kit.visit('POST', other)).status).toBe(303);
    const [revoked, ...made] = await readTrail(kit.app, { userId: user.userId });
    expect(revoked).toMatchObject({
      actor: 'root',
      action: 'REVOKE_PORTAL_LINK',
      targetId: user.customerId,
      details: [{ name: 'link', value: one.id }],
    });
    expect(made.map(({ action, targetId, details }) => [action, targetId, details])).toEqual(
      [other, one].map(({ id }) => [
        'CREATE_PORTAL_LINK',
        user.customerId,
        expect.arrayContaining([
          { name: 'link', value: id },
          { name: 'use', value: 'once' },
        ]),
      ]),
    );
  });

  test('answers false when there is nothing to revoke', async () => {
    const user = await kit.createUser();
    const used = await kit.create(user);
    await kit.visit('POST', used);
    const revoked = await kit.create(user);
    await kit.revoke(revoked.id);

    for (const id of [used.id, revoked.id, '0'.repeat(64)])
      expect((await kit.revoke(id)).expectData()).toEqual({ revokeBillingPortalLink: false });
    expect((await kit.visit('GET', used)).status).toBe(410);
  });

  test('answers false for a link that has just expired, and leaves its page', async () => {
    const own = await createLinkKit();
    const link = await own.create(await own.createUser(), { expiresIn: 60 });
    own.clock.now = new Date(link.expiresAt);

    expect((await own.revoke(link.id)).expectData()).toEqual({ revokeBillingPortalLink: false });
    expect((await own.visit('GET', link)).status).toBe(410);
  });

  test('takes no URL and no token for an id, so that none gets on the record', async () => {
    const { url } = await kit.create(await kit.createUser());
    const before = (await readTrail(kit.app))[0]?.id;
    for (const id of [url, url.slice(-43), '']) {
      const answer = await kit.revoke(id);
      answer.expectError('BAD_USER_INPUT');
      expect(answer.text).not.toContain(url.slice(-43));
    }
    expect((await readTrail(kit.app))[0]?.id).toBe(before);
  });
});

test('revokeBillingPortalLinks ends what a user could still open, and counts it', async () => {
  const [user, other] = [await kit.createUser(), await kit.createUser()];
  const used = await kit.create(user);
  await kit.visit('POST', used);
  const open = [await kit.create(user), await kit.create(user, { singleUse: false })];
  const others = await kit.create(other);

  expect((await kit.revokeAllOf(user.userId)).expectData()).toEqual({ revokeBillingPortalLinks: 2 });
  expect((await kit.revokeAllOf(user.userId)).expectData()).toEqual({ revokeBillingPortalLinks: 0 });
  expect((await readTrail(kit.app, { userId: user.userId }))[0]).toMatchObject({
    action: 'REVOKE_PORTAL_LINK',
    details: [{ name: 'links', value: 'all' }],
  });

  for (const link of open) expect((await kit.visit('POST', link)).status).toBe(404);
  expect((await kit.visit('GET', used)).status).toBe(410);
  expect((await kit.visit('POST', others)).status).toBe(303);
});

test('a link works in the scope in which it was made, and in no other', async () => {
  const link = await kit.create(await kit.createUser());
  const sandbox = await kit.deploy({ STRIPE_SCOPE: 'sandbox' });
  expect((await kit.visit('POST', link, sandbox)).status).toBe(404);
  expect((await kit.visit('POST', link)).status).toBe(303);
});

const alphabet = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_');
const tokens = fc
  .array(fc.constantFrom(...alphabet), { minLength: 43, maxLength: 43 })
  .map((letters) => letters.join(''));

describe('tokens and ids', () => {
  test('every token that is made is one, is like no other, and is nothing that an id is', () => {
    const made = Array.from({ length: 1000 }, createLinkToken);

    expect(new Set(made).size).toBe(made.length);
    expect(made.every((token) => /^[\w-]{43}$/.test(token))).toBe(true);
    expect(made.some(isLinkId)).toBe(false);
  });

  test('every text has an id of its own, from which its token cannot be told', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), fc.string({ unit: anyCharacter }), (text, other) => {
        expect(isLinkId(toLinkId(text))).toBe(true);
        for (const near of [`0${toLinkId(text)}`, `${toLinkId(text)}0`]) expect(isLinkId(near)).toBe(false);
        expect(toLinkId(text) === toLinkId(other)).toBe(text === other);
      }),
    );
  });
});

describe('a link that is not the very one', () => {
  let token: string;

  beforeAll(async () => {
    const { url } = await kit.create(await kit.createUser(), { singleUse: false });
    token = url.slice(-43);
  });

  const visit = (method: string, text: string): ReturnType<LinkKit['visit']> =>
    kit.visit(method, { url: `${linkPath}/${encodeURIComponent(text)}` });

  test('is unknown, whatever it differs in', async () => {
    const unknown = await visit('GET', 'b'.repeat(43));
    const changes = fc.record({
      at: fc.nat(42),
      put: fc.oneof(fc.constantFrom(...alphabet), fc.string({ unit: anyCharacter, maxLength: 3 })),
      removed: fc.nat(2),
    });
    const near = changes.map(({ at, put, removed }) => token.slice(0, at) + put + token.slice(at + removed));
    const others = fc.oneof(
      { weight: 4, arbitrary: near },
      { weight: 2, arbitrary: tokens },
      {
        weight: 1,
        arbitrary: fc
          .constantFrom(
            () => token.toUpperCase(),
            () => toLinkId(token),
            () => `${token}\n`,
            () => `${token}=`,
            () => ` ${token}`,
            () => Array.from(token).reverse().join(''),
          )
          .map((create) => create()),
      },
      { weight: 1, arbitrary: fc.string({ unit: anyCharacter, minLength: 3 }) },
    );
    expect(unknown.status).toBe(404);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('GET', 'POST'), others, async (method, text) => {
        fc.pre(text !== token);
        const { status, text: page } = await visit(method, text);
        expect({ status, page }).toEqual({ status: 404, page: unknown.text });
      }),
      { numRuns: 120 },
    );
  });

  test('and leaves the link as it was', async () => {
    expect((await visit('GET', token)).status).toBe(200);
    expect((await visit('POST', token)).status).toBe(303);
  });
});
