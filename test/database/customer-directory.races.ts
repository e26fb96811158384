import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { CustomerDirectory } from '../../src/customers/customer-directory.ts';
import { CustomerAlreadyLinkedError, UserAlreadyLinkedError } from '../../src/customers/customer.errors.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import type { Database } from '../../src/database/database.ts';
import { collectUserIds, createLinks } from './directory-assertions.ts';

/** What holds when two connections work on the same users and customers. */
export function describeRaces(title: string, createUrl: () => string): void {
  describe(title, () => {
    let databases: readonly [Database, Database];
    let customers: CustomerDirectory;

    beforeEach(async () => {
      const url = createUrl();
      databases = [await openDatabase({ url, scope: 'test' }), await openDatabase({ url, scope: 'test' })];
      customers = databases[0].customers;
    });

    afterEach(async () => {
      await Promise.all(databases.map((database) => database.close()));
    });

    const directory = (index: number): CustomerDirectory => databases[index % 2 === 0 ? 0 : 1].customers;

    test('lets one of 100 customers win a user', async () => {
      const links = Array.from({ length: 100 }, (_, i) => ({
        userId: 'ada',
        stripeCustomerId: `cus_${i}`,
      }));
      const results = await Promise.allSettled(links.map((link, i) => directory(i).link(link)));

      const won = results.filter((result) => result.status === 'fulfilled');
      expect(won).toHaveLength(1);
      expect(won[0]?.value.created).toBe(true);
      expect(await customers.findByUserId('ada')).toEqual(won[0]?.value.mapping);
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(UserAlreadyLinkedError);
      }
    });

    test('lets one of 100 users win a customer', async () => {
      const links = createLinks(100).map(({ userId }) => ({ userId, stripeCustomerId: 'cus_1' }));
      const results = await Promise.allSettled(links.map((link, i) => directory(i).link(link)));

      const won = results.filter((result) => result.status === 'fulfilled');
      expect(won).toHaveLength(1);
      expect(await customers.findByStripeCustomerId('cus_1')).toEqual(won[0]?.value.mapping);
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(CustomerAlreadyLinkedError);
      }
    });

    test('makes one link of 50 equal ones', async () => {
      const results = await Promise.all(
        Array.from({ length: 50 }, (_, i) => directory(i).link({ userId: 'ada', stripeCustomerId: 'cus_1' })),
      );
      expect(results.filter(({ created }) => created)).toHaveLength(1);
    });

    test('gives an unlinked mapping to one of 50 callers', async () => {
      await customers.link({ userId: 'ada', stripeCustomerId: 'cus_1' });
      const results = await Promise.all(Array.from({ length: 50 }, (_, i) => directory(i).unlink('ada')));
      expect(results.filter((mapping) => mapping !== null)).toHaveLength(1);
    });

    test('counts as many links as unlinks when they race', async () => {
      const runs = Array.from({ length: 60 }, async (_, i) => {
        const stripeCustomerId = `cus_${i % 3}`;
        const linked = directory(i).link({ userId: 'ada', stripeCustomerId });
        const [link, unlinked] = await Promise.allSettled([linked, directory(i + 1).unlink('ada')]);
        if (link.status === 'rejected') expect(link.reason).toBeInstanceOf(UserAlreadyLinkedError);
        if (unlinked.status === 'rejected') throw unlinked.reason;
        return {
          made: link.status === 'fulfilled' && link.value.created ? 1 : 0,
          removed: unlinked.value === null ? 0 : 1,
        };
      });
      const counts = await Promise.all(runs);
      const left = counts.reduce((sum, { made, removed }) => sum + made - removed, 0);
      expect(left).toBe((await customers.findByUserId('ada')) === null ? 0 : 1);
    });

    test('brings no unlinked mapping back by an update', async () => {
      for (let round = 0; round < 20; round += 1) {
        await customers.link({ userId: 'ada', stripeCustomerId: 'cus_1' });
        const updates = [0, 1, 2, 3].map((i) =>
          directory(i).update('ada', { attributes: { round: `${round}` } }),
        );
        await Promise.all([...updates, directory(round).unlink('ada')]);
        expect(await customers.findByUserId('ada')).toBeNull();
        expect(await customers.findByStripeCustomerId('cus_1')).toBeNull();
      }
    });

    test('lets two imports share out the same users', async () => {
      const mine = createLinks(300, 'user', 'cus_a');
      const theirs = createLinks(300, 'user', 'cus_b').reverse();
      const [first, second] = await Promise.all([directory(0).linkMany(mine), directory(1).linkMany(theirs)]);

      for (const [index, outcome] of first.entries()) {
        expect([outcome, second[299 - index]].sort()).toEqual(['linked', 'user_taken']);
      }
      expect(await collectUserIds(customers, 500)).toHaveLength(300);
    });
  });
}
