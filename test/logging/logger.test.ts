import { expect, test } from '@jest/globals';
import { type LoggedError, createLogger, describeError, logFailure } from '../../src/logging/logger.ts';
import { BadUserInputError, StoreUnavailableError } from '../../src/shared/errors.ts';

test('a long message of an error is cut, and its code is redacted like its message', () => {
  const error = Object.assign(new Error('x '.repeat(5_000)), { code: 'for ada@example.com' });

  const { message, code } = describeError(error);

  expect([message.length, code]).toEqual([2_000, 'for [e-mail]']);
});

test('the causes of an error are logged, but not without end where they form a circle', () => {
  const error = new Error('outer', { cause: new Error('inner') });
  expect(describeError(error)).toMatchObject({ message: 'outer', cause: { message: 'inner' } });

  (error.cause as Error).cause = error;
  let count = 0;
  for (let next: LoggedError | undefined = describeError(error); next !== undefined; next = next.cause)
    count += 1;
  expect(count).toBe(5);
});

test('a mistake of a client is not logged, and a failure of this service is', () => {
  const lines: string[] = [];
  const logger = createLogger('info', { write: (line) => void lines.push(line) });

  logFailure(logger, new BadUserInputError('Not a link id.'), 'a request failed');
  expect(lines).toEqual([]);
  logFailure(logger, new StoreUnavailableError(new Error('no answer')), 'a request failed');
  logFailure(logger, new TypeError('x is not a function'), 'a request failed');
  expect(lines.map((line) => (JSON.parse(line) as { level: number }).level)).toEqual([40, 50]);
});
