import { hash, randomBytes } from 'node:crypto';
import * as z from 'zod';
import { FlowCompletionType, PortalFlowType } from '../portal/portal-flow.types.ts';
import { type KeptRecord, type RecordStore, createRecord } from '../records/record-store.ts';

export const linkPath = '/portal-links';

export function createLinkToken(): string {
  return randomBytes(32).toString('base64url');
}

/** Links are stored by id, which does not reveal the token: a copy of the store opens nothing. */
export function toLinkId(token: string): string {
  return hash('sha256', token);
}

export function isLinkId(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

const time = z.iso.datetime().transform((text) => new Date(text));

const optionalText = z.string().nullish();

const flowSchema = z.object({
  type: z.enum(PortalFlowType),
  subscriptionId: optionalText,
  priceId: optionalText,
  quantity: z.int().nullish(),
  afterCompletion: z
    .object({ type: z.enum(FlowCompletionType), returnUrl: optionalText, message: optionalText })
    .nullish(),
});

const linkSchema = z.object({
  /** The user's customer when the link was created. */
  stripeCustomerId: z.string(),
  returnUrl: z.string(),
  flow: flowSchema.nullable(),
  singleUse: z.boolean(),
  createdAt: time,
  expiresAt: time,
});

/** A link for an e-mail. It opens a portal session when it is used, up to days later. */
export interface EmailLink extends Readonly<z.output<typeof linkSchema>> {
  readonly id: string;
  readonly userId: string;
  /** When a single-use link was used; null when it was not. */
  readonly usedAt: Date | null;
}

export type NewEmailLink = Omit<EmailLink, 'usedAt'>;

/** How long after a link's expiry its page can still say that the link was used or has expired. */
const remembranceMs = 30 * 24 * 60 * 60_000;

export class EmailLinkRegister {
  constructor(private readonly records: RecordStore) {}

  async add({ id, userId, ...content }: NewEmailLink): Promise<void> {
    const expiresAt = toRecordEnd(content.expiresAt);
    await this.records.insert('portal-link', { key: id, nonce: id, owner: userId, content, expiresAt });
  }

  async find(id: string): Promise<EmailLink | null> {
    const link = await this.records.find('portal-link', id);
    return link && toLink(link, await this.records.find('portal-link-use', id));
  }

  async listOf(userId: string): Promise<readonly EmailLink[]> {
    const links = await this.records.listOf('portal-link', userId);
    const uses = await this.records.listOf('portal-link-use', userId);
    const usesById = new Map(uses.map((use) => [use.key, use]));
    return links.map((link) => toLink(link, usesById.get(link.key) ?? null));
  }

  /** Of several concurrent calls, exactly one returns true. */
  remove({ id }: NewEmailLink): Promise<boolean> {
    return this.records.remove('portal-link', { key: id, nonce: id });
  }

  async removeOf(userId: string): Promise<number> {
    const links = await this.records.listOf('portal-link', userId);
    for (const link of links) await this.records.remove('portal-link', link);
    const uses = await this.records.listOf('portal-link-use', userId);
    for (const use of uses) await this.records.remove('portal-link-use', use);
    return links.length;
  }

  /** Marks a link as used. Of several concurrent calls, over all processes, exactly one returns true. */
  async use({ id, userId: owner, expiresAt }: NewEmailLink, usedAt: Date): Promise<boolean> {
    const use = createRecord(id, { owner, content: { usedAt }, expiresAt: toRecordEnd(expiresAt) });
    try {
      return await this.records.insert('portal-link-use', use);
    } catch (error) {
      // The insert may have taken effect, and would use up the link although no session was opened.
      await this.records.remove('portal-link-use', use).catch(() => false);
      throw error;
    }
  }
}

function toRecordEnd(expiresAt: Date): Date {
  return new Date(expiresAt.getTime() + remembranceMs);
}

function toLink({ key, owner, content }: KeptRecord, use: KeptRecord | null): EmailLink {
  const usedAt = use && time.parse(use.content['usedAt']);
  return { id: key, userId: owner ?? '', ...linkSchema.parse(content), usedAt };
}
