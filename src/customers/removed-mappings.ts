import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type RecordStore, neverExpires } from '../records/record-store.ts';
import type { MappingIds } from './customer-directory.ts';

const keySchema = z.object({ secret: z.string() });

/**
 * Records removed mappings, so that only an administrator can restore them. A mapping is stored as a keyed hash of both
 * ids: after an erasure, the store no longer contains the user's id, and guessing it needs the store and the customer's
 * id.
 */
export class RemovedMappings {
  private secret: Promise<string> | null = null;

  constructor(private readonly records: RecordStore) {}

  /** @throws StoreUnavailableError */
  async add(link: MappingIds): Promise<void> {
    await this.records.insert('removed-link', {
      key: await this.createKey(link),
      nonce: randomUUID(),
      owner: null,
      content: {},
      expiresAt: neverExpires,
    });
  }

  /** @throws StoreUnavailableError */
  async has(link: MappingIds): Promise<boolean> {
    return (await this.records.find('removed-link', await this.createKey(link))) !== null;
  }

  private async createKey({ userId, stripeCustomerId }: MappingIds): Promise<string> {
    const secret = await this.getSecret();
    return createHmac('sha256', secret)
      .update(JSON.stringify([userId, stripeCustomerId]))
      .digest('hex');
  }

  private getSecret(): Promise<string> {
    this.secret ??= this.readSecret().catch((error: unknown) => {
      // The next call tries again.
      this.secret = null;
      throw error;
    });
    return this.secret;
  }

  /** The first process that needs the secret creates it; all others read it. */
  private async readSecret(): Promise<string> {
    const name = { kind: 'removed-link-secret', key: 'secret' } as const;
    const found = await this.records.find(name.kind, name.key);
    if (found !== null) return keySchema.parse(found.content).secret;
    const secret = randomBytes(32).toString('base64url');
    const record = {
      key: name.key,
      nonce: randomUUID(),
      owner: null,
      content: { secret },
      expiresAt: neverExpires,
    };
    return (await this.records.insert(name.kind, record)) ? secret : this.readSecret();
  }
}
