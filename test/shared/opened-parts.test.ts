import { expect, test } from '@jest/globals';
import { OpenedParts } from '../../src/shared/opened-parts.ts';

test('what was opened is closed in reverse, once', async () => {
  const closed: string[] = [];
  const opened = new OpenedParts();
  opened.add(() => closed.push('database'));
  opened.add(() => closed.push('server'));

  await Promise.all([opened.close(), opened.close()]);

  expect(closed).toEqual(['server', 'database']);
});

test('a part that cannot be closed keeps no other open, and is told of', async () => {
  const closed: string[] = [];
  const opened = new OpenedParts();
  opened.add(() => closed.push('database'));
  opened.add(() => Promise.reject(new Error('second')));
  opened.add(() => Promise.reject(new Error('first')));

  await expect(opened.close()).rejects.toThrow('first');

  expect(closed).toEqual(['database']);
});
