import { expect, test } from '@jest/globals';
import { DatabaseSetupError } from '../../src/database/database.ts';
import { StoreUnavailableError } from '../../src/shared/errors.ts';
import { describeStartFailure, getStartExitCode } from '../../src/process/start-failure.ts';

test.each([
  [
    { code: 'EADDRINUSE', port: 4000 },
    'Port 4000 is in use. Stop the process that uses it, or set PORT or METRICS_PORT, the one that names it.',
  ],
  [
    { code: 'EACCES', port: 80 },
    'This user may not listen on port 80. Set PORT or METRICS_PORT, the one that names it, to a port above 1023.',
  ],
  [{ code: 'EACCES' }, 'The service could not start: listen'],
  [{ code: 'EMFILE', port: 4000 }, 'The service could not start: listen'],
])('%j is told as: %s', (facts, text) => {
  expect(describeStartFailure(Object.assign(new Error('listen'), facts))).toBe(text);
});

test.each([
  [
    'a setting that is wrong',
    new DatabaseSetupError('There is no folder /var/lib/billing.'),
    'There is no folder /var/lib/billing.',
  ],
  [
    'a database that does not answer',
    new StoreUnavailableError(new Error('connect ECONNREFUSED 10.1.2.3:27017')),
    'The database (DATABASE_URL) is unreachable: [address]',
  ],
  ['a thrown text', 'no', 'The service could not start.'],
])('%s is told in words for the operator', (_title, error, text) => {
  expect(describeStartFailure(error)).toBe(text);
});

test.each(['getaddrinfo', 'listen'])(
  'an address that this machine does not have names its variables: %s',
  (syscall) => {
    const error = createListenError(syscall === 'listen' ? 'EADDRNOTAVAIL' : 'ENOTFOUND', syscall);
    expect(describeStartFailure(error)).toMatch(
      /^This machine has no address that HOST or METRICS_HOST names\./,
    );
  },
);

test.each([
  ['Invalid email address: jörg@müller.de', 'Invalid email address: [e-mail]'],
  ['Invalid email address: foo@bar', 'Invalid email address: [e-mail]'],
  ["No user o'brien@example.com.", 'No user [e-mail].'],
  ['"ada%40example.com" is taken', '"[e-mail]" is taken'],
  ['at /app/node_modules/@apollo/server', 'at [path]'],
  [
    'Connect Timeout Error (attempted addresses: 2001:db8::6812:443, 192.0.2.1:443, timeout: 10000ms)',
    'Connect Timeout Error (attempted addresses: [address], [address], timeout: 10000ms)',
  ],
  ['connection 3 to [2001:db8::7]:27017 closed', 'connection 3 to [address] closed'],
  ['getaddrinfo EAI_AGAIN mongo', '[address]'],
  ['connect ECONNREFUSED redis:6379', '[address]'],
  ['closed by fd00:0:0:0:0:0:0:1.', 'closed by [address].'],
  ['std::bad_alloc at 12:30:45', 'std::bad_alloc at 12:30:45'],
  ['whsec_Ab+/=-9 and whsec_xyz', '[webhook secret] and [webhook secret]'],
  ['Bearer eyJhbGci.eyJzdWIi.c2ln, then eyJhbGci.eyJzdWIi', 'Bearer [token], then [token]'],
  ['mongodb+srv://ada:secret@db.example/x and HTTPS://a.example/b', '[url] and [url]'],
  ['no\n    at open (/app/x.ts:1:2)\n    at run (/app/y.ts:3:4)', 'no [stack]'],
])(
  'a text is told without an e-mail address, a path, an address, a host name or a secret: %s',
  (text, redacted) => {
    expect(describeStartFailure(new Error(text))).toBe(`The service could not start: ${redacted}`);
  },
);

test('words of others are told without what they may hold', () => {
  const error = new Error('listen EADDRNOTAVAIL 10.1.2.3:4000 with sk_test_secret');
  expect(describeStartFailure(error)).toBe(
    'The service could not start: listen EADDRNOTAVAIL [address] with [stripe key]',
  );
});

test.each([
  ['a setting that is wrong', new DatabaseSetupError('DATABASE_URL names no file.'), 78],
  ['a port that this user may not use', createListenError('EACCES'), 78],
  ['an address that this machine does not have', createListenError('EADDRNOTAVAIL'), 78],
  ['a host name that is not found', createListenError('ENOTFOUND', 'getaddrinfo'), 78],
  ['a port in use', createListenError('EADDRINUSE'), 1],
  ['a name server that does not answer', createListenError('EAI_AGAIN', 'getaddrinfo'), 1],
  ['a database that does not answer', new StoreUnavailableError(new Error('no answer')), 1],
  ['a crash', new TypeError('x is not a function'), 1],
  ['a thrown text', 'no', 1],
])('%s ends a start with an exit code that says whether trying again helps', (_title, error, exitCode) => {
  expect(getStartExitCode(error)).toBe(exitCode);
});

function createListenError(code: string, syscall = 'listen'): Error {
  return Object.assign(new Error('listen'), { code, syscall });
}
