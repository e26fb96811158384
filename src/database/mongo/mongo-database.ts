import mongoose from 'mongoose';
import type { Connection } from 'mongoose';
import { StoreUnavailableError } from '../../shared/errors.ts';
import {
  type Database,
  type DatabaseOptions,
  DatabaseSetupError,
  checkScope,
  checkWrites,
} from '../database.ts';
import { auditSchema, type AuditDocument, type AuditModel, MongoAuditLog } from './mongo-audit-log.ts';
import {
  customerSchema,
  type CustomerDocument,
  type CustomerModel,
  MongoCustomerDirectory,
} from './mongo-customer-directory.ts';
import { bounded, describe } from './mongo-errors.ts';
import {
  recordSchema,
  type RecordDocument,
  type RecordModel,
  MongoRecordStore,
} from './mongo-record-store.ts';

/** The driver's timeout for each step; `bounded` limits the whole operation. */
const stepTimeoutMs = 2_000;

/**
 * Opens a MongoDB database and creates missing indexes.
 * @throws DatabaseSetupError, StoreUnavailableError
 */
export async function openMongoDatabase({ url, scope }: DatabaseOptions): Promise<Database> {
  checkScope(scope);
  const connection = await connect(url);
  try {
    const customers = connection.model<CustomerDocument, CustomerModel>(
      'Customer',
      customerSchema,
      'customers',
    );
    const audit = connection.model<AuditDocument, AuditModel>('Audit', auditSchema, 'audit');
    await buildIndexes(customers);
    await buildIndexes(audit);
    const recordModel = connection.model<RecordDocument, RecordModel>('Record', recordSchema, 'records');
    await buildIndexes(recordModel);
    const records = new MongoRecordStore(recordModel, scope);
    return {
      description: await describeServer(connection),
      customers: new MongoCustomerDirectory(customers, scope),
      audit: new MongoAuditLog(audit, scope),
      records,
      ping: () => checkWrites(records),
      close: () => connection.close(true),
    };
  } catch (error) {
    await connection.close(true);
    throw error;
  }
}

async function connect(url: string): Promise<Connection> {
  const connection = mongoose.createConnection();
  try {
    await bounded(() =>
      connection.openUri(url, {
        serverSelectionTimeoutMS: stepTimeoutMs,
        connectTimeoutMS: stepTimeoutMs,
        socketTimeoutMS: stepTimeoutMs,
        waitQueueTimeoutMS: stepTimeoutMs,
        // Bounds how long connections to a hanging server are kept.
        heartbeatFrequencyMS: 1_000,
        bufferCommands: false,
        // A lookup must see a mapping that was just created, whatever the URL sets.
        readPreference: 'primary',
        // A change of the primary must not undo an acknowledged write.
        w: 'majority',
      }),
    );
    return connection;
  } catch (error) {
    await connection.close(true);
    if (error instanceof StoreUnavailableError) throw error;
    // The driver's message is left out: it may quote the URL with its password.
    throw new DatabaseSetupError(
      `Cannot connect to MongoDB by DATABASE_URL (${describe(error)}). Check its format, its options and the ` +
        "server's version; percent-encode special characters in the password.",
    );
  }
}

async function buildIndexes(model: Pick<CustomerModel, 'createIndexes' | 'collection'>): Promise<void> {
  try {
    await bounded(() => model.createIndexes());
  } catch (error) {
    if (error instanceof StoreUnavailableError) throw error;
    throw new DatabaseSetupError(
      `Cannot create the indexes of the collection "${model.collection.name}" (${describe(error)}). Look for ` +
        'documents that share a scope and a stripeCustomerId, and remove all but one of each.',
    );
  }
}

async function describeServer(connection: Connection): Promise<string> {
  const { version, ferretdbVersion } = await bounded(async () => runCommand(connection, { buildInfo: 1 }));
  return ferretdbVersion === undefined
    ? `MongoDB ${version}`
    : `FerretDB ${String(ferretdbVersion).replace(/^v/, '')}`;
}

async function runCommand(
  connection: Connection,
  command: mongoose.mongo.Document,
): Promise<mongoose.mongo.Document> {
  if (connection.db === undefined)
    throw new mongoose.mongo.MongoNotConnectedError('The connection is closed.');
  return connection.db.admin().command(command);
}
