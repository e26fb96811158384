import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { openDatabase } from '../../src/database/open-database.ts';
import { describeCustomerDirectory } from './customer-directory.contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'billing-portal-sqlite-'));
let files = 0;

afterAll(() => rmSync(folder, { recursive: true }));

const database = await openDatabase({ url: 'sqlite::memory:', scope: 'test' });
await database.close();

describeCustomerDirectory(database.description, () => `sqlite:${join(folder, `${(files += 1)}.db`)}`);
