import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import type { KeptRecord, RecordStore } from '../../src/records/record-store.ts';
import { expectCode } from './directory-assertions.ts';
import { removeAll } from './remove-all.ts';

const expiresAt = new Date('2031-01-01T00:00:00.000Z');

function createRecord(key: string, facts: Partial<KeptRecord> = {}): KeptRecord {
  return { key, nonce: randomUUID(), owner: null, content: {}, expiresAt, ...facts };
}

/** Each is a key like any other; those in one line differ from each other by little. */
const oddKeys = [
  ...['a:b', 'a::b', ':a:b', 'a:b:', ':'],
  ...['a.b', 'a.$b', '$a', '$where', '.', '__proto__', 'null'],
  ...['é', 'e\u0301', 'E\u0301', '👩‍🚀', '👩', 'ﬁ'],
  ...["'", '"', '\\', '%', '_', '*', ' ', ' a', 'a '],
  ...['x'.repeat(300), `${'x'.repeat(299)}y`, '👩'.repeat(150)],
];

/** What every record store does, on whichever engine the URL names. */
export function describeRecordStore(description: string, createUrl: () => string): void {
  const title = `record store contract on ${description}`;
  process.stderr.write(`${title}\n`);

  describe(title, () => {
    let database: Database;
    let records: RecordStore;
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
      records = database.records;
    });

    afterEach(async () => {
      await Promise.all(opened.splice(0).map((each) => each.close()));
    });

    const listKeys = async (owner: string): Promise<string[]> =>
      (await records.listOf('portal-link', owner)).map(({ key }) => key);

    test('finds what was inserted, with all that it holds', async () => {
      const record = createRecord('evt_1', {
        owner: 'cus_1',
        content: { 'a.b': '$1', $set: { list: [1, null, true] }, name: 'é👩', ended: null },
        expiresAt: new Date('2031-01-01T00:00:00.123Z'),
      });

      expect(await records.insert('webhook-event', record)).toBe(true);
      expect(await records.find('webhook-event', 'evt_1')).toEqual(record);
      expect(await records.find('webhook-event', 'evt_2')).toBeNull();
    });

    test('finds what has expired, until it is swept', async () => {
      const record = createRecord('old', { expiresAt: new Date(1) });
      await records.insert('lease', record);

      expect(await records.find('lease', 'old')).toEqual(record);
    });

    test('refuses a taken key, and leaves what has it as it was', async () => {
      const first = createRecord('key', { content: { by: 'first' } });
      expect(await records.insert('lease', first)).toBe(true);

      expect(await records.insert('lease', createRecord('key', { content: { by: 'second' } }))).toBe(false);
      expect(await records.find('lease', 'key')).toEqual(first);
    });

    test('takes the very same record again, once', async () => {
      const record = createRecord('key', { owner: 'ada' });

      expect(await records.insert('portal-link', record)).toBe(true);
      expect(await records.insert('portal-link', record)).toBe(true);
      expect(await records.listOf('portal-link', 'ada')).toEqual([record]);
    });

    test('frees a key by removal', async () => {
      const [first, second] = [createRecord('key'), createRecord('key')];
      await records.insert('lease', first);

      expect(await records.remove('lease', first)).toBe(true);
      expect(await records.find('lease', 'key')).toBeNull();
      expect(await records.remove('lease', first)).toBe(false);
      expect(await records.insert('lease', second)).toBe(true);
      expect(await records.find('lease', 'key')).toEqual(second);
    });

    test('removes the very record that is meant, and no other that has its key', async () => {
      const [former, present] = [createRecord('key'), createRecord('key')];
      await records.insert('lease', present);

      expect(await records.remove('lease', former)).toBe(false);
      expect(await records.remove('webhook-event', present)).toBe(false);
      expect(await records.find('lease', 'key')).toEqual(present);
    });

    test('lists what is an owner’s, of one kind, in the order of keys', async () => {
      for (const key of ['c', 'a', 'b:2', 'b', 'B']) {
        await records.insert('portal-link', createRecord(key, { owner: 'ada' }));
      }
      await records.insert('portal-link-use', createRecord('a', { owner: 'ada' }));
      await records.insert('portal-link', createRecord('d', { owner: 'Ada' }));
      await records.insert('portal-link', createRecord('e', { owner: 'ada ' }));
      await records.insert('portal-link', createRecord('f'));

      expect(await listKeys('ada')).toEqual(['B', 'a', 'b', 'b:2', 'c']);
      expect(await listKeys('Ada')).toEqual(['d']);
      expect(await listKeys('nobody')).toEqual([]);
      expect(await listKeys('null')).toEqual([]);
    });

    test('pages through all of a kind, in the order of keys', async () => {
      const keys = ['a', 'b', 'b:2', 'c', 'd'];
      for (const key of keys.toReversed()) await records.insert('portal-link', createRecord(key));
      await records.insert('portal-link-use', createRecord('b1'));

      const first = await records.page('portal-link', { first: 3 });
      const rest = await records.page('portal-link', { first: 3, after: first.items.at(-1)?.key });

      expect([first, rest].map((page) => page.items.map(({ key }) => key))).toEqual([
        ['a', 'b', 'b:2'],
        ['c', 'd'],
      ]);
      expect([first.hasNextPage, rest.hasNextPage]).toEqual([true, false]);
      expect((await records.page('portal-link', { first: 5 })).hasNextPage).toBe(false);
      expect((await records.page('lease', { first: 5 })).items).toEqual([]);
    });

    test('keeps kinds apart in every operation', async () => {
      const [lease, event] = [createRecord('key'), createRecord('key')];
      expect(await records.insert('lease', lease)).toBe(true);
      expect(await records.find('webhook-event', 'key')).toBeNull();
      expect(await records.insert('webhook-event', event)).toBe(true);

      expect(await records.remove('lease', lease)).toBe(true);
      expect(await records.find('webhook-event', 'key')).toEqual(event);
    });

    test('keeps scopes apart in every operation', async () => {
      const other = (await openScope('tes')).records;
      const [mine, theirs] = [createRecord('key', { owner: 'ada' }), createRecord('key', { owner: 'ada' })];
      expect(await records.insert('portal-link', mine)).toBe(true);
      expect(await other.find('portal-link', 'key')).toBeNull();
      expect(await other.listOf('portal-link', 'ada')).toEqual([]);
      expect(await other.remove('portal-link', mine)).toBe(false);
      expect(await other.insert('portal-link', theirs)).toBe(true);

      expect(await records.find('portal-link', 'key')).toEqual(mine);
      expect(await records.listOf('portal-link', 'ada')).toEqual([mine]);
      expect(await other.removeExpired(new Date('2100-01-01'))).toBe(1);
      expect(await records.find('portal-link', 'key')).toEqual(mine);
    });

    test('tells odd keys and owners apart', async () => {
      for (const key of oddKeys) {
        expect([key, await records.insert('portal-link', createRecord(key, { owner: key }))]).toEqual([
          key,
          true,
        ]);
      }
      for (const key of oddKeys) {
        expect((await records.find('portal-link', key))?.key).toBe(key);
        expect(await listKeys(key)).toEqual([key]);
      }
      for (const key of oddKeys) {
        const found = await records.find('portal-link', key);
        expect([key, found && (await records.remove('portal-link', found))]).toEqual([key, true]);
      }
    });

    test('of 100 inserts of one key at once, one is told true', async () => {
      const rivals = Array.from({ length: 100 }, (_, n) => createRecord('key', { content: { n } }));
      const told = await Promise.all(rivals.map((record) => records.insert('lease', record)));

      const winners = rivals.filter((_record, n) => told[n]);
      expect(winners).toHaveLength(1);
      expect(await records.find('lease', 'key')).toEqual(winners[0]);
    });

    test('of 100 removals at once, one is told true', async () => {
      const record = createRecord('key');
      await records.insert('lease', record);

      const told = await Promise.all(Array.from({ length: 100 }, () => records.remove('lease', record)));

      expect(told.filter(Boolean)).toHaveLength(1);
    });

    test('removes what expired before a time, of every kind and some at a time', async () => {
      const now = new Date('2030-06-01T00:00:00.000Z');
      const past = new Date(now.getTime() - 1);
      const keys = Array.from({ length: 600 }, (_, n) => `${n}`);
      const expired = keys.map((key) => createRecord(key, { expiresAt: past }));
      const kinds = ['lease', 'webhook-event'] as const;
      for (let n = 0; n < expired.length; n += 20) {
        const some = expired.slice(n, n + 20);
        await Promise.all(
          some.map((record) => records.insert(kinds[Number(record.key) % 2] ?? 'lease', record)),
        );
      }
      const lasting = [createRecord('at the time', { expiresAt: now }), createRecord('later')];
      for (const record of lasting) await records.insert('lease', record);

      const first = await records.removeExpired(now);
      expect(first).toBeGreaterThan(0);
      expect(first).toBeLessThan(600);
      expect(first + (await removeAll(() => records.removeExpired(now)))).toBe(600);
      expect(await records.removeExpired(now)).toBe(0);
      for (const record of lasting) expect(await records.find('lease', record.key)).toEqual(record);
      expect(await records.find('webhook-event', '1')).toBeNull();
    });

    test('answers nothing after its end', async () => {
      const record = createRecord('key');
      await database.close();

      await expectCode(records.insert('lease', record), 'STORE_UNAVAILABLE');
      await expectCode(records.find('lease', 'key'), 'STORE_UNAVAILABLE');
      await expectCode(records.listOf('lease', 'ada'), 'STORE_UNAVAILABLE');
      await expectCode(records.remove('lease', record), 'STORE_UNAVAILABLE');
      await expectCode(records.removeExpired(new Date()), 'STORE_UNAVAILABLE');
    });
  });
}
