import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';
import { type LoggedError, createLogger, describeError, logFailure } from '../../src/logging/logger.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
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

test('an error is logged by its name, its code, its place in the sources, and its request at Stripe', () => {
  const error = Object.assign(new RangeError('no'), { code: 42, requestId: 'req_1' });
  error.stack = [
    'RangeError: no',
    '    at send (file:///app/node_modules/stripe/src/net.ts:12:34)',
    '    at file:///app/elsewhere.js:1:2',
    '    at open (file:///app/src/portal/portal-session.ts:41:7)',
    '    at run (file:///app/src/app.ts:5:6)',
  ].join('\n');
  const at = 'portal/portal-session.ts:41';
  expect(describeError(error)).toEqual({
    name: 'RangeError',
    message: 'no',
    code: '42',
    at,
    stripeRequestId: 'req_1',
  });

  const odd = Object.assign(new Error('no'), { code: {}, requestId: 7, stack: undefined });
  expect(describeError(odd)).toEqual({ name: 'Error', message: 'no' });
  expect(describeError('no')).toEqual({
    name: 'string',
    message: 'a value that is not an error was thrown',
  });
});

test('a line names its level and its time, and no line is written below the level that is set', () => {
  const lines: string[] = [];
  const logger = createLogger('warn', { write: (line) => void lines.push(line) });

  logger.info('a request');
  logger.warn({ swept: 'records' }, 'a failure');

  expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
    { level: 40, time: expect.any(Number), swept: 'records', msg: 'a failure' },
  ]);
});

test('an error is logged without its place while the source map cannot be read', () => {
  const file = join(createTemporaryFolder(), 'service.js');
  writeFileSync(`${file}.map`, '{"version":3,"sour');
  const error = new Error('no');
  error.stack = `Error: no\n    at open (${pathToFileURL(file).href}:1:2)`;

  expect(describeError(error)).toEqual({ name: 'Error', message: 'no' });
});

test('a mistake of a client is not logged, and a failure of this service is', () => {
  const lines: string[] = [];
  const logger = createLogger('info', { write: (line) => void lines.push(line) });

  logFailure(logger, new BadUserInputError('Not a link id.'), 'a request failed');
  expect(lines).toEqual([]);
  logFailure(logger, new StoreUnavailableError(new Error('no answer')), 'a request failed', { link: 'a' });
  logFailure(logger, new TypeError('x is not a function'), 'a request failed', { link: 'b' });
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { level: 40, link: 'a', error: { name: 'StoreUnavailableError' }, msg: 'a request failed' },
    { level: 50, link: 'b', error: { name: 'TypeError' }, msg: 'a request failed' },
  ]);
});
