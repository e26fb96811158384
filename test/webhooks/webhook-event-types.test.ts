import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { handledEventTypes } from '../../src/webhooks/webhook-event.ts';

test("are no more than Stripe's list of events takes at a time", () => {
  expect(handledEventTypes.length).toBeLessThanOrEqual(20);
});

test('are those that the guide lets Stripe send', () => {
  const guide = readFileSync(new URL('../../docs/webhooks.md', import.meta.url), 'utf8');
  const enabled = [...guide.matchAll(/enabled_events\[\]=([\w.]+)/g)].map(([, type]) => type);

  expect(enabled.toSorted()).toEqual(handledEventTypes.toSorted());
});
