import { isNativeError } from 'node:util/types';
import mongoose, { mongo } from 'mongoose';
import { StoreUnavailableError } from '../../shared/errors.ts';

/** The longest an operation may take, retries and the wait for a server included. */
export const operationTimeoutMs = 2_500;

/**
 * What a server answers while it cannot serve: credentials refused, shutting down, not the primary, out of
 * time. https://www.mongodb.com/docs/manual/reference/error-codes/
 */
const unavailableCodes = new Set<unknown>([
  6, 7, 13, 18, 50, 64, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436,
]);

/** What no waiting mends: the URL, an option, a module or the server's version is wrong. */
const configurationErrors = [
  mongo.MongoParseError,
  mongo.MongoInvalidArgumentError,
  mongo.MongoMissingCredentialsError,
  mongo.MongoMissingDependencyError,
  mongo.MongoCompatibilityError,
];

/**
 * Runs an operation under a deadline of its own: the driver's timeouts are for one step each, and a call
 * passes through several. An operation that is given up may still take effect.
 */
export async function bounded<T>(operation: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    const late = new StoreUnavailableError(
      new Error(`MongoDB gave no answer within ${operationTimeoutMs} ms.`),
    );
    timer = setTimeout(() => reject(late), operationTimeoutMs);
  });
  try {
    return await Promise.race([operation(), deadline]);
  } catch (error) {
    throw isUnavailable(error) ? new StoreUnavailableError(new Error(describe(error))) : error;
  } finally {
    clearTimeout(timer);
  }
}

/** Whether an insert was refused because a unique value is taken. */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof mongo.MongoServerError && error.code === 11_000;
}

function isUnavailable(error: unknown): boolean {
  if (error instanceof mongo.MongoServerError) {
    return (
      // No code: a lost connection, which the driver's bulk insert dresses up as the server's refusal.
      error.code === undefined ||
      unavailableCodes.has(error.code) ||
      error instanceof mongo.MongoWriteConcernError ||
      error.hasErrorLabel(mongo.MongoErrorLabel.RetryableWriteError)
    );
  }
  if (configurationErrors.some((kind) => error instanceof kind)) return false;
  return (
    error instanceof mongo.MongoError ||
    error instanceof mongoose.Error.MongooseServerSelectionError ||
    // mongoose's plain error says that the connection is closed; its other classes mean a fault of ours.
    (isNativeError(error) && error.name === 'MongooseError') ||
    // The resolver's own error, when the name behind mongodb+srv:// is not found.
    (isNativeError(error) && 'syscall' in error)
  );
}

/** Says what failed without saying where: the driver's messages hold host names, and these words are logged. */
export function describe(error: unknown): string {
  const name = isNativeError(error) ? error.name : typeof error;
  const code = findCode(error);
  return code === undefined ? name : `${name} (${code})`;
}

interface ErrorDetails {
  readonly code?: string | number;
  readonly codeName?: string;
  readonly reason?: { readonly servers?: ReadonlyMap<string, { readonly error: unknown }> };
}

/** The code at the bottom, such as ECONNREFUSED: in `cause`, or in the driver's picture of the servers. */
function findCode(error: unknown): string | undefined {
  if (!isNativeError(error)) return undefined;
  const { code, codeName = code, reason } = error as ErrorDetails;
  const servers = [...(reason?.servers?.values() ?? [])];
  const below = [error.cause, ...servers.map((server) => server.error)].map(findCode);
  return below.find((found) => found !== undefined) ?? codeName?.toString();
}
