import { hash } from 'node:crypto';
import * as z from 'zod';
import type { AuditIntent, AuditTrail } from '../audit/audit-trail.service.ts';
import { type KeptRecord, type RecordStore, createRecord } from '../records/record-store.ts';
import type { Page, PageRequest } from '../shared/page.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { MappingIds } from './customer-directory.ts';

const kind = 'customer-conflict';

const contentSchema = z.object({
  userId: z.string(),
  stripeCustomerId: z.string(),
  foundAt: z.iso.datetime().transform((text) => new Date(text)),
});

/** A customer at Stripe names a user, but one of the two is already linked elsewhere. */
export interface CustomerConflict extends Readonly<z.output<typeof contentSchema>> {
  readonly id: string;
}

/** Stores the conflicts that an administrator has to resolve, one for each pair of a user and a customer. */
export class CustomerConflicts {
  constructor(
    private readonly records: RecordStore,
    private readonly audit: AuditTrail,
    private readonly metrics: Metrics | null,
  ) {}

  /** Idempotent. @param eventId the event that named the user; undefined when a session looked for the user's customer */
  async report(link: MappingIds, at: Date, actor: AuditIntent['actor'], eventId?: string): Promise<void> {
    const { userId, stripeCustomerId } = link;
    const content = { userId, stripeCustomerId, foundAt: at.toISOString() };
    const record = createRecord(createId(link), { owner: userId, content });
    const isNew = await this.records.insert(kind, record);
    const kept = isNew ? record : await this.records.find(kind, record.key);
    // An administrator has just resolved it.
    if (kept === null) return;
    const { id, foundAt } = toConflict(kept);
    // A known conflict is noted too: the process that found it may have died before this step.
    const about = { userId, target: stripeCustomerId, details: { conflictId: id, eventId } };
    const intent = { actor, action: 'report_customer_conflict', ...about } as const;
    await this.audit.note(intent, foundAt, `conflict:${id}`);
    if (isNew) this.metrics?.conflicts.inc({ source: eventId === undefined ? 'session' : 'event' });
  }

  async list(page: PageRequest): Promise<Page<CustomerConflict>> {
    const { items, hasNextPage } = await this.records.page(kind, page);
    return { items: items.map(toConflict), hasNextPage };
  }

  async find(id: string): Promise<CustomerConflict | null> {
    const record = await this.records.find(kind, id);
    return record && toConflict(record);
  }

  async listOf(userId: string): Promise<readonly CustomerConflict[]> {
    return (await this.records.listOf(kind, userId)).map(toConflict);
  }

  async remove(link: MappingIds): Promise<void> {
    const record = await this.records.find(kind, createId(link));
    if (record !== null) await this.records.remove(kind, record);
  }
}

function createId({ userId, stripeCustomerId }: MappingIds): string {
  return hash('sha256', JSON.stringify([userId, stripeCustomerId])).slice(0, 40);
}

function toConflict({ key, content }: KeptRecord): CustomerConflict {
  return { id: key, ...contentSchema.parse(content) };
}
