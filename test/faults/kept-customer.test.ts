import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import Libsql from 'libsql';
import { openDatabase } from '../../src/database/open-database.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { billingCustomerQuery } from '../helpers/operations.ts';
import { createTestApp } from '../helpers/test-app.ts';

const app = await createTestApp({ STRIPE_WEBHOOK_SECRETS: 'whsec_of_the_tests' });
const database = await openDatabase({ url: app.config.databaseUrl, scope: 'test' });
closeAfterTests(() => database.close());

let userId: string;
let customer: string;

beforeEach(async () => {
  userId = `user-${randomUUID()}`;
  customer = (await app.sdk.customers.create({ name: 'before' })).id;
  await app.link(userId, customer);
});

async function readName(fresh: boolean): Promise<string | null | undefined> {
  const token = await app.createToken({ userId });
  const answer = await app.execute({ document: billingCustomerQuery, variables: { fresh }, token });
  return answer.expectData().billingCustomer?.name;
}

describe('a customer that cannot be kept is still shown', () => {
  test.each([false, true])('when the lease is held by another (fresh: %p)', async (fresh) => {
    if (fresh) await readName(false);
    await app.sdk.customers.update(customer, { name: 'after' });
    const lease = {
      key: `customer:${customer}`,
      nonce: randomUUID(),
      owner: null,
      content: {},
      expiresAt: new Date(Date.now() + 60_000),
    };
    await database.records.insert('lease', lease);
    const start = performance.now();

    expect(await readName(fresh)).toBe('after');
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  test('when the store does not take it', async () => {
    const lock = new Libsql(app.config.databaseUrl.replace(/^sqlite:/, ''));
    lock.exec('BEGIN IMMEDIATE');
    try {
      expect(await readName(true)).toBe('before');
    } finally {
      lock.exec('ROLLBACK');
      lock.close();
    }

    expect(app.logs.filter((line) => line.includes(customer)).join()).toContain('STORE_UNAVAILABLE');
    expect(await database.records.find('customer-snapshot', customer)).toBeNull();
  });
});
