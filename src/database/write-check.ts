import { randomUUID } from 'node:crypto';
import type { RecordStore } from '../records/record-store.ts';

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
