import { afterAll, expect, test } from '@jest/globals';
import mongoose from 'mongoose';
import { openDatabase } from '../../src/database/open-database.ts';
import { createRecord } from '../../src/records/record-store.ts';
import { howToGetMongo, startMongoServer } from '../helpers/mongo-server.ts';
import { describeWithPart } from '../helpers/real-parts.ts';
import { describeAuditLog } from './audit-log.contract.ts';
import { describeCustomerDirectory } from './customer-directory.contract.ts';
import { describeRecordStore } from './record-store.contract.ts';

const server = await startMongoServer();
const probe = server && (await openDatabase({ url: server.createDatabaseUrl(), scope: 'test' }));
await probe?.close();

afterAll(() => server?.stop());

describeWithPart('the stores on MongoDB', server, howToGetMongo, ({ createDatabaseUrl }) => {
  const description = probe?.description ?? '';
  describeCustomerDirectory(description, createDatabaseUrl);
  describeAuditLog(description, createDatabaseUrl);
  describeRecordStore(description, createDatabaseUrl);

  test("disconnect() of a host's own mongoose leaves the stores connected", async () => {
    const database = await openDatabase({ url: createDatabaseUrl(), scope: 'test' });
    await mongoose.disconnect();
    const { mapping } = await database.customers.link({ userId: 'ada', stripeCustomerId: 'cus_1' });
    await database.close();

    expect(mapping.userId).toBe('ada');
  });

  test('documents of a release without kinds of actors are judged by their names, and erased by person', async () => {
    const url = createDatabaseUrl();
    const connection = await mongoose.createConnection(url).asPromise();
    const pseudonym = 'erased:9b2f0c1e-7a44-4c1b-8f5e-0d6a1b2c3d4e';
    const names = ['cli', 'stripe', pseudonym, 'ada'];
    const facts = { scope: 'test', step: 'intended', at: new Date(), action: 'x', details: [] };
    await connection
      .collection<{ _id: string }>('audit')
      .insertMany(names.map((actor, n) => ({ ...facts, _id: `test:0${n}:intended`, actor, userId: actor })));
    await connection.close();
    const database = await openDatabase({ url, scope: 'test' });
    const { audit } = database;
    const list = async () =>
      (await audit.list({ first: 9 })).items.toReversed().map((entry) => [entry.actorKind, entry.userErased]);

    for (const userId of names.slice(0, 3)) await audit.anonymize({ userId, stripeCustomerId: null });
    const kinds = await list();
    expect(await audit.anonymize({ userId: 'ada', stripeCustomerId: null })).toBe(1);
    const erased = await list();
    await database.close();

    expect(kinds).toEqual([
      ['operator', true],
      ['stripe', true],
      ['erased', true],
      ['user', false],
    ]);
    expect(erased[3]).toEqual(['erased', true]);
  });

  test('every write waits for its answer, though the URL asks for none', async () => {
    const url = createDatabaseUrl();
    const option = `${url.includes('?') ? '&' : '?'}w=0`;
    const database = await openDatabase({ url: url + option, scope: 'test' });
    const insert = (): Promise<boolean> => database.records.insert('lease', createRecord('key'));

    expect([await insert(), await insert()]).toEqual([true, false]);
    await database.close();
  });
});
