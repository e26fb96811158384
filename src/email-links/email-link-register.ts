import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { FlowCompletionType, type PortalFlow, PortalFlowType } from '../portal/portal-flow.ts';
import type { KeptRecord, RecordStore } from '../records/record-store.ts';

/** A link into the portal that is meant for an e-mail: it opens a session when it is used, days later. */
export interface PortalLink {
  /** The hash of its token. */
  readonly id: string;
  readonly userId: string;
  /** The customer whom the user had when it was made. */
  readonly stripeCustomerId: string;
  readonly returnUrl: string;
  readonly flow: PortalFlow | null;
  readonly singleUse: boolean;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** For so long after a link's end its page can say that it was used, or has expired. */
const remembranceMs = 30 * 24 * 60 * 60_000;

const time = z.iso.datetime().transform((text) => new Date(text));

const flowSchema = z.object({
  type: z.enum(PortalFlowType),
  subscriptionId: z.string().nullish(),
  priceId: z.string().nullish(),
  quantity: z.int().nullish(),
  afterCompletion: z
    .object({
      type: z.enum(FlowCompletionType),
      returnUrl: z.string().nullish(),
      message: z.string().nullish(),
    })
    .nullish(),
});

const linkSchema = z.object({
  stripeCustomerId: z.string(),
  returnUrl: z.string(),
  flow: flowSchema.nullable(),
  singleUse: z.boolean(),
  createdAt: time,
  expiresAt: time,
});

const useSchema = z.object({ usedAt: time });

/** The links there are, and which of them were used up. */
export class LinkRegister {
  constructor(private readonly records: RecordStore) {}

  async add({ id, userId, ...content }: PortalLink): Promise<void> {
    const expiresAt = toRecordEnd(content.expiresAt);
    await this.records.insert('portal-link', { key: id, nonce: id, owner: userId, content, expiresAt });
  }

  async find(id: string): Promise<PortalLink | null> {
    const record = await this.records.find('portal-link', id);
    return record && toLink(record);
  }

  async listOf(userId: string): Promise<readonly PortalLink[]> {
    return (await this.records.listOf('portal-link', userId)).map(toLink);
  }

  /** Of all who try at once, one is told true. */
  remove({ id }: PortalLink): Promise<boolean> {
    return this.records.remove('portal-link', { key: id, nonce: id });
  }

  /** Removes a user's links and their uses, and tells how many links there were. */
  async removeOf(userId: string): Promise<number> {
    const links = await this.records.listOf('portal-link', userId);
    for (const link of links) await this.records.remove('portal-link', link);
    const uses = await this.records.listOf('portal-link-use', userId);
    for (const use of uses) await this.records.remove('portal-link-use', use);
    return links.length;
  }

  /** When it was used up; null when it was not. */
  async findUse(id: string): Promise<Date | null> {
    const record = await this.records.find('portal-link-use', id);
    return record && useSchema.parse(record.content).usedAt;
  }

  /** When links of a user were used up, by their ids. */
  async listUsesOf(userId: string): Promise<ReadonlyMap<string, Date>> {
    const records = await this.records.listOf('portal-link-use', userId);
    return new Map(records.map(({ key, content }) => [key, useSchema.parse(content).usedAt]));
  }

  /** Uses a link up. Of all who try, over all processes, one is told true. */
  async use({ id, userId, expiresAt }: PortalLink, usedAt: Date): Promise<boolean> {
    const use: KeptRecord = {
      key: id,
      nonce: randomUUID(),
      owner: userId,
      content: { usedAt },
      expiresAt: toRecordEnd(expiresAt),
    };
    try {
      return await this.records.insert('portal-link-use', use);
    } catch (error) {
      // It may have taken effect, and the link would be used up with nobody let in.
      await this.records.remove('portal-link-use', use).catch(() => false);
      throw error;
    }
  }
}

function toRecordEnd(expiresAt: Date): Date {
  return new Date(expiresAt.getTime() + remembranceMs);
}

function toLink({ key, owner, content }: KeptRecord): PortalLink {
  return { id: key, userId: owner ?? '', ...linkSchema.parse(content) };
}
