import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { createConnectionType } from '../graphql/connection.ts';

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
