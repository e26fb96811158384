import { expect, test } from '@jest/globals';
import mongoose, { mongo } from 'mongoose';
import { bounded } from '../../src/database/mongo/mongo-errors.ts';

const answer = (code: number): Error => new mongo.MongoServerError({ message: 'planted', code });

function createRetryable(): Error {
  const error = new mongo.MongoServerError({ message: 'planted', code: 11_601 });
  error.addErrorLabel(mongo.MongoErrorLabel.RetryableWriteError);
  return error;
}

const refused = Object.assign(new Error('planted'), { code: 'ECONNREFUSED' });
const select = (error?: Error): Error =>
  new mongo.MongoServerSelectionError('planted', {
    type: 'ReplicaSetNoPrimary',
    servers: new Map([['planted:27017', { error }]]),
  } as unknown as mongo.TopologyDescription);

const writeConcern = { ok: 1, writeConcernError: { code: 100, errmsg: 'planted' } } as const;

test.each<[string, Error, string]>([
  ['another server became the primary', answer(10_107), 'MongoServerError (10107)'],
  ['the server shuts down', answer(91), 'MongoServerError (91)'],
  ['the password is wrong', answer(18), 'MongoServerError (18)'],
  ['the driver may repeat the write', createRetryable(), 'MongoServerError (11601)'],
  [
    'too few members acknowledge',
    new mongo.MongoWriteConcernError(writeConcern),
    'MongoWriteConcernError (100)',
  ],
  [
    'the connection broke',
    new mongo.MongoNetworkError('planted', {
      cause: Object.assign(new Error('planted'), { code: 'ECONNRESET' }),
    }),
    'MongoNetworkError (ECONNRESET)',
  ],
  [
    'the name of mongodb+srv:// has no servers yet',
    new mongo.MongoAPIError('No addresses found at host'),
    'MongoAPIError',
  ],
  [
    'DNS does not know the name of mongodb+srv://',
    Object.assign(new Error('planted'), { code: 'ENOTFOUND', hostname: 'planted' }),
    'Error (ENOTFOUND)',
  ],
  ['no server can be reached', select(refused), 'MongoServerSelectionError (ECONNREFUSED)'],
  ['no server is the primary', select(), 'MongoServerSelectionError (ReplicaSetNoPrimary)'],
  ['the connection was closed', new mongoose.Error('planted'), 'MongooseError'],
  [
    'a bulk write lost its connection',
    new mongo.MongoServerError({ message: 'planted' }),
    'MongoServerError',
  ],
  ['the own store of FerretDB fails', answer(1), 'MongoServerError (1)'],
  ...[
    ['HostUnreachable', 6],
    ['HostNotFound', 7],
    ['Unauthorized', 13],
    ['MaxTimeMSExpired', 50],
    ['WriteConcernTimeout', 64],
    ['NetworkTimeout', 89],
    ['PrimarySteppedDown', 189],
    ['ExceededTimeLimit', 262],
    ['SocketException', 9_001],
    ['InterruptedAtShutdown', 11_600],
    ['InterruptedDueToReplStateChange', 11_602],
    ['NotPrimaryNoSecondaryOk', 13_435],
    ['NotPrimaryOrSecondary', 13_436],
  ].map(([name, code]): [string, Error, string] => [
    `the server answers ${name}`,
    answer(Number(code)),
    `MongoServerError (${code})`,
  ]),
])('an operation is STORE_UNAVAILABLE when %s', async (_reason, error, message) => {
  const { code, cause } = (await bounded(() => Promise.reject(error)).catch((thrown: unknown) => thrown)) as {
    code: string;
    cause: Error;
  };

  expect([code, cause.message]).toEqual(['STORE_UNAVAILABLE', message]);
});

test.each<[string, Error]>([
  ['the server is too old', new mongo.MongoCompatibilityError('planted')],
  [
    'a compressor is not installed',
    new mongo.MongoMissingDependencyError('planted', {
      cause: new Error('planted'),
      dependencyName: 'snappy',
    }),
  ],
  ['an option is not valid', new mongo.MongoInvalidArgumentError('planted')],
  ['the URL is not valid', new mongo.MongoParseError('planted')],
  ['the URL has no user', new mongo.MongoMissingCredentialsError('planted')],
  ['the driver is used in a wrong way', new mongo.MongoAPIError('planted')],
  ['the document is refused', answer(121)],
  ['the document does not fit its schema', new mongoose.Error.StrictModeError('planted')],
  ['FerretDB refuses a duplicate', new mongo.MongoServerError({ message: 'UNIQUE constraint', code: 1 })],
])('an operation fails with the error itself when %s', async (_reason, error) => {
  await expect(bounded(() => Promise.reject(error))).rejects.toBe(error);
});
