import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type CustomerDirectory, userIdSchema } from '../../src/customers/customer-directory.ts';
import { CustomerAlreadyLinkedError, UserAlreadyLinkedError } from '../../src/customers/customer.errors.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import type { Database } from '../../src/database/database.ts';
import { describeManyLinks } from './customer-directory.many.ts';
import { describeRaces } from './customer-directory.races.ts';
import { collectUserIds, createLinks, expectCode } from './directory-assertions.ts';
import { anyCharacter } from '../helpers/any-character.ts';

/** Pairs that a store could take for one another: by case, accents, spaces, separators, wildcards, numbers. */
const lookAlikes = [
  'ada', 'Ada', 'ada ', ' ada', 'ａda', '\u00e9', 'e\u0301', '\ufb01', 'fi', 'ß', 'ss', 'İ', 'i', '1', '01', '1.0', '1e0',
  'a:b', ':b', 'test:ada', 'auth0|5f7c8ec7c33c6c004bbafe82', 'a.b', '$where', '$ada', '{"$gt":""}', "'; DROP TABLE customers; --",
  '"', '\\', '%', '_', '*', 'null', 'undefined', '__proto__', '👩‍👩‍👧', '👩', '\ue000', '\u{10000}', '\uffff', '\u200b', '\u00a0',
  '\ufeffada', 'ada\ufeff', '\u0085', '\u2028', '\u202eada', 'constructor', 'toString',
  'a'.repeat(255), '🦄'.repeat(127),
]; // prettier-ignore

