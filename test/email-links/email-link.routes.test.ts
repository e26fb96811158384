import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { fastify } from 'fastify';
import Database from 'libsql';
import { createPageSender } from '../../src/email-links/email-link-pages.ts';
import { EmailLinkRegister, linkPath } from '../../src/email-links/email-link-register.ts';
import type { RecordStore } from '../../src/records/record-store.ts';
import { StoreUnavailableError } from '../../src/shared/errors.ts';
import { corruptStore } from '../helpers/broken-store.ts';
import type { TestApp } from '../helpers/test-app.ts';
import {
  type CreatedLink,
  type LinkKit,
  type LinkedUser,
  type Visit,
  createLinkKit,
  toPath,
} from './email-link-kit.ts';
import { arrangeFresh, flow, sessionsPath, states } from './email-link-states.ts';

let kit: LinkKit;

beforeAll(async () => {
  kit = await createLinkKit();
});

describe.each(states)('a link that is $name', ({ arrange, get, post, asked, postAgain = post }) => {
  test(`answers GET and HEAD by ${get}, changes nothing by them, and answers POST by ${post}`, async () => {
    const { user, link, app = kit.app } = await arrange(kit);
    const before = await kit.list(user.userId);
    const countWrites = (): number =>
      kit.localStripe.requests.filter(({ method }) => method !== 'GET').length;
    const writes = countWrites();
    const asksBefore = countAsks();

    // What scanners, previews and prefetching browsers do with a link, and what no client should do.
    for (const method of ['HEAD', 'GET', 'GET']) {
      const visit = await kit.visit(method, link, app);
      expect([method, visit.status]).toEqual([method, get]);
      expect(visit.text === '').toBe(method === 'HEAD');
    }
    for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const { status, headers } = await kit.visit(method, link, app);
      expect([method, status, headers.get('allow')]).toEqual([method, 405, expect.any(String)]);
      expect(headers.get('allow')?.split(', ').toSorted()).toEqual(['GET', 'HEAD', 'POST']);
    }
    expect(countWrites()).toBe(writes);
    expect(await kit.list(user.userId)).toEqual(before);

    const first = await kit.visit('POST', link, app);
    expect([first.status, countAsks() - asksBefore]).toEqual([post, asked]);
    expect(first.headers.get('location') === null).toBe(post !== 303);
    const again = await kit.visit('POST', link, app);
    expect(again.status).toBe(postAgain);
  });
});

/** How often Stripe was asked for a session, for whomever. */
function countAsks(): number {
  return kit.localStripe.requests.filter(({ path }) => path === sessionsPath).length;
}

test('what is revoked and what never was are told apart by nothing', async () => {
  const stage = await states.find(({ name }) => name === 'revoked')?.arrange(kit);
  const unknown = { url: `${linkPath}/${'b'.repeat(43)}` };
  for (const method of ['GET', 'POST']) {
    const [one, other] = [await kit.visit(method, stage?.link ?? unknown), await kit.visit(method, unknown)];
    expect(one.text).toBe(other.text);
    expect(toComparable(one.headers)).toEqual(toComparable(other.headers));
  }
});

function toComparable(headers: Headers): [string, string][] {
  return [...headers].filter(([name]) => !['x-request-id', 'date'].includes(name));
}

test('the session is opened as the link was made, under the policy in force', async () => {
  const { user, link } = await arrangeFresh(kit, {
    flow,
    returnUrl: 'https://app.example.com/billing?from=mail',
  });
  const { headers } = await kit.visit('POST', link);

  const location = headers.get('location') ?? '';
  expect((await fetch(location)).status).toBe(200);
  expect(kit.localStripe.requests.findLast(({ path }) => path === sessionsPath)?.params).toMatchObject({
    customer: user.customerId,
    return_url: 'https://app.example.com/billing?from=mail',
    flow_data: { type: 'payment_method_update' },
    configuration: expect.stringMatching(/^bpc_/),
  });
  expect(headers.get('cache-control')).toBe('no-store');
});

