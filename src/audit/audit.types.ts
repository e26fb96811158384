import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { createConnectionType } from '../graphql/connection.ts';
import { AuditAction } from './audit-action.ts';

registerEnumType(AuditAction, {
  name: 'AuditAction',
  description:
    "What an administrator can do, what is done or told by Stripe's events, and what a user's first session does.",
  valuesConfig: {
    CREATE_CUSTOMER: { description: "Create a customer at Stripe for a user's first session." },
    LINK_CUSTOMER: { description: 'Link a user to a customer.' },
    IMPORT_CUSTOMERS: { description: 'Link many users from a file, on the command line.' },
    UNLINK_CUSTOMER: { description: 'Remove the link between a user and a customer.' },
    UPDATE_CUSTOMER_MAPPING: { description: "Change a mapping's contract end or attributes." },
    CREATE_PORTAL_CONFIGURATION: { description: 'Create a portal configuration.' },
    UPDATE_PORTAL_CONFIGURATION: { description: 'Change a portal configuration.' },
    DEACTIVATE_PORTAL_CONFIGURATION: { description: 'Deactivate a portal configuration.' },
    ACTIVATE_PORTAL_CONFIGURATION: { description: 'Activate a portal configuration again.' },
    CREATE_PORTAL_SESSION: { description: "Open a portal session on a customer's behalf." },
    CREATE_PORTAL_LINK: { description: 'Make a link for an e-mail.' },
    REVOKE_PORTAL_LINK: { description: 'Revoke a link for an e-mail, or all of a user.' },
    LINK_CUSTOMER_BY_EVENT: { description: 'Link a user to a customer, as an event of Stripe named them.' },
    REPORT_CUSTOMER_CONFLICT: {
      description:
        'A customer at Stripe names a user, and one of them is linked elsewhere; `conflictId` names it.',
    },
    RESOLVE_CUSTOMER_CONFLICT: { description: 'Resolve such a conflict.' },
    REPORT_PORTAL_SESSION: {
      description:
        'Stripe reported that a portal session was opened, by whichever way; `sessionId` names it.',
    },
  },
});

export enum AuditOutcome {
  UNDER_WAY = 'under_way',
  SUCCEEDED = 'succeeded',
  FAILED = 'failed',
  CUT_OFF = 'cut_off',
}

registerEnumType(AuditOutcome, {
  name: 'AuditOutcome',
  description: 'How an operation ended.',
  valuesConfig: {
    UNDER_WAY: { description: 'It has begun, and not ended yet.' },
    SUCCEEDED: { description: 'It was done.' },
    FAILED: { description: 'It failed, with `code`.' },
    CUT_OFF: {
      description:
        'It began and its outcome was never recorded, as when the service crashed: it may have been done or not.',
    },
  },
});

export enum AuditActorKind {
  USER = 'user',
  OPERATOR = 'operator',
  STRIPE = 'stripe',
  ERASED = 'erased',
}

registerEnumType(AuditActorKind, {
  name: 'AuditActorKind',
  description: 'What kind of actor did something.',
  valuesConfig: {
    USER: { description: 'A caller with a token: an administrator, or a user.' },
    OPERATOR: { description: 'An operator on the command line.' },
    STRIPE: { description: 'Stripe, by an event.' },
    ERASED: { description: 'A caller who was erased since: the name is a random pseudonym.' },
  },
});

@ObjectType({ description: 'Something else that was asked for.' })
export class AuditDetail {
  @Field(() => String, { description: 'What it is.' })
  readonly name!: string;

  @Field(() => String, { description: 'Its value.' })
  readonly value!: string;
}

@ObjectType({ description: 'One operation of an administrator.' })
export class AuditEntry {
  @Field(() => ID, { description: 'Its id. Later operations have greater ids.' })
  readonly id!: string;

  @Field(() => Date, { description: 'When it began.' })
  readonly at!: Date;

  @Field(() => AuditActorKind, { description: 'What kind of actor did it.' })
  readonly actorKind!: string;

  @Field(() => String, {
    description:
      'The name of the actor: for a user, the subject of the token. Only `actorKind` says whether `cli`, `stripe` or a pseudonym is meant, or a user with such a subject.',
  })
  readonly actor!: string;

  @Field(() => AuditAction, { description: 'What was done.' })
  readonly action!: string;

  @Field(() => ID, { nullable: true, description: 'The user it is about; null when it is about none.' })
  readonly userId!: string | null;

  @Field(() => Boolean, {
    description:
      'Whether the user was erased: then `userId` is a random pseudonym, the same in all entries of one erasure.',
  })
  readonly userErased!: boolean;

  @Field(() => ID, {
    nullable: true,
    description:
      "Stripe's id of the customer or configuration it is about; null where that was not known, or was erased.",
  })
  readonly targetId!: string | null;

  @Field(() => [AuditDetail], { description: 'What else was asked for, without secrets and URLs.' })
  readonly details!: readonly AuditDetail[];

  @Field(() => AuditOutcome, { description: 'How it ended.' })
  readonly outcome!: string;

  @Field(() => String, { nullable: true, description: 'The error code, when it failed.' })
  readonly code!: string | null;

  @Field(() => Date, { nullable: true, description: 'When it ended; null when that was not recorded.' })
  readonly endedAt!: Date | null;
}

export const AuditEntryConnection = createConnectionType('AuditEntry', AuditEntry);
