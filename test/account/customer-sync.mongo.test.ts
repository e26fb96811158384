import { afterAll } from '@jest/globals';
import { howToGetMongo, startMongoServer } from '../helpers/mongo-server.ts';
import { describeWithPart } from '../helpers/real-parts.ts';
import { describeSync } from './customer-sync.contract.ts';

const server = await startMongoServer();

afterAll(() => server?.stop());

describeWithPart(
  `the sync of customers on ${server?.description ?? 'MongoDB'}`,
  server,
  howToGetMongo,
  ({ createDatabaseUrl }) => {
    describeSync(createDatabaseUrl);
  },
);