describe('every page', () => {
  const shown = states.map(({ name, arrange }) => [name, arrange] as const);

  test.each(shown)(
    'for a link that is %s does not name the user, and is never cached',
    async (_name, arrange) => {
      const { user, link, app = kit.app } = await arrange(kit);
      for (const method of ['GET', 'POST']) {
        const { status, headers, text } = await kit.visit(method, link, app);
        if (status === 303) continue;
        expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
        expect(headers.get('cache-control')).toBe('no-store');
        expect(headers.get('referrer-policy')).toBe('no-referrer');
        expect(headers.get('x-robots-tag')).toBe('noindex, nofollow');
        const policy = headers.get('content-security-policy')?.replace(/'sha256-[\w+/]{43}='/, 'HASH');
        expect(policy?.split('; ')).toEqual([
          "default-src 'none'",
          'style-src HASH',
          `form-action 'self' https: ${kit.localStripe.url}`,
          "frame-ancestors 'none'",
          "base-uri 'none'",
        ]);
        for (const secret of [user.userId, user.customerId, toToken(link), 'app.example.com'])
          expect(text).not.toContain(secret);
        expect(text).not.toContain('<script');
        // A button where pressing it may help, and a time to wait where it has to be waited.
        expect(text.includes('<button>')).toBe(status === 200 || status >= 500);
        expect(headers.get('retry-after') !== null).toBe(status >= 500);
      }
    },
  );
});

test.each([
  [null, "'self' https:"],
  ['https://stripe.example', "'self' https:"],
  ['http://127.0.0.1:12111/v1', "'self' https: http://127.0.0.1:12111"],
])("a page's button may lead only to HTTPS, and to a Stripe at %s", async (stripeUrl, targets) => {
  const server = fastify();
  const send = createPageSender(stripeUrl === null ? null : new URL(stripeUrl));
  server.get('/', (_request, reply) => send(reply, 'ready'));

  const { headers } = await server.inject('/');

  expect(headers['content-security-policy']).toContain(`; form-action ${targets}; `);
});

function toToken({ url }: { readonly url: string }): string {
  return url.slice(url.lastIndexOf('/') + 1);
}

test('a form with something in it, or a body of any other kind, is not read', async () => {
  for (const type of ['application/x-www-form-urlencoded', 'application/json', 'text/plain', 'a/b']) {
    const { link } = await arrangeFresh(kit);
    const post = { method: 'POST', headers: { 'content-type': type }, body: 'x'.repeat(2_000) };
    const path = `${linkPath}/${toToken(link)}?utm_source=mail`;
    expect((await kit.app.fetch(path, post)).status).toBe(303);
  }
});

test('a store that does not answer is told by a page with the button, and the link can be used later', async () => {
  const own = await createLinkKit();
  const { link } = await arrangeFresh(own);
  corruptStore(own.app.config);
  for (const method of ['GET', 'POST']) {
    const { status, headers, text } = await own.visit(method, link);
    expect([method, status, headers.get('retry-after')]).toEqual([method, 503, '5']);
    expect(text).toContain('<button>');
  }
});

test('RATE_LIMIT holds here too, by address, and is told by a page', async () => {
  const own = await createLinkKit({ RATE_LIMIT: '1/1h' });
  const unknown = { url: `${linkPath}/${'c'.repeat(43)}` };
  const visits = [];
  for (let count = 0; count < 30 && visits.at(-1)?.status !== 429; count += 1)
    visits.push(await own.visit('GET', unknown));
  const last = visits.at(-1);
  expect([last?.status, last?.headers.get('content-type')]).toEqual([429, 'text/html; charset=utf-8']);
  expect(last?.text).toMatch(/<h1>Too many tries<.*<button>/s);
  expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(60);
});

