import { expect, test } from '@jest/globals';
import { describeStartFailure } from '../src/start-failure.ts';

test.each([
  [{ code: 'EADDRINUSE', port: 4000 }, 'Port 4000 is in use. Stop what listens there, or set PORT.'],
  [{ code: 'EACCES', port: 80 }, 'Port 80 may not be used by this user. Set PORT to one above 1023.'],
  [{ code: 'EACCES' }, 'The service could not start: listen'],
])('%j is told as: %s', (facts, text) => {
  expect(describeStartFailure(Object.assign(new Error('listen'), facts))).toBe(text);
});

test('words of others are told without what they may hold', () => {
  const error = new Error('listen EADDRNOTAVAIL 10.1.2.3:4000 with sk_test_secret');
  expect(describeStartFailure(error)).toBe(
    'The service could not start: listen EADDRNOTAVAIL [address] with [stripe key]',
  );
});
