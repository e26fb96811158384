import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { createConnectionType } from '../graphql/connection.ts';

export enum CustomerConflictResolution {
  KEEP_CURRENT = 'keep_current',
  TAKE_OTHER = 'take_other',
}

registerEnumType(CustomerConflictResolution, {
  name: 'CustomerConflictResolution',
  description: 'How a conflict is resolved.',
  valuesConfig: {
    KEEP_CURRENT: {
      description:
        'Leaves the mappings as they are. The customer of the conflict is never linked to this user by itself.',
    },
    TAKE_OTHER: {
      description:
        'Links the user to the customer of the conflict, with the contract end and attributes of the mapping that this replaces. Another user that has the customer is unlinked.',
    },
  },
});

@ObjectType({
  description:
    'A customer at Stripe that names a user, and was not linked because one of them is linked already.',
})
export class CustomerConflict {
  @Field(() => ID, { description: 'Its id.' })
  readonly id!: string;

  @Field(() => ID, { description: 'The user that the customer names.' })
  readonly userId!: string;

  @Field(() => ID, {
    description: 'The customer that names the user, and may have a subscription that the user paid for.',
  })
  readonly stripeCustomerId!: string;

  @Field(() => ID, {
    nullable: true,
    description: 'The customer that the user is linked to now; null without one.',
  })
  readonly linkedCustomerId!: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The user that the customer is linked to now; null without one.',
  })
  readonly linkedUserId!: string | null;

  @Field(() => Date, { description: 'When it was first found.' })
  readonly foundAt!: Date;
}

export const CustomerConflictConnection = createConnectionType('CustomerConflict', CustomerConflict);
