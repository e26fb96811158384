import mongoose, { type Connection } from 'mongoose';
import { StoreUnavailableError } from '../../shared/errors.ts';
import { openAll } from '../../shared/opened-parts.ts';
import { type Database, type DatabaseOptions, DatabaseSetupError } from '../database.ts';
import { MongoAuditLog, auditSchema } from './mongo-audit-log.ts';
import { MongoCollection } from './mongo-collection.ts';
import { MongoCustomerDirectory, customerSchema } from './mongo-customer-directory.ts';
import { bounded, describe } from './mongo-errors.ts';
import { MongoRecordStore, recordSchema } from './mongo-record-store.ts';

/** The driver's timeout for each step; `bounded` limits the whole operation. */
const stepTimeoutMs = 2_000;

/** Opens a MongoDB database and creates missing indexes. @throws DatabaseSetupError, StoreUnavailableError */
export function openMongoDatabase({ url, scope }: DatabaseOptions): Promise<Omit<Database, 'ping'>> {
  return openAll(async (opened) => {
    // A host may use the same copy of mongoose: its disconnect() closes the connections of every part of the process.
    const connection = new mongoose.Mongoose().createConnection();
    opened.add(() => connection.close(true));
    await connect(connection, url);
    return {
      customers: new MongoCustomerDirectory(await MongoCollection.open(connection, customerSchema), scope),
      audit: new MongoAuditLog(await MongoCollection.open(connection, auditSchema), scope),
      records: new MongoRecordStore(await MongoCollection.open(connection, recordSchema), scope),
      description: await describeServer(connection),
      close: () => opened.close(),
    };
  });
}

async function connect(connection: Connection, url: string): Promise<void> {
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
  } catch (error) {
    if (error instanceof StoreUnavailableError) throw error;
    // The driver's message is left out: it may quote the URL with its password.
    throw new DatabaseSetupError(
      `Cannot connect to MongoDB by DATABASE_URL (${describe(error)}). Check its format, its options and the ` +
        "server's version; percent-encode special characters in the password.",
    );
  }
}

async function describeServer(connection: Connection): Promise<string> {
  const admin = connection.getClient().db().admin();
  const { version, ferretdbVersion } = await bounded(() => admin.buildInfo());
  return ferretdbVersion === undefined
    ? `MongoDB ${version}`
    : `FerretDB ${String(ferretdbVersion).replace(/^v/, '')}`;
}
