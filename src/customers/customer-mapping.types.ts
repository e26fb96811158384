import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { createConnectionType } from '../graphql/connection.ts';

@ObjectType({ description: 'A fact that is kept about a customer, for portal policies to read.' })
export class CustomerAttribute {
  @Field(() => String, { description: 'What the fact is about, such as `tier`.' })
  readonly name!: string;

  @Field(() => String, { description: 'What is so, such as `gold`.' })
  readonly value!: string;
}

@InputType({ description: 'A fact to keep about a customer, for portal policies to read.' })
export class CustomerAttributeInput {
  @Field(() => String, {
    description: 'What the fact is about: up to 64 letters, digits, dots, dashes and underscores.',
  })
  readonly name!: string;

  @Field(() => String, { description: 'What is so, in up to 500 characters.' })
  readonly value!: string;
}

@ObjectType({ description: 'Which customer at Stripe a user is.' })
export class CustomerMapping {
  @Field(() => ID, { description: "The user's id, as their tokens have it." })
  readonly userId!: string;

  @Field(() => ID, { description: "Stripe's id of the customer, `cus_…`." })
  readonly stripeCustomerId!: string;

  @Field(() => Date, { nullable: true, description: 'When the contract ends; null without one.' })
  readonly contractEndsAt!: Date | null;

  @Field(() => [CustomerAttribute], { description: 'What is kept about the customer, by name.' })
  readonly attributes!: readonly CustomerAttribute[];

  @Field(() => Date, { description: 'When the customer was linked to the user.' })
  readonly linkedAt!: Date;
}

export const CustomerMappingConnection = createConnectionType('CustomerMapping', CustomerMapping);
