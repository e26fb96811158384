import { expect, test } from '@jest/globals';
import type { CustomerDirectory, LinkOutcome } from '../../src/customers/customer-directory.ts';
import { collectUserIds, createLinks, linkInSteps } from './directory-assertions.ts';

type Step = readonly [userId: string, stripeCustomerId: string, outcome: LinkOutcome];

/** What becomes of many links at once. */
export function describeManyLinks(getCustomers: () => CustomerDirectory): void {
  const linkAll = (steps: readonly Step[]): Promise<readonly LinkOutcome[]> =>
    getCustomers().linkMany(steps.map(([userId, stripeCustomerId]) => ({ userId, stripeCustomerId })));

  test('tells what became of each of many links, in their order', async () => {
    await getCustomers().link({ userId: 'ada', stripeCustomerId: 'cus_1' });
    const steps: Step[] = [
      ['bob', 'cus_2', 'linked'],
      ['ada', 'cus_1', 'unchanged'],
      ['ada', 'cus_3', 'user_taken'],
      ['eve', 'cus_1', 'customer_taken'],
      ['bob', 'cus_2', 'unchanged'],
      ['bob', 'cus_4', 'user_taken'],
      ['eve', 'cus_2', 'customer_taken'],
      ['eve', 'cus_4', 'linked'],
      ['ada', 'cus_2', 'user_taken'],
    ];

    expect(await linkAll(steps)).toEqual(steps.map(([, , outcome]) => outcome));
    expect(await getCustomers().linkMany([])).toEqual([]);
    expect(await collectUserIds(getCustomers(), 10)).toEqual(['ada', 'bob', 'eve']);
  });

  test('imports more than one step, and finds all of it unchanged the second time', async () => {
    const customers = getCustomers();
    const links = createLinks(1_203);
    expect(new Set(await linkInSteps(customers, links))).toEqual(new Set(['linked']));
    const more = [...links, { userId: 'ada', stripeCustomerId: 'cus_ada' }];
    const repeated = await linkInSteps(customers, more);
    expect(repeated).toEqual([...links.map(() => 'unchanged'), 'linked']);
    expect(await collectUserIds(customers, 500)).toHaveLength(1_204);
  });
}
