import { isNativeError } from 'node:util/types';
import { mongo } from 'mongoose';
import { StoreUnavailableError } from '../../shared/errors.ts';

/** The timeout of an operation, including retries and the wait for a server. */
const operationTimeoutMs = 2_500;

/** The codes of an unavailable server, or of refused credentials: https://www.mongodb.com/docs/manual/reference/error-codes/ */
const unavailableCodes = new Set<unknown>([
  6, 7, 13, 18, 50, 64, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436,
]);

/** Permanent errors: the URL, an option, a module or the server's version is wrong. By name, since their subclasses may mean an unavailable server. */
const configurationErrors = new Set([
  'MongoAPIError',
  'MongoParseError',
  'MongoInvalidArgumentError',
  'MongoMissingCredentialsError',
  'MongoMissingDependencyError',
  'MongoCompatibilityError',
]);

/** The driver's own timeouts apply to each step of an operation. An operation that times out here may still take effect. */
export async function bounded<T>(operation: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    const late = new Error(`MongoDB did not answer within ${operationTimeoutMs} ms.`);
    timer = setTimeout(() => reject(new StoreUnavailableError(late)), operationTimeoutMs);
  });
  try {
    return await Promise.race([operation(), deadline]);
  } catch (error) {
    throw isUnavailable(error) ? new StoreUnavailableError(new Error(describe(error))) : error;
  } finally {
    clearTimeout(timer);
  }
}

function isUnavailable(error: unknown): boolean {
  if (error instanceof mongo.MongoServerError) {
    return (
      // The driver's bulk insert reports a lost connection as a server error without a code.
      error.code === undefined ||
      // FerretDB's InternalError: its own store fails, for example on a full disk.
      (error.code === 1 && !isDuplicate(error)) ||
      unavailableCodes.has(error.code) ||
      error instanceof mongo.MongoWriteConcernError ||
      error.hasErrorLabel(mongo.MongoErrorLabel.RetryableWriteError)
    );
  }
  // The driver has no other kind for a mongodb+srv:// name that has no servers yet.
  if (error instanceof mongo.MongoError)
    return !configurationErrors.has(error.name) || error.message.startsWith('No addresses found');
  if (!isNativeError(error)) return false;
  // A plain MongooseError means a closed connection; most of its subclasses mean a bug in this service.
  // A DNS error has a `hostname`: the name in mongodb+srv:// was not found.
  return /^Mongoose(ServerSelection)?Error$/.test(error.name) || 'hostname' in error;
}

/** Whether an index refused a value. Except for inserts, FerretDB has no code for it. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof mongo.MongoServerError && (error.code === 11_000 || /unique/i.test(error.message));
}

/** Describes an error for the log by its name and code. The driver's messages contain host names. */
export function describe(error: unknown): string {
  const name = isNativeError(error) ? error.name : typeof error;
  const code = findCode(error);
  return code === undefined ? name : `${name} (${code})`;
}

interface ErrorDetails {
  readonly code?: string | number;
  readonly codeName?: string;
  readonly reason?: {
    readonly type?: string;
    readonly servers?: ReadonlyMap<string, { readonly error: unknown }>;
  };
}

/** Finds the innermost code, such as ECONNREFUSED, in `cause` or the description of the servers, else how the servers are seen. */
function findCode(error: unknown): string | undefined {
  if (!isNativeError(error)) return undefined;
  const { code, codeName = code, reason } = error as ErrorDetails;
  const servers = [...(reason?.servers?.values() ?? [])];
  const below = [error.cause, ...servers.map((server) => server.error)].map(findCode);
  return below.find((found) => found !== undefined) ?? codeName?.toString() ?? reason?.type;
}
