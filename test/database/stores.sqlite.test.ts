import { join } from 'node:path';
import { openDatabase } from '../../src/database/open-database.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { describeAuditLog } from './audit-log.contract.ts';
import { describeCustomerDirectory } from './customer-directory.contract.ts';
import { describeRecordStore } from './record-store.contract.ts';

const folder = createTemporaryFolder();
let files = 0;
const createUrl = (): string => `sqlite:${join(folder, `${(files += 1)}.db`)}`;

const database = await openDatabase({ url: 'sqlite::memory:', scope: 'test' });
await database.close();
const { description } = database;

describeCustomerDirectory(description, createUrl);
describeAuditLog(description, createUrl);
describeRecordStore(description, createUrl);
