import { join } from 'node:path';
import { describe } from '@jest/globals';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { describeSync } from './customer-sync.contract.ts';

const folder = createTemporaryFolder();
let files = 0;

describe('the sync of customers on SQLite', () => {
  describeSync(() => `sqlite:${join(folder, `${(files += 1)}.db`)}`);
});
