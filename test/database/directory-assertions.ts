import { expect } from '@jest/globals';
import {
  type CustomerDirectory,
  type LinkOutcome,
  type MappingIds,
  linksPerStep,
} from '../../src/customers/customer-directory.ts';
import { type BillingErrorCode, BillingError } from '../../src/shared/errors.ts';

/** Expects a refusal with this code and returns it. */
export async function expectCode(promise: Promise<unknown>, code: BillingErrorCode): Promise<BillingError> {
  const error = await promise.then(
    (value) => new Error(`expected ${code}, got ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof BillingError)) throw error;
  expect(error.code).toBe(code);
  return error;
}

/** Every user id, page by page. */
export async function collectUserIds(customers: CustomerDirectory, pageSize: number): Promise<string[]> {
  const userIds: string[] = [];
  for (;;) {
    const { items, hasNextPage } = await customers.list({ first: pageSize, after: userIds.at(-1) });
    userIds.push(...items.map(({ userId }) => userId));
    expect(items.length).toBeLessThanOrEqual(pageSize);
    if (!hasNextPage) return userIds;
  }
}

export function createLinks(count: number, user = 'user', customer = `cus_${user}`): MappingIds[] {
  return Array.from({ length: count }, (_, index) => {
    const number = String(index).padStart(5, '0');
    return { userId: `${user}_${number}`, stripeCustomerId: `${customer}${number}` };
  });
}

/** Links as an import does. */
export async function linkInSteps(
  customers: CustomerDirectory,
  links: readonly MappingIds[],
): Promise<LinkOutcome[]> {
  const outcomes: LinkOutcome[] = [];
  while (outcomes.length < links.length) {
    const next = links.slice(outcomes.length, outcomes.length + linksPerStep);
    outcomes.push(...(await customers.linkMany(next)));
  }
  return outcomes;
}
