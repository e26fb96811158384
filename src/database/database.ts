import type { AuditLog } from '../audit/audit-log.ts';
import type { CustomerDirectory } from '../customers/customer-directory.ts';
import type { RecordStore } from '../records/record-store.ts';
import { SetupError } from '../shared/errors.ts';

/** Implements the features' store ports on one database engine. */
export interface Database {
  /** The engine and its version for logs, such as `SQLite 3.45` or `MongoDB 8.0`. */
  readonly description: string;
  readonly customers: CustomerDirectory;
  readonly audit: AuditLog;
  readonly records: RecordStore;
  /** Resolves when the store accepts writes. @throws StoreUnavailableError */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** `mongodb://…`, `mongodb+srv://…` or `sqlite:PATH`. */
  readonly url: string;
  /** Separates the mappings of `test`, `live` and named sandboxes. Keys begin with it and a colon, so it contains none. */
  readonly scope: string;
}

/** How many records one delete removes, which bounds its time. */
export const recordsPerRemoval = 500;

export class DatabaseSetupError extends SetupError {
  override readonly name = 'DatabaseSetupError';
}
