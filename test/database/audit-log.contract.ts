import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type AuditLog,
  type AuditQuery,
  type AuditRecord,
  toOperationTime,
} from '../../src/audit/audit-log.ts';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { expectCode } from './directory-assertions.ts';

/** An intent; the n-th is n seconds younger than the first. */
function createIntent(n: number, facts: Partial<AuditRecord> = {}): AuditRecord {
  const at = new Date(Date.UTC(2031, 0, 1) + n * 1_000);
  return {
    operationId: `${toOperationTime(at)}0000`,
    step: 'intended',
    at,
    actor: 'root',
    actorKind: 'user',
    action: 'link_customer',
    userId: 'ada',
    userErased: false,
    target: null,
    details: {},
    code: null,
    ...facts,
  };
}

/** What every audit log does, on whichever engine the URL names. */
export function describeAuditLog(description: string, createUrl: () => string): void {
  const title = `audit log contract on ${description}`;
  process.stderr.write(`${title}\n`);

  describe(title, () => {
    let database: Database;
    let audit: AuditLog;
    let url: string;
    const opened: Database[] = [];

    async function openScope(scope: string): Promise<Database> {
      const another = await openDatabase({ url, scope });
      opened.push(another);
      return another;
    }

    beforeEach(async () => {
      url = createUrl();
      database = await openScope('test');
      audit = database.audit;
    });

    afterEach(async () => {
      await Promise.all(opened.splice(0).map((each) => each.close()));
    });

    const listIds = async (query: Partial<AuditQuery> = {}): Promise<string[]> =>
      (await audit.list({ first: 100, ...query })).items.map(({ id }) => id);

    test('shows an intent as it is, until its outcome is there', async () => {
      const intent = createIntent(1, { details: { 'a.b': '$1', $set: 'é👩' } });
      const { operationId, step, ...facts } = intent;
      await audit.append(intent);

      const { items, hasNextPage } = await audit.list({ first: 10 });
      expect(items).toEqual([{ ...facts, id: operationId, outcome: null, endedAt: null }]);
      expect(hasNextPage).toBe(false);
    });

    test.each([
      ['succeeded', null],
      ['failed', 'BAD_USER_INPUT'],
    ] as const)('joins an intent with its outcome: %s', async (step, code) => {
      const intent = createIntent(1);
      const endedAt = new Date(intent.at.getTime() + 80);
      await audit.append(createIntent(0));
      await audit.append(intent);
      await audit.append({ ...intent, step, at: endedAt, target: 'cus_1', code });

      const [entry, older] = (await audit.list({ first: 10 })).items;
      expect(entry).toMatchObject({ at: intent.at, outcome: step, endedAt, target: 'cus_1', code });
      expect(older).toMatchObject({ outcome: null });
    });

    test('keeps what was appended twice once', async () => {
      await audit.append(createIntent(1));
      await audit.append(createIntent(1, { actor: 'somebody else' }));

      expect((await audit.list({ first: 10 })).items).toMatchObject([{ actor: 'root' }]);
    });

    test('lists the newest first, page by page', async () => {
      const intents = [3, 1, 5, 2, 4].map((n) => createIntent(n));
      for (const intent of intents) await audit.append(intent);
      await audit.append({ ...createIntent(3), step: 'succeeded' });
      const sorted = intents
        .map(({ operationId }) => operationId)
        .toSorted()
        .reverse();

      expect(await listIds()).toEqual(sorted);
      const page = await audit.list({ first: 2 });
      expect([page.items.map(({ id }) => id), page.hasNextPage]).toEqual([sorted.slice(0, 2), true]);
      const last = await audit.list({ first: 3, after: sorted[1] });
      expect([last.items.map(({ id }) => id), last.hasNextPage]).toEqual([sorted.slice(2), false]);
    });

    test('filters by user and by action', async () => {
      const ids = ['ada', 'bob', 'ada', null].map((userId, n) => {
        const action = n === 2 ? 'unlink_customer' : 'link_customer';
        return createIntent(n, { userId, action });
      });
      for (const intent of ids) await audit.append(intent);
      const [first, second, third, fourth] = ids.map(({ operationId }) => operationId);

      expect(await listIds({ userId: 'ada' })).toEqual([third, first]);
      expect(await listIds({ action: 'link_customer' })).toEqual([fourth, second, first]);
      expect(await listIds({ userId: 'ada', action: 'link_customer' })).toEqual([first]);
      expect(await listIds({ userId: 'Ada' })).toEqual([]);
      const { items } = await audit.list({ first: 5, userId: 'ada', after: third });
      expect(items.map(({ id }) => id)).toEqual([first]);
    });

    test('removes what began before a time, with its outcome, and all of it', async () => {
      for (const n of [1, 2, 3]) {
        await audit.append(createIntent(n));
        await audit.append({ ...createIntent(n), step: 'succeeded' });
      }
      const { at, operationId } = createIntent(3);

      expect(await audit.removeBefore(toOperationTime(at))).toBe(4);
      expect(await audit.removeBefore(toOperationTime(at))).toBe(0);
      expect(await listIds()).toEqual([operationId]);
    });

    test('makes a person unknown, and leaves that something was done', async () => {
      const done = { step: 'succeeded', target: 'cus_ada' } as const;
      const about = createIntent(1, { userId: 'ada', details: { plan: 'gold' }, target: 'cus_ada' });
      await audit.append(about);
      await audit.append({ ...about, ...done });
      await audit.append(createIntent(2, { userId: 'bob', actor: 'ada', target: 'cus_bob' }));
      await audit.append(createIntent(3, { userId: 'eve', target: 'cus_ada' }));
      await audit.append(createIntent(4, { userId: 'eve', target: 'cus_eve', details: { plan: 'gold' } }));

      expect(await audit.anonymize({ userId: 'ada', stripeCustomerId: 'cus_ada' })).toBe(3);

      const [fourth, third, second, first] = (await audit.list({ first: 10 })).items;
      const pseudonym: unknown = expect.stringMatching(/^erased:[\w-]{36}$/);
      expect(first).toMatchObject({ userId: pseudonym, target: null, outcome: 'succeeded' });
      expect(first?.details).toEqual({});
      expect(second).toMatchObject({ userId: 'bob', actor: first?.userId, target: 'cus_bob' });
      expect(third).toMatchObject({ userId: 'eve', actor: 'root', target: null });
      expect(fourth).toMatchObject({ userId: 'eve', target: 'cus_eve', details: { plan: 'gold' } });
      expect(await audit.anonymize({ userId: 'ada', stripeCustomerId: 'cus_ada' })).toBe(0);
      expect(await audit.anonymize({ userId: 'nobody', stripeCustomerId: null })).toBe(0);
    });

    test('hides the customer that an operation found, also of a user who was unlinked before the erasure', async () => {
      await audit.append(createIntent(1));
      await audit.append({ ...createIntent(1), step: 'succeeded', userId: null, target: 'cus_ada' });
      expect((await audit.list({ first: 1 })).items).toMatchObject([{ target: 'cus_ada' }]);

      await audit.anonymize({ userId: 'ada', stripeCustomerId: null });

      expect((await audit.list({ first: 1 })).items).toMatchObject([{ userErased: true, target: null }]);
    });

    test.each(['cli', 'stripe', 'erased:9b2f0c1e-7a44-4c1b-8f5e-0d6a1b2c3d4e'])(
      'tells a user whose subject is %s from other actors, and erases that user alone',
      async (name) => {
        const others = ['operator', 'stripe', 'erased'] as const;
        for (const [n, actorKind] of others.entries())
          await audit.append(createIntent(n, { actor: name, actorKind, userId: name, userErased: true }));
        await audit.append(createIntent(5, { actor: name, userId: name, target: 'cus_1' }));
        const before = (await audit.list({ first: 10 })).items.slice(1);

        expect(await audit.anonymize({ userId: name, stripeCustomerId: null })).toBe(1);

        const [erased, ...rest] = (await audit.list({ first: 10 })).items;
        expect(rest).toEqual(before);
        expect(rest.map(({ actorKind }) => actorKind)).toEqual(['erased', 'stripe', 'operator']);
        expect(erased).toMatchObject({ actorKind: 'erased', userErased: true, target: null });
        expect(erased?.actor).not.toBe(name);
        expect(erased?.userId).toBe(erased?.actor);
      },
    );

    test('keeps scopes apart in every operation', async () => {
      const other = (await openScope('tes')).audit;
      await audit.append(createIntent(1));
      await other.append(createIntent(1, { actor: 'of tes' }));
      await other.append({ ...createIntent(1), step: 'failed' });

      expect((await audit.list({ first: 10 })).items).toMatchObject([{ actor: 'root', outcome: null }]);
      expect((await audit.list({ first: 10, userId: 'ada' })).items).toHaveLength(1);
      expect(await other.anonymize({ userId: 'ada', stripeCustomerId: null })).toBe(1);
      expect(await listIds({ userId: 'ada' })).toHaveLength(1);
      expect(await other.removeBefore('f')).toBe(2);
      expect(await listIds()).toHaveLength(1);
    });

    test('answers nothing after its end', async () => {
      await database.close();

      await expectCode(audit.append(createIntent(1)), 'STORE_UNAVAILABLE');
      await expectCode(audit.list({ first: 1 }), 'STORE_UNAVAILABLE');
      await expectCode(audit.removeBefore('f'), 'STORE_UNAVAILABLE');
      await expectCode(audit.anonymize({ userId: 'a', stripeCustomerId: null }), 'STORE_UNAVAILABLE');
    });
  });
}
