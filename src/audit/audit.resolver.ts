import { Arg, Args, Authorized, ID, Query, Resolver } from 'type-graphql';
import { type Connection, PageArgs, readPageRequest, toConnection } from '../graphql/connection.ts';
import { admin } from '../graphql/schema.ts';
import { type Erasure, type UserToErase, countOf } from '../shared/erasure.ts';
import { AuditAction } from './audit-log.ts';
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

/** Reads the audit trail. The trail itself belongs to the platform, since every feature writes to it. */
export interface Audit {
  readonly resolvers: readonly object[];
  eraseUser(user: UserToErase): Promise<Erasure>;
}

export function createAudit({ audit }: { readonly audit: AuditTrail }): Audit {
  return {
    resolvers: [new AuditResolver(audit)],
    eraseUser: async (user) => {
      const count = await audit.anonymize(user);
      return {
        removed:
          count === 0 ? [] : [`the user's id, in ${countOf(count, 'entry', 'entries')} of the audit trail`],
      };
    },
  };
}