test('no script of another site may read what a link answers, not even of those that may call the API', async () => {
  const origin = 'https://app.example.com';
  const own = await createLinkKit({ CORS_ORIGINS: origin });
  const { link } = await arrangeFresh(own, { singleUse: false });
  for (const method of ['GET', 'POST']) {
    const { headers } = await own.app.fetch(`${linkPath}/${toToken(link)}`, { method, headers: { origin } });
    expect([method, headers.get('access-control-allow-origin')]).toEqual([method, null]);
  }
  const { headers } = await own.app.fetch('/healthz', { headers: { origin } });
  expect(headers.get('access-control-allow-origin')).toBe(origin);
});

/** Lets the next requests for a session go wrong or slowly. */
function disturb(fault: Readonly<Record<string, string>>): Promise<unknown> {
  return kit.control('POST', 'faults', { path: sessionsPath, method: 'POST', ...fault });
}

async function untilAsked(user: LinkedUser): Promise<void> {
  while (kit.countSessions(user) === 0) await sleep(5);
}

test.each([
  ['fails', { status: '500', times: '9' }],
  ['does not answer for a while', { delay_ms: '8000' }],
])('the page with the button is shown although Stripe %s', async (_title, fault) => {
  const { user, link } = await arrangeFresh(kit);
  await kit.control('POST', 'faults', { path: `/v1/customers/${user.customerId}`, method: 'GET', ...fault });
  const begun = performance.now();
  const { status, text } = await kit.visit('GET', link);

  expect([status, text]).toEqual([200, expect.stringContaining('<button>')]);
  expect(performance.now() - begun).toBeLessThan(4_500);
});

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
  await disturb({ status: '500', delay_ms: '200' });

  expect(await click(link, 10)).toEqual({ '303': 1, '410': 8, '503': 1 });
});

test('who goes away before the answer, as by a second press of the button, has not used the link up', async () => {
  const user = await kit.createUser();
  const link = await kit.create(user);
  await disturb({ delay_ms: '300' });
  const leaving = new AbortController();
  const left = kit.app.fetch(toPath(link), { method: 'POST', signal: leaving.signal }).catch(() => 'left');
  await untilAsked(user);
  leaving.abort();
  expect(await left).toBe('left');

  expect(await click(link, 1)).toEqual({ '303': 1 });
  expect(await click(link, 1)).toEqual({ '410': 1 });
  expect(kit.countSessions(user)).toBe(2);
});

test('a link that is revoked while a second click waits is not opened', async () => {
  const user = await kit.createUser();
  const link = await kit.create(user);
  await disturb({ status: '500', delay_ms: '400' });
  const first = kit.visit('POST', link);
  await untilAsked(user);
  const second = kit.visit('POST', link);
  await kit.revoke(link.id);

  expect([(await first).status, (await second).status]).toEqual([503, 404]);
});

describe('a link opens nothing any more, though Stripe was asked before,', () => {
  const revoke = async ({ id }: CreatedLink): Promise<void> =>
    expect((await kit.revoke(id)).expectData()).toEqual({ revokeBillingPortalLink: true });
  const unlink = (_link: CreatedLink, { userId }: LinkedUser) => kit.database.customers.unlink(userId);
  const rows = [
    { what: 'once it is revoked', happen: revoke, status: 404 },
    { what: 'once its user is unlinked', happen: unlink, status: 410 },
  ].flatMap((row) => [
    { ...row, kind: 'for a single use', singleUse: true },
    { ...row, kind: 'for more than one use', singleUse: false },
  ]);
  let visits: Promise<Visit>[] = [];

  /** Answers a click when something happens while Stripe is asked. */
  async function clickDuring({ happen, singleUse }: (typeof rows)[number]): Promise<Visit> {
    const user = await kit.createUser();
    const link = await kit.create(user, { singleUse });
    const visit = kit.visit('POST', link);
    await untilAsked(user);
    await happen(link, user);
    return visit;
  }

  beforeAll(async () => {
    await disturb({ delay_ms: '700', times: String(rows.length) });
    visits = rows.map(clickDuring);
  });

  test.each(rows.map((row, index) => ({ ...row, index })))('$what: $kind', async ({ index, status }) => {
    const visit = await visits[index];
    expect([visit?.status, visit?.headers.get('location')]).toEqual([status, null]);
  });
});

