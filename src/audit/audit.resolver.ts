import { Arg, Args, Authorized, Field, ID, ObjectType, Query, Resolver } from 'type-graphql';
import {
  type Connection,
  PageArgs,
  createConnectionType,
  readPageRequest,
  toConnection,
} from '../graphql/connection.ts';
import { registerEnum } from '../graphql/types.ts';
import { admin } from '../graphql/schema.ts';
import { type Erasure, type UserToErase, countOf } from '../shared/erasure.ts';
import { AuditAction } from './audit-log.ts';
import type { AuditTrail, JudgedEntry } from './audit-trail.service.ts';

const actionDescriptions: Readonly<Record<AuditAction, string>> = {
  [AuditAction.CREATE_CUSTOMER]: "Create a customer at Stripe for a user's first session.",
  [AuditAction.LINK_CUSTOMER]: 'Link a user to a customer.',
  [AuditAction.IMPORT_CUSTOMERS]: 'Link many users from a file on the command line.',
  [AuditAction.UNLINK_CUSTOMER]: 'Remove the mapping between a user and a customer.',
  [AuditAction.UPDATE_CUSTOMER_MAPPING]: "Change a mapping's contract end or attributes.",
  [AuditAction.CREATE_PORTAL_CONFIGURATION]: 'Create a portal configuration.',
  [AuditAction.UPDATE_PORTAL_CONFIGURATION]: 'Change a portal configuration.',
  [AuditAction.DEACTIVATE_PORTAL_CONFIGURATION]: 'Deactivate a portal configuration.',
  [AuditAction.ACTIVATE_PORTAL_CONFIGURATION]: 'Activate a portal configuration again.',
  [AuditAction.CREATE_PORTAL_SESSION]: "Open a portal session on a customer's behalf.",
  [AuditAction.KEEP_SUBSCRIPTION]:
    "Revert a subscription's cancellation or downgrade that was scheduled for the end of the period.",
  [AuditAction.CREATE_PORTAL_LINK]: 'Create an e-mail link.',
  [AuditAction.REVOKE_PORTAL_LINK]: 'Revoke one e-mail link, or all e-mail links of a user.',
  [AuditAction.LINK_CUSTOMER_BY_EVENT]: 'Link a user to a customer because a Stripe event named both.',
  [AuditAction.REPORT_CUSTOMER_CONFLICT]:
    'Report that a customer at Stripe names a user, but one of them is already linked elsewhere. `conflictId` identifies the conflict.',
  [AuditAction.RESOLVE_CUSTOMER_CONFLICT]: 'Resolve a customer conflict.',
  [AuditAction.REPORT_PORTAL_SESSION]:
    'Report that Stripe opened a portal session, by this service or otherwise. `sessionId` identifies the session.',
};

const AuditActionType = registerEnum(
  'AuditAction',
  "The kind of operation: an administrator's action, the effect of a Stripe event, or the creation of a customer for a user.",
  actionDescriptions,
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

@ObjectType({ description: 'A further argument of an operation.' })
class AuditDetail {
  @Field(() => String, { description: "The argument's name." })
  readonly name!: string;

  @Field(() => String, { description: "The argument's value." })
  readonly value!: string;
}

@ObjectType({ description: 'One recorded operation.' })
class AuditEntry {
  @Field(() => ID, { description: "The operation's id. Later operations have greater ids." })
  readonly id!: string;

  @Field(() => Date, { description: 'When the operation began.' })
  readonly at!: Date;

  @Field(() => AuditActorKind, { description: 'The kind of actor.' })
  readonly actorKind!: string;

  @Field(() => String, {
    description:
      "The actor's name: `cli`, `stripe`, a pseudonym, or the subject of a user's token. Check `actorKind` too: a user's subject may be `cli`.",
  })
  readonly actor!: string;

  @Field(() => AuditActionType, { description: 'The kind of operation.' })
  readonly action!: string;

  @Field(() => ID, {
    nullable: true,
    description: 'The user that the operation is about; null when it is about none.',
  })
  readonly userId!: string | null;

  @Field(() => Boolean, {
    description:
      'Whether the user was erased: `userId` is then a random pseudonym, the same in all entries of one erasure.',
  })
  readonly userErased!: boolean;

  @Field(() => ID, {
    nullable: true,
    description: "Stripe's id of the customer or configuration; null when it was unknown or was erased.",
  })
  readonly targetId!: string | null;

  @Field(() => [AuditDetail], { description: 'Further arguments, without secrets and URLs.' })
  readonly details!: readonly AuditDetail[];

  @Field(() => AuditOutcome, { description: 'How the operation ended.' })
  readonly outcome!: string;

  @Field(() => String, { nullable: true, description: 'The error code; null unless the operation failed.' })
  readonly code!: string | null;

  @Field(() => Date, {
    nullable: true,
    description: 'When the operation ended; null when no outcome was recorded.',
  })
  readonly endedAt!: Date | null;
}

const AuditEntryConnection = createConnectionType('AuditEntry', AuditEntry);

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
    @Arg('action', () => AuditActionType, {
      nullable: true,
      description: 'Returns only operations of this kind.',
    })
    action: AuditAction | null,
  ): Promise<Connection<AuditEntry>> {
    const page = readPageRequest(pageArgs);
    const query = { ...page, userId: userId ?? undefined, action: action ?? undefined };
    const toNode = ({ target, details, ...entry }: JudgedEntry): AuditEntry => ({
      ...entry,
      targetId: target,
      details: Object.entries(details).map(([name, value]) => ({ name, value })),
    });
    return toConnection(await this.audit.list(query), page, ({ id }) => id, toNode);
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
      return {
        removed:
          count === 0 ? [] : [`the user's id, in ${countOf(count, 'entry', 'entries')} of the audit trail`],
      };
    },
  };
}
