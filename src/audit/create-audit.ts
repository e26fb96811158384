import { type Erasure, type UserToErase, countOf } from '../shared/erasure.ts';
import type { AuditTrail } from './audit-trail.service.ts';
import { AuditResolver } from './audit.resolver.ts';

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