test('when a lease runs out while its holder is at work, one session at most is handed out', async () => {
  const hasty = await kit.deploy({}, { leases: { lifeMs: 30, patienceMs: 5_000 } });
  const user = await kit.createUser();
  const link = await kit.create(user);
  await disturb({ delay_ms: '400', times: '2' });

  expect(await click(link, 10, hasty)).toEqual({ '303': 1, '410': 9 });
  expect(kit.countSessions(user)).toBeGreaterThan(1);
});

describe('a process that died while it opened a session', () => {
  const die = async (link: CreatedLink, expiresAt: Date): Promise<void> => {
    const lease = { key: `portal-link:${link.id}`, nonce: 'dead', owner: null, content: {}, expiresAt };
    await kit.database.records.insert('lease', lease);
  };

  test('blocks no other click once its lease has expired', async () => {
    const link = await kit.create(await kit.createUser());
    await die(link, new Date(Date.now() - 1));
    expect(await click(link, 5)).toEqual({ '303': 1, '410': 4 });
  });

  test('lets no click wait for a link that is revoked meanwhile', async () => {
    const link = await kit.create(await kit.createUser());
    await die(link, new Date(Date.now() + 60_000));
    const visit = kit.visit('POST', link);
    await sleep(20);
    await kit.revoke(link.id);

    expect((await visit).status).toBe(404);
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

describe('a store that does not take a record', () => {
  const runSql = (sql: string): void => {
    const database = new Database(kit.app.config.databaseUrl.replace('sqlite:', ''));
    database.exec(sql);
    database.close();
  };

  test('opens no session, and the link still works later', async () => {
    const link = await kit.create(await kit.createUser());
    runSql(`CREATE TRIGGER fault BEFORE INSERT ON records WHEN NEW.kind = 'portal-link-use'
      BEGIN SELECT RAISE(FAIL, 'the disk is full'); END`);
    const { status, headers, text } = await kit.visit('POST', link);
    runSql('DROP TRIGGER fault');

    expect([status >= 500, headers.get('location')]).toEqual([true, null]);
    expect(text).toContain('<button>');
    expect(await click(link, 2)).toEqual({ '303': 1, '410': 1 });
  });

  test('hands out no link that it did not store', async () => {
    const user = await kit.createUser();
    runSql(`CREATE TRIGGER fault BEFORE INSERT ON records WHEN NEW.kind = 'portal-link'
      BEGIN SELECT RAISE(FAIL, 'the disk is full'); END`);
    const answer = await kit.ask(user);
    runSql('DROP TRIGGER fault');

    answer.expectError('INTERNAL_SERVER_ERROR');
  });

  test('opens no session when another process has just used the link', async () => {
    const link = await kit.create(await kit.createUser());
    runSql(`CREATE TRIGGER rival BEFORE INSERT ON records
      WHEN NEW.kind = 'portal-link-use' AND NEW.nonce <> 'rival'
      BEGIN INSERT INTO records (scope, kind, key, nonce, owner, content, expires_at)
        VALUES (NEW.scope, NEW.kind, NEW.key, 'rival', NEW.owner, NEW.content, NEW.expires_at); END`);
    const { status, headers } = await kit.visit('POST', link);
    runSql('DROP TRIGGER rival');

    expect([status, headers.get('location')]).toEqual([410, null]);
  });

  test('does not use up the link when the answer to its insert is lost', async () => {
    const { id } = await kit.create(await kit.createUser());
    const links = new EmailLinkRegister(loseAnswersToInserts(kit.database.records));
    const link = await links.find(id);
    if (link === null) throw new Error('The link is not there');

    await expect(links.use(link, new Date())).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });

    expect(await links.find(id)).toMatchObject({ usedAt: null });
  });
});

/** Inserts take effect, but their answers are lost. */
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
