import { Arg, Args, Authorized, ID, Query, Resolver } from 'type-graphql';
import { type Connection, PageArgs, readPageRequest, toConnection } from '../graphql/connection.ts';
import { admin } from '../graphql/schema.ts';
import { AuditAction } from './audit-action.ts';
import type { AuditTrail, JudgedEntry } from './audit-trail.service.ts';
import { type AuditEntry, AuditEntryConnection } from './audit.types.ts';

@Resolver()
export class AuditResolver {
  constructor(private readonly audit: AuditTrail) {}

  @Authorized(admin)
  @Query(() => AuditEntryConnection, {
    description: 'For administrators: lists recorded operations, newest first.',
  })
  async auditTrail(
    @Args(() => PageArgs) pageArgs: PageArgs,
    @Arg('userId', () => ID, { nullable: true, description: 'Returns only operations about this user.' })
    userId: string | null,
    @Arg('action', () => AuditAction, {
      nullable: true,
      description: 'Returns only operations of this kind.',
    })
    action: AuditAction | null,
  ): Promise<Connection<AuditEntry>> {
    const page = readPageRequest(pageArgs);
    const found = await this.audit.list({
      ...page,
      userId: userId ?? undefined,
      action: action ?? undefined,
    });
    return toConnection(found, page, ({ id }) => id, toAuditEntry);
  }
}

function toAuditEntry({ target, details, ...entry }: JudgedEntry): AuditEntry {
  return {
    ...entry,
    targetId: target,
    details: Object.entries(details).map(([name, value]) => ({ name, value })),
  };
}
