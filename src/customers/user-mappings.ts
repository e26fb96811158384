import { createHmac, randomBytes } from 'node:crypto';
import * as z from 'zod';
import { type RecordStore, createRecord } from '../records/record-store.ts';
import type { CreationAttempts } from './creation-attempts.ts';
import type { CustomerDirectory, CustomerMapping, MappingIds } from './customer-directory.ts';
import { MappingRemovedError } from './customer.errors.ts';

const keySchema = z.object({ secret: z.string() });

/**
 * Links users to customers without an administrator, and unlinks them. It records each removed mapping, so that only an
 * administrator can restore it. The record is a keyed hash of both ids: after an erasure, the store does not contain the
 * user's id, and guessing it needs the store and the customer's id. Every method may throw StoreUnavailableError.
 */
export class UserMappings {
  private secret: string | null = null;
  private readonly removals: ((userId: string) => Promise<unknown>)[] = [];

  constructor(
    private readonly directory: CustomerDirectory,
    private readonly records: RecordStore,
    private readonly attempts: CreationAttempts,
  ) {}

  async isAllowed(link: MappingIds): Promise<boolean> {
    return (await this.records.find('removed-link', await this.createKey(link))) === null;
  }

  async forbid(link: MappingIds): Promise<void> {
    await this.records.insert('removed-link', createRecord(await this.createKey(link)));
  }

  /** @throws MappingRemovedError, UserAlreadyLinkedError, CustomerAlreadyLinkedError */
  async link(link: MappingIds): Promise<CustomerMapping> {
    if (!(await this.isAllowed(link))) throw new MappingRemovedError();
    const { mapping, created } = await this.directory.link(link);
    // An unlinking records the removal first: one that came in between is seen now, or removes this link itself.
    return !created || (await this.isAllowed(link)) ? mapping : this.withdraw(link);
  }

  /** Removes a link that was just made. @throws MappingRemovedError always */
  async withdraw(link: MappingIds): Promise<never> {
    await this.forbid(link);
    const current = await this.directory.findByUserId(link.userId);
    if (current?.stripeCustomerId === link.stripeCustomerId) await this.directory.unlink(link.userId);
    throw new MappingRemovedError();
  }

  /** Registers a removal of a feature's data about a user's customer, which every unlinking runs. */
  alsoRemove(removal: (userId: string) => Promise<unknown>): void {
    this.removals.push(removal);
  }

  unlink(userId: string): Promise<CustomerMapping | null> {
    return this.leave(userId, () => this.directory.unlink(userId));
  }

  /** Moves a user with the contract end and the attributes. Null when the user had no mapping, or another user has the customer. */
  move(userId: string, stripeCustomerId: string): Promise<CustomerMapping | null> {
    const changes = { stripeCustomerId, createdAt: new Date() };
    return this.leave(userId, () => this.directory.update(userId, changes), stripeCustomerId);
  }

  /** Also removes the stored data about the customer, even when an earlier call crashed halfway. */
  private async leave(
    userId: string,
    change: () => Promise<CustomerMapping | null>,
    nextCustomerId?: string,
  ): Promise<CustomerMapping | null> {
    const known = await this.directory.findByUserId(userId);
    if (known !== null) await this.forbid(known);
    const mapping = await change();
    // Another mapping replaced the first meanwhile.
    if (mapping !== null && ![known?.stripeCustomerId, nextCustomerId].includes(mapping.stripeCustomerId))
      await this.forbid(mapping);
    for (const remove of this.removals) await remove(userId);
    // The customer that an attempt created no longer belongs to the user. Without a mapping, an attempt may be under way.
    if (mapping !== null) await this.attempts.removeOf(userId);
    return mapping;
  }

  private async createKey({ userId, stripeCustomerId }: MappingIds): Promise<string> {
    this.secret ??= await this.readSecret();
    const hmac = createHmac('sha256', this.secret);
    return hmac.update(JSON.stringify([userId, stripeCustomerId])).digest('hex');
  }

  /** The first process that needs the secret creates it; all others read it. */
  private async readSecret(): Promise<string> {
    const found = await this.records.find('removed-link-secret', 'secret');
    if (found !== null) return keySchema.parse(found.content).secret;
    const secret = randomBytes(32).toString('base64url');
    const record = createRecord('secret', { content: { secret } });
    return (await this.records.insert('removed-link-secret', record)) ? secret : this.readSecret();
  }
}
