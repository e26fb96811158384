import { join } from 'node:path';
import { openDatabase } from '../../src/database/open-database.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { describeAuditLog } from './audit-log.contract.ts';

const folder = createTemporaryFolder();
let files = 0;

const database = await openDatabase({ url: 'sqlite::memory:', scope: 'test' });
await database.close();

describeAuditLog(database.description, () => `sqlite:${join(folder, `${(files += 1)}.db`)}`);
