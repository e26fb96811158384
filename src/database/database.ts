import type { AuditLog } from '../audit/audit-log.ts';
import type { CustomerDirectory } from '../customers/customer-directory.ts';
import type { RecordStore } from '../records/record-store.ts';

/** The stores behind the features' ports, on one engine. */
export interface Database {
  /** The engine and its version, for people: `SQLite 3.45`, `MongoDB 8.0`. */
  readonly description: string;
  readonly customers: CustomerDirectory;
  readonly audit: AuditLog;
  readonly records: RecordStore;
  /** Resolves when the store answers, and takes writes. @throws StoreUnavailableError */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** `mongodb://…`, `mongodb+srv://…` or `sqlite:PATH`. */
  readonly url: string;
  /** Which of Stripe's worlds the mappings belong to: `test`, `live`, or a sandbox's name. */
  readonly scope: string;
}
