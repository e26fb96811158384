import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from '@jest/globals';
import { openDatabase } from '../../src/database/open-database.ts';
import { howToGetMongo, startMongoServer } from '../helpers/mongo-server.ts';
import { describeWithPart } from '../helpers/real-parts.ts';
import { describeRecordStore } from './record-store.contract.ts';

const server = await startMongoServer();
const description = server && (await describeServer(server.createDatabaseUrl()));

afterAll(() => server?.stop());

describeWithPart('record store contract on MongoDB', server, howToGetMongo, ({ createDatabaseUrl }) => {
  describeRecordStore(description ?? '', createDatabaseUrl);

  test('every write waits for its answer, though the URL asks for none', async () => {
    const url = createDatabaseUrl();
    const option = `${url.includes('?') ? '&' : '?'}w=0`;
    const database = await openDatabase({ url: url + option, scope: 'test' });
    const insert = (): Promise<boolean> => {
      const record = { key: 'key', nonce: randomUUID(), owner: null, content: {}, expiresAt: new Date() };
      return database.records.insert('lease', record);
    };

    expect([await insert(), await insert()]).toEqual([true, false]);
    await database.close();
  });
});

async function describeServer(url: string): Promise<string> {
  const database = await openDatabase({ url, scope: 'test' });
  await database.close();
  return database.description;
}
