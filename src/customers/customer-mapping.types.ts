import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { createConnectionType } from '../graphql/connection.ts';
import { registerEnum } from '../graphql/types.ts';

@ObjectType({ description: 'A fact about a customer, for portal policies.' })
export class CustomerAttribute {
  @Field(() => String, { description: "The attribute's name, such as `tier`." })
  readonly name!: string;

  @Field(() => String, { description: "The attribute's value, such as `gold`." })
  readonly value!: string;
}

@InputType({ description: 'A fact about a customer, for portal policies.' })
export class CustomerAttributeInput {
  @Field(() => String, {
    description: "The attribute's name: up to 64 letters, digits, dots, dashes and underscores.",
  })
  readonly name!: string;

  @Field(() => String, { description: "The attribute's value: up to 500 characters." })
  readonly value!: string;
}

@ObjectType({ description: 'Which customer at Stripe a user is.' })
export class CustomerMapping {
  @Field(() => ID, { description: "The user's id, as in the user's tokens." })
  readonly userId!: string;

  @Field(() => ID, { description: "Stripe's id of the customer, `cus_…`." })
  readonly stripeCustomerId!: string;

  @Field(() => Date, { nullable: true, description: 'When the contract ends; null without a contract.' })
  readonly contractEndsAt!: Date | null;

  @Field(() => [CustomerAttribute], { description: "The customer's attributes." })
  readonly attributes!: readonly CustomerAttribute[];

  @Field(() => Date, { description: 'When the user was linked to the customer.' })
  readonly linkedAt!: Date;
}

export const CustomerMappingConnection = createConnectionType('CustomerMapping', CustomerMapping);

export const CustomerConflictResolution = registerEnum(
  'CustomerConflictResolution',
  'How to resolve a conflict.',
  {
    keep_current:
      'Keeps the mappings. The customer of the conflict is never linked to this user automatically.',
    take_other:
      'Links the user to the customer of the conflict. The new mapping keeps the contract end and the attributes of the old one. If another user has the customer, that user is unlinked.',
  },
);

@ObjectType({
  description:
    'A customer at Stripe that names a user, but was not linked because one of the two is already linked elsewhere.',
})
export class CustomerConflict {
  @Field(() => ID, { description: "The conflict's id." })
  readonly id!: string;

  @Field(() => ID, { description: 'The user that the customer names.' })
  readonly userId!: string;

  @Field(() => ID, {
    description: 'The customer that names the user. It may have a subscription that the user paid for.',
  })
  readonly stripeCustomerId!: string;

  @Field(() => ID, {
    nullable: true,
    description: 'The customer that the user is linked to now; null when the user is not linked.',
  })
  readonly linkedCustomerId!: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The user that the customer is linked to now; null when the customer is not linked.',
  })
  readonly linkedUserId!: string | null;

  @Field(() => Date, { description: 'When the conflict was first found.' })
  readonly foundAt!: Date;
}

export const CustomerConflictConnection = createConnectionType('CustomerConflict', CustomerConflict);
