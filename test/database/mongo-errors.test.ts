import { expect, test } from '@jest/globals';
import { mongo } from 'mongoose';
import { bounded } from '../../src/database/mongo/mongo-errors.ts';

const answer = (code: number): Error => new mongo.MongoServerError({ message: 'planted', code });

function createRetryable(): Error {
  const error = new mongo.MongoServerError({ message: 'planted', code: 11_601 });
  error.addErrorLabel(mongo.MongoErrorLabel.RetryableWriteError);
  return error;
}

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
  ['the document is refused', answer(121)],
])('an operation fails with the error itself when %s', async (_reason, error) => {
  await expect(bounded(() => Promise.reject(error))).rejects.toBe(error);
});
