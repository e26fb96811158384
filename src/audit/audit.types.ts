import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { createConnectionType } from '../graphql/connection.ts';
import { registerEnum } from '../graphql/types.ts';
import { AuditAction } from './audit-log.ts';

registerEnumType(AuditAction, {
  name: 'AuditAction',
  description:
    "The kind of operation: an administrator's action, the effect of a Stripe event, or the creation of a customer for a user.",
  valuesConfig: {
    CREATE_CUSTOMER: { description: "Create a customer at Stripe for a user's first session." },
    LINK_CUSTOMER: { description: 'Link a user to a customer.' },
    IMPORT_CUSTOMERS: { description: 'Link many users from a file on the command line.' },
    UNLINK_CUSTOMER: { description: 'Remove the mapping between a user and a customer.' },
    UPDATE_CUSTOMER_MAPPING: { description: "Change a mapping's contract end or attributes." },
    CREATE_PORTAL_CONFIGURATION: { description: 'Create a portal configuration.' },
    UPDATE_PORTAL_CONFIGURATION: { description: 'Change a portal configuration.' },
    DEACTIVATE_PORTAL_CONFIGURATION: { description: 'Deactivate a portal configuration.' },
    ACTIVATE_PORTAL_CONFIGURATION: { description: 'Activate a portal configuration again.' },
    CREATE_PORTAL_SESSION: { description: "Open a portal session on a customer's behalf." },
    KEEP_SUBSCRIPTION: {
      description:
        "Revert a subscription's cancellation or downgrade that was scheduled for the end of the period.",
    },
    CREATE_PORTAL_LINK: { description: 'Create an e-mail link.' },
    REVOKE_PORTAL_LINK: { description: 'Revoke one e-mail link, or all e-mail links of a user.' },
    LINK_CUSTOMER_BY_EVENT: { description: 'Link a user to a customer because a Stripe event named both.' },
    REPORT_CUSTOMER_CONFLICT: {
      description:
        'Report that a customer at Stripe names a user, but one of them is already linked elsewhere. `conflictId` identifies the conflict.',
    },
    RESOLVE_CUSTOMER_CONFLICT: { description: 'Resolve a customer conflict.' },
    REPORT_PORTAL_SESSION: {
      description:
        'Report that Stripe opened a portal session, by this service or otherwise. `sessionId` identifies the session.',
    },
  },
});

export const AuditOutcome = registerEnum('AuditOutcome', 'How an operation ended.', {
  under_way: 'The operation is still running.',
  succeeded: 'The operation took effect.',
  failed: 'The operation failed; `code` says why.',
  cut_off:
    'The outcome was never recorded, for example because the service crashed. The operation may or may not have taken effect.',
});

export const AuditActorKind = registerEnum('AuditActorKind', 'The kind of actor.', {
  user: 'A caller with a token: an administrator or a user.',
  operator: 'An operator on the command line.',
  stripe: 'Stripe, through an event.',
  erased: 'A user who was erased: the name is a random pseudonym.',
});

@ObjectType({ description: 'A further argument of an operation.' })
export class AuditDetail {
  @Field(() => String, { description: "The argument's name." })
  readonly name!: string;

  @Field(() => String, { description: "The argument's value." })
  readonly value!: string;
}

@ObjectType({ description: 'One recorded operation.' })
export class AuditEntry {
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

  @Field(() => AuditAction, { description: 'The kind of operation.' })
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

export const AuditEntryConnection = createConnectionType('AuditEntry', AuditEntry);
