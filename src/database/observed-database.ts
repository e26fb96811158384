import { observePort } from '../telemetry/observed-port.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Database } from './database.ts';

/** Wraps the stores so that each operation has a span and metrics. */
export function observeDatabase(database: Database, telemetry: Telemetry): Database {
  return {
    ...database,
    customers: observePort(database.customers, 'customers', telemetry),
    audit: observePort(database.audit, 'audit', telemetry),
    records: observePort(database.records, 'records', telemetry),
  };
}
