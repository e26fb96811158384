import type { AuditLog } from '../audit/audit-log.ts';
import type { CustomerDirectory } from '../customers/customer-directory.ts';
import type { RecordStore } from '../records/record-store.ts';

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
  /** Separates the mappings of `test`, `live` and named sandboxes. */
  readonly scope: string;
}
