import { randomUUID } from 'node:crypto';
import type { RecordStore } from '../records/record-store.ts';

/** After which a sweep removes a heartbeat whose process died before it could. */
const lifeMs = 60_000;

/**
 * Writes a record and removes it again: a store on a full or read-only disk still answers reads.
 * @throws StoreUnavailableError
 */
export async function checkWrites(records: RecordStore): Promise<void> {
  const key = randomUUID();
  const expiresAt = new Date(Date.now() + lifeMs);
  await records.insert('heartbeat', { key, nonce: key, owner: null, content: {}, expiresAt });
  await records.remove('heartbeat', { key, nonce: key });
}
