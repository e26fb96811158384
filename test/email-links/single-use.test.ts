import Database from 'libsql';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailableError } from '../../src/shared/errors.ts';
import { EmailLinkRegister } from '../../src/email-links/email-link-register.ts';
import type { RecordStore } from '../../src/records/record-store.ts';
import type { TestApp } from '../helpers/test-app.ts';
import { type LinkKit, type LinkedUser, type CreatedLink, createLinkKit, toPath } from './email-link-kit.ts';

const sessionsPath = '/v1/billing_portal/sessions';

let kit: LinkKit;

beforeAll(async () => {
  kit = await createLinkKit();
});

/** Lets the next requests for a session go wrong or slowly. */
function disturb(fault: Readonly<Record<string, string>>): Promise<unknown> {
  return kit.control('POST', 'faults', { path: sessionsPath, method: 'POST', ...fault });
}

async function untilAsked(user: LinkedUser): Promise<void> {
  while (kit.countSessions(user) === 0) await sleep(5);
}

/** How often each status was answered to clicks at the same time. */
async function click(link: CreatedLink, times: number, app?: TestApp): Promise<Record<string, number>> {
  const visits = await Promise.all(Array.from({ length: times }, () => kit.visit('POST', link, app)));
  const counts: Record<string, number> = {};
  for (const { status } of visits) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

test('of 100 clicks at once, one opens a session and the others are told that the link was used', async () => {
  const user = await kit.createUser();
  const link = await kit.create(user);
  await disturb({ delay_ms: '300' });

  expect(await click(link, 100)).toEqual({ '303': 1, '410': 99 });
  expect(kit.countSessions(user)).toBe(1);
});

test('a link for more than one use opens a session each time', async () => {
  const user = await kit.createUser();
  const link = await kit.create(user, { singleUse: false });
  expect(await click(link, 10)).toEqual({ '303': 10 });
  expect((await kit.list(user.userId))[0]?.usedAt).toBeNull();
});

test('when Stripe fails for the first of many, one of the others is let in', async () => {
  const user = await kit.createUser();
  const link = await kit.create(user);
  await disturb({ status: '500', delay_ms: '300' });

  expect(await click(link, 20)).toEqual({ '303': 1, '410': 18, '503': 1 });
});

test('who goes away before the answer, as by a second press of the button, has not used the link up', async () => {
  const user = await kit.createUser();
  const link = await kit.create(user);
  await disturb({ delay_ms: '500' });
  const leaving = new AbortController();
  const left = kit.app.fetch(toPath(link), { method: 'POST', signal: leaving.signal }).catch(() => 'left');
  await untilAsked(user);
  leaving.abort();
  expect(await left).toBe('left');

  expect(await click(link, 1)).toEqual({ '303': 1 });
  expect(await click(link, 1)).toEqual({ '410': 1 });
  expect(kit.countSessions(user)).toBe(2);
});

test('a link that is revoked while somebody waits for their turn is not opened', async () => {
  const user = await kit.createUser();
  const link = await kit.create(user);
  await disturb({ status: '500', delay_ms: '700' });
  const first = kit.visit('POST', link);
  await untilAsked(user);
  const second = kit.visit('POST', link);
  await kit.revoke(link.id);

  expect([(await first).status, (await second).status]).toEqual([503, 404]);
});

describe.each([
  ['for a single use', true],
  ['for more than one use', false],
])('a link %s opens nothing any more', (_kind, singleUse) => {
  /** What a click is answered, when something happens while Stripe is asked. */
  const clickDuring = async (happen: (user: LinkedUser, link: CreatedLink) => Promise<unknown>) => {
    const user = await kit.createUser();
    const link = await kit.create(user, { singleUse });
    await disturb({ delay_ms: '700' });
    const visit = kit.visit('POST', link);
    await untilAsked(user);
    await happen(user, link);
    const { status, headers } = await visit;
    return [status, headers.get('location')];
  };

  test('once it is revoked, though Stripe was asked before', async () => {
    const revoked = { revokeBillingPortalLink: true };
    const happen = async (_user: LinkedUser, { id }: CreatedLink): Promise<void> =>
      expect((await kit.revoke(id)).expectData()).toEqual(revoked);
    expect(await clickDuring(happen)).toEqual([404, null]);
  });

  test('once its user is unlinked, though Stripe was asked before', async () => {
    expect(await clickDuring(({ userId }) => kit.database.customers.unlink(userId))).toEqual([410, null]);
  });
});

test('when a lease runs out while its holder is at work, one session at most is handed out', async () => {
  const hasty = await kit.deploy({}, { leases: { lifeMs: 30, patienceMs: 5_000 } });
  const user = await kit.createUser();
  const link = await kit.create(user);
  await disturb({ delay_ms: '600', times: '3' });

  expect(await click(link, 10, hasty)).toEqual({ '303': 1, '410': 9 });
  expect(kit.countSessions(user)).toBeGreaterThan(1);
});

describe('a process that died while it opened a session', () => {
  const die = async (link: CreatedLink, expiresAt: Date): Promise<void> => {
    const lease = { key: `portal-link:${link.id}`, nonce: 'dead', owner: null, content: {}, expiresAt };
    await kit.database.records.insert('lease', lease);
  };

  test('keeps nobody out once its lease has run out', async () => {
    const link = await kit.create(await kit.createUser());
    await die(link, new Date(Date.now() - 1));
    expect(await click(link, 5)).toEqual({ '303': 1, '410': 4 });
  });

  test('lets others wait until then, and try again', async () => {
    const impatient = await kit.deploy({}, { leases: { patienceMs: 300 } });
    const link = await kit.create(await kit.createUser());
    await die(link, new Date(Date.now() + 60_000));
    const { status, headers, text } = await kit.visit('POST', link, impatient);
    expect([status, headers.get('retry-after')]).toEqual([503, '1']);
    expect(text).toContain('<button>');
    expect((await kit.visit('GET', link)).status).toBe(200);
  });
});

describe('a store that does not note the use', () => {
  const runSql = (sql: string): void => {
    const database = new Database(kit.app.config.databaseUrl.replace('sqlite:', ''));
    database.exec(sql);
    database.close();
  };

  test('lets nobody in, and nobody is kept out later', async () => {
    const link = await kit.create(await kit.createUser());
    runSql(`CREATE TRIGGER fault BEFORE INSERT ON records WHEN NEW.kind = 'portal-link-use'
      BEGIN SELECT RAISE(FAIL, 'the disk is full'); END`);
    const { status, headers, text } = await kit.visit('POST', link);
    runSql('DROP TRIGGER fault');

    expect([status >= 500, headers.get('location')]).toEqual([true, null]);
    expect(text).toContain('<button>');
    expect(await click(link, 2)).toEqual({ '303': 1, '410': 1 });
  });

  test('keeps nobody out by noting it without saying so', async () => {
    const { id } = await kit.create(await kit.createUser());
    const links = new EmailLinkRegister(loseAnswersToInserts(kit.database.records));
    const link = await links.find(id);
    if (link === null) throw new Error('The link is not there');

    await expect(links.use(link, new Date())).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });

    expect(await links.findUse(id)).toBeNull();
  });
});

/** What is inserted is there, but whoever inserted it is not told. */
function loseAnswersToInserts(records: RecordStore): RecordStore {
  return {
    insert: async (kind, record) => {
      await records.insert(kind, record);
      throw new StoreUnavailableError(new Error('the answer was lost'));
    },
    find: (kind, key) => records.find(kind, key),
    listOf: (kind, owner) => records.listOf(kind, owner),
    page: (kind, page) => records.page(kind, page),
    remove: (kind, record) => records.remove(kind, record),
    removeExpired: (before) => records.removeExpired(before),
  };
}
