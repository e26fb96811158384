import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { handledEventTypes } from '../../src/webhooks/webhook-event.ts';

test('are those that the guide describes', () => {
  const guide = readFileSync(new URL('../../docs/webhooks.md', import.meta.url), 'utf8');
  const section = guide.split(/^##+ /m).find((part) => part.startsWith('What each event does')) ?? '';
  const rows = [...section.matchAll(/^\| (`.*?) \|/gm)].map(([, cell = '']) => cell);
  let prefix = '';
  const described = rows.flatMap((cell) =>
    [...cell.matchAll(/`([\w.]+)`/g)].map(([, name = '']) => {
      if (name.startsWith('.')) return `${prefix}${name}`;
      prefix = name.slice(0, name.lastIndexOf('.'));
      return name;
    }),
  );

  expect(described.toSorted()).toEqual(handledEventTypes.toSorted());
});