/** What every customer directory does, on whichever engine the URL names. */
export function describeCustomerDirectory(description: string, createUrl: () => string): void {
  const title = `customer directory contract on ${description}`;
  process.stderr.write(`${title}\n`);

  describe(title, () => {
    let database: Database;
    let customers: CustomerDirectory;
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
      customers = database.customers;
    });

    afterEach(async () => {
      await Promise.all(opened.splice(0).map((each) => each.close()));
    });

    test('finds a linked customer by either id, and nothing else', async () => {
      const before = Date.now();
      const { mapping, created } = await customers.link({ userId: 'ada', stripeCustomerId: 'cus_1' });

      expect(created).toBe(true);
      expect(mapping).toEqual({
        userId: 'ada',
        stripeCustomerId: 'cus_1',
        contractEndsAt: null,
        attributes: {},
        createdAt: expect.any(Date),
      });
      expect(mapping.createdAt.getTime()).toBeGreaterThanOrEqual(before);
      expect(mapping.createdAt.getTime()).toBeLessThanOrEqual(Date.now());
      expect(await customers.findByUserId('ada')).toEqual(mapping);
      expect(await customers.findByStripeCustomerId('cus_1')).toEqual(mapping);
      expect(await customers.findByUserId('cus_1')).toBeNull();
      expect(await customers.findByStripeCustomerId('ada')).toBeNull();
    });

    test('takes the same link again as no change', async () => {
      const first = await customers.link({ userId: 'ada', stripeCustomerId: 'cus_1' });
      const second = await customers.link({ userId: 'ada', stripeCustomerId: 'cus_1' });
      expect(second).toEqual({ mapping: first.mapping, created: false });
    });

    test('refuses a second customer for a user, and a second user for a customer', async () => {
      await customers.link({ userId: 'ada', stripeCustomerId: 'cus_1' });
      await customers.link({ userId: 'bob', stripeCustomerId: 'cus_2' });

      const link = (userId: string, stripeCustomerId: string) => customers.link({ userId, stripeCustomerId });
      await expect(link('ada', 'cus_3')).rejects.toThrow(UserAlreadyLinkedError);
      await expect(link('eve', 'cus_1')).rejects.toThrow(CustomerAlreadyLinkedError);
      await expect(link('ada', 'cus_2')).rejects.toThrow(UserAlreadyLinkedError);
      expect(await customers.findByStripeCustomerId('cus_3')).toBeNull();
      expect(await customers.findByUserId('eve')).toBeNull();
    });

    test('gives both ids free when a user is unlinked', async () => {
      const { mapping } = await customers.link({ userId: 'ada', stripeCustomerId: 'cus_1' });
      expect(await customers.unlink('ada')).toEqual(mapping);
      expect(await customers.unlink('ada')).toBeNull();
      expect(await customers.findByUserId('ada')).toBeNull();
      expect(await customers.findByStripeCustomerId('cus_1')).toBeNull();

      await customers.link({ userId: 'ada', stripeCustomerId: 'cus_2' });
      await customers.link({ userId: 'bob', stripeCustomerId: 'cus_1' });
    });

    test('changes what is given and leaves the rest', async () => {
      const { mapping } = await customers.link({ userId: 'ada', stripeCustomerId: 'cus_1' });
      const contractEndsAt = new Date('2031-02-03T04:05:06.789Z');
      const attributes = {
        'plan.tier': 'gold',
        $set: 'x',
        '': 'empty',
        __proto: 'é👩',
        constructor: '',
        'a:b': '0',
      };

      expect(await customers.update('ada', { contractEndsAt })).toEqual({ ...mapping, contractEndsAt });
      expect(await customers.update('ada', { attributes })).toEqual({
        ...mapping,
        contractEndsAt,
        attributes,
      });
      expect(await customers.update('ada', {})).toEqual({ ...mapping, contractEndsAt, attributes });
      expect(await customers.update('ada', { contractEndsAt: null })).toEqual({ ...mapping, attributes });
      expect(await customers.update('ada', { attributes: {} })).toEqual(mapping);
      expect(await customers.findByStripeCustomerId('cus_1')).toEqual(mapping);
    });

    test('moves a user to another customer with what is kept about the user, unless another user has it', async () => {
      await customers.link({ userId: 'ada', stripeCustomerId: 'cus_1' });
      await customers.link({ userId: 'bob', stripeCustomerId: 'cus_2' });
      const kept = { contractEndsAt: new Date('2031-02-03T04:05:06.789Z'), attributes: { plan: 'gold' } };
      await customers.update('ada', kept);
      const createdAt = new Date('2031-01-01T00:00:00.000Z');
      const moved = { userId: 'ada', stripeCustomerId: 'cus_3', createdAt, ...kept };

      expect(await customers.update('ada', { stripeCustomerId: 'cus_2', createdAt })).toBeNull();
      expect((await customers.findByUserId('ada'))?.stripeCustomerId).toBe('cus_1');
      const changes = { stripeCustomerId: 'cus_3', createdAt, contractEndsAt: undefined };
      expect(await customers.update('ada', changes)).toEqual(moved);
      expect(await customers.findByStripeCustomerId('cus_3')).toEqual(moved);
      expect(await customers.findByStripeCustomerId('cus_1')).toBeNull();
      await customers.link({ userId: 'eve', stripeCustomerId: 'cus_1' });
    });

    test('changes nothing of a user who is not linked', async () => {
      expect(await customers.update('ada', { attributes: { plan: 'gold' } })).toBeNull();
      expect(await customers.findByUserId('ada')).toBeNull();
    });

    test('lists in the order of code points, page by page', async () => {
      const userIds = ['b', 'a', 'B', 'é', 'ab', '\uffee', '\u{1f984}', 'a:', 'a;', 'z', ' '];
      for (const [index, userId] of userIds.entries()) {
        await customers.link({ userId, stripeCustomerId: `cus_${index}` });
      }
      const sorted = [' ', 'B', 'a', 'a:', 'a;', 'ab', 'b', 'z', 'é', '\uffee', '\u{1f984}'];

      expect(await collectUserIds(customers, 100)).toEqual(sorted);
      expect(await collectUserIds(customers, 3)).toEqual(sorted);
      expect(await collectUserIds(customers, 11)).toEqual(sorted);
      const { items, hasNextPage } = await customers.list({ first: 2, after: 'a;a' });
      expect([items.map(({ userId }) => userId), hasNextPage]).toEqual([['ab', 'b'], true]);
    });

    test('pages without doubles or gaps while others are linked', async () => {
      await customers.linkMany(createLinks(60, 'old'));
      const inserting = (async () => {
        for (const link of createLinks(60, 'new')) await customers.link(link);
      })();
      const seen = await collectUserIds(customers, 7);
      await inserting;

      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.filter((userId) => userId.startsWith('old'))).toHaveLength(60);
    });

    test('keeps scopes apart in every operation', async () => {
      const live = (await openScope('tes')).customers;
      await customers.link({ userId: 'ada', stripeCustomerId: 'cus_1' });
      await customers.link({ userId: 'only-here', stripeCustomerId: 'cus_2' });
      await live.link({ userId: 'ada', stripeCustomerId: 'cus_1' });

      expect(await live.findByUserId('only-here')).toBeNull();
      expect(await live.findByStripeCustomerId('cus_2')).toBeNull();
      expect(await live.unlink('only-here')).toBeNull();
      expect(await live.update('only-here', { attributes: { a: 'b' } })).toBeNull();
      await live.update('ada', { attributes: { of: 'live' } });
      expect((await customers.findByUserId('ada'))?.attributes).toEqual({});
      expect(await live.linkMany([{ userId: 'only-here', stripeCustomerId: 'cus_3' }])).toEqual(['linked']);
      expect(await collectUserIds(live, 10)).toEqual(['ada', 'only-here']);
      await live.unlink('ada');
      expect(await collectUserIds(customers, 10)).toEqual(['ada', 'only-here']);
    });

    test('confuses no two user ids that look alike', async () => {
      const links = lookAlikes.map((userId, index) => ({ userId, stripeCustomerId: `cus_${index}` }));
      for (const link of links.slice(0, 25)) expect((await customers.link(link)).created).toBe(true);
      expect(new Set(await customers.linkMany(links.slice(25)))).toEqual(new Set(['linked']));

      for (const link of links) {
        expect(await customers.findByUserId(link.userId)).toMatchObject(link);
        expect(await customers.findByStripeCustomerId(link.stripeCustomerId)).toMatchObject(link);
      }
      expect(await collectUserIds(customers, 100)).toHaveLength(links.length);
      for (const { userId } of links) expect(await customers.unlink(userId)).toMatchObject({ userId });
    });

    test('keeps any user id, in the order of its bytes', async () => {
      const anyUserId = fc.string({ unit: anyCharacter, minLength: 1, maxLength: 40 });
      const valid = anyUserId.filter((userId) => userIdSchema.safeParse(userId).success);
      const property = fc.asyncProperty(fc.uniqueArray(valid, { maxLength: 30 }), async (userIds) => {
        await customers.linkMany(
          userIds.map((userId, index) => ({ userId, stripeCustomerId: `cus_${index}` })),
        );
        const sorted = [...userIds].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        expect(await collectUserIds(customers, 20)).toEqual(sorted);
        for (const userId of userIds) expect(await customers.unlink(userId)).toMatchObject({ userId });
      });
      await fc.assert(property, { numRuns: 15 });
    });

    test.each(['', 'a\u0000b', 'line\nbreak', '\u007f', 'x'.repeat(256), 'half \ud83e', '\udd84 half'])(
      'refuses the user id %j',
      async (userId) => {
        const link = { userId, stripeCustomerId: 'cus_1' };
        await expectCode(customers.link(link), 'BAD_USER_INPUT');
        await expectCode(customers.linkMany([{ ...link, userId: 'ada' }, link]), 'BAD_USER_INPUT');
        await expectCode(customers.findByUserId(userId), 'BAD_USER_INPUT');
        await expectCode(customers.update(userId, {}), 'BAD_USER_INPUT');
        await expectCode(customers.unlink(userId), 'BAD_USER_INPUT');
        expect(await collectUserIds(customers, 10)).toEqual([]);
      },
    );

    test.each(['', 'sub_1', 'cus_', 'cus_a b', 'cus_é', `cus_${'x'.repeat(255)}`])(
      'refuses the customer id %j',
      async (stripeCustomerId) => {
        await expectCode(customers.link({ userId: 'ada', stripeCustomerId }), 'BAD_USER_INPUT');
        expect(await customers.findByStripeCustomerId(stripeCustomerId)).toBeNull();
      },
    );

    describeManyLinks(() => customers);

    test('answers a ping, and after its end nothing', async () => {
      await database.ping();
      await database.close();
      await database.close();

      await expectCode(database.ping(), 'STORE_UNAVAILABLE');
      await expectCode(customers.findByUserId('ada'), 'STORE_UNAVAILABLE');
      await expectCode(customers.findByStripeCustomerId('cus_1'), 'STORE_UNAVAILABLE');
      await expectCode(customers.link({ userId: 'ada', stripeCustomerId: 'cus_1' }), 'STORE_UNAVAILABLE');
      await expectCode(customers.linkMany(createLinks(2)), 'STORE_UNAVAILABLE');
      await expectCode(customers.update('ada', {}), 'STORE_UNAVAILABLE');
      await expectCode(customers.unlink('ada'), 'STORE_UNAVAILABLE');
      await expectCode(customers.list({ first: 1 }), 'STORE_UNAVAILABLE');
    });
  });

  describeRaces(`${title}, when many act at once`, createUrl);
}
