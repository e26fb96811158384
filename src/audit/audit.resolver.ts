import { Args, ID, Resolver } from 'type-graphql';
import {
  type Connection,
  PageArgs,
  createConnectionType,
  readPageRequest,
  toConnection,
} from '../graphql/connection.ts';
import { OptionalArg, createObjectType, field, nullable, registerEnum } from '../graphql/types.ts';
import { AdminQuery } from '../graphql/schema.ts';
import { type Erasure, type UserToErase, countOf } from '../shared/erasure.ts';
import { type AuditAction, auditActions } from './audit-log.ts';
import type { AuditTrail, JudgedEntry } from './audit-trail.service.ts';

const AuditActionType = registerEnum(
  'AuditAction',
  "The kind of operation: an administrator's action, the effect of a Stripe event, or what a user caused: a customer that was created or linked, or a subscription that was kept.",
  auditActions,
);

const AuditOutcome = registerEnum('AuditOutcome', 'How an operation ended.', {
  under_way: 'The operation is still running.',
  succeeded: 'The operation took effect.',
  failed: 'The operation failed; `code` says why.',
  cut_off:
    'The outcome was never recorded, for example because the service crashed. The operation may or may not have taken effect.',
});

const AuditActorKind = registerEnum('AuditActorKind', 'The kind of actor.', {
  user: 'A caller with a token: an administrator or a user.',
  operator: 'An operator on the command line.',
  stripe: 'Stripe, through an event.',
  erased: 'A user who was erased: the name is a random pseudonym.',
});

const AuditDetail = createObjectType('AuditDetail', 'A further argument of an operation.', {
  name: field(String, "The argument's name."),
  value: field(String, "The argument's value."),
});

type AuditEntry = InstanceType<typeof AuditEntry>;
const AuditEntry = createObjectType('AuditEntry', 'One recorded operation.', {
  id: field(ID, "The operation's id. Later operations have greater ids."),
  at: field(Date, 'When the operation began.'),
  actorKind: field(AuditActorKind, 'The kind of actor.'),
  actor: field(
    String,
    "The actor's name: `cli`, `stripe`, a pseudonym, or the subject of a user's token. Check `actorKind` too: a user's subject may be `cli`.",
  ),
  action: field(AuditActionType, 'The kind of operation.'),
  userId: nullable(ID, 'The user that the operation is about; null when it is about none.'),
  userErased: field(
    Boolean,
    'Whether the user was erased: `userId` is then a random pseudonym, the same in all entries of one erasure.',
  ),
  targetId: nullable(
    ID,
    "Stripe's id of the customer or configuration; null when it was unknown or was erased.",
  ),
  details: field([AuditDetail], 'Further arguments, without secrets and URLs.'),
  outcome: field(AuditOutcome, 'How the operation ended.'),
  code: nullable(String, 'The error code; null unless the operation failed.'),
  endedAt: nullable(Date, 'When the operation ended; null when no outcome was recorded.'),
});

const AuditEntryConnection = createConnectionType('AuditEntry', AuditEntry);

@Resolver()
class AuditResolver {
  constructor(private readonly audit: AuditTrail) {}

  @AdminQuery(AuditEntryConnection, 'lists recorded operations, newest first.')
  async auditTrail(
    @Args(() => PageArgs) pageArgs: PageArgs,
    @OptionalArg('userId', ID, 'Returns only operations about this user.') userId: string | null,
    @OptionalArg('action', AuditActionType, 'Returns only operations of this kind.')
    action: AuditAction | null,
  ): Promise<Connection<AuditEntry>> {
    const page = readPageRequest(pageArgs);
    const query = { ...page, userId: userId ?? undefined, action: action ?? undefined };
    const toNode = ({ target, details, ...entry }: JudgedEntry): AuditEntry => ({
      ...entry,
      targetId: target,
      details: Object.entries(details).map(([name, value]) => ({ name, value })),
    });
    return toConnection(await this.audit.list(query), page, 'id', toNode);
  }
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
      const description = `the user's id, in ${countOf(count, 'entry', 'entries')} of the audit trail`;
      return { removed: count === 0 ? [] : [description] };
    },
  };
}
