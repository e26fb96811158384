import { randomUUID } from 'node:crypto';
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

/**
 * The store does not work with the current settings. The message is for the operator who starts the service: it says
 * what to change, may name a path, and is never sent to a client.
 */
export class DatabaseSetupError extends Error {
  override readonly name = 'DatabaseSetupError';
}

/**
 * Checks the name of a scope. With a colon in its name, two scopes could share a key: MongoDB's keys are
 * `scope:userId`, and the user id may contain colons.
 */
export function checkScope(scope: string): string {
  if (!/^[\w.-]{1,64}$/.test(scope)) {
    throw new DatabaseSetupError(
      `Invalid scope "${scope}": use 1 to 64 letters, digits, dots, dashes or underscores (STRIPE_SCOPE).`,
    );
  }
  return scope;
}

/** After this time, a sweep removes the heartbeat of a process that died before removing it. */
const lifeMs = 60_000;

/**
 * Writes a record and removes it, because a store on a full or read-only disk still answers reads.
 * @throws StoreUnavailableError
 */
export async function checkWrites(records: RecordStore): Promise<void> {
  const key = randomUUID();
  const expiresAt = new Date(Date.now() + lifeMs);
  await records.insert('heartbeat', { key, nonce: key, owner: null, content: {}, expiresAt });
  await records.remove('heartbeat', { key, nonce: key });
}
