import { expect, test } from '@jest/globals';
import { removeAll } from '../../src/records/record-store.ts';

test('removes until there is nothing left', async () => {
  const batches = [500, 500, 7, 0];

  await expect(removeAll(() => Promise.resolve(batches.shift() ?? 0))).resolves.toBe(1007);
});
