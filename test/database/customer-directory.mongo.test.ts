import { afterAll } from '@jest/globals';
import { openDatabase } from '../../src/database/open-database.ts';
import { howToGetMongo, startMongoServer } from '../helpers/mongo-server.ts';
import { describeWithPart } from '../helpers/real-parts.ts';
import { describeCustomerDirectory } from './customer-directory.contract.ts';

const server = await startMongoServer();
const description = server && (await describeServer(server.createDatabaseUrl()));

afterAll(() => server?.stop());

describeWithPart('customer directory contract on MongoDB', server, howToGetMongo, ({ createDatabaseUrl }) => {
  describeCustomerDirectory(description ?? '', createDatabaseUrl);
});

async function describeServer(url: string): Promise<string> {
  const database = await openDatabase({ url, scope: 'test' });
  await database.close();
  return database.description;
}
