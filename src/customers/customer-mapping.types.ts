import { Field, ID, InputType } from 'type-graphql';
import { createConnectionType } from '../graphql/connection.ts';
import { createObjectType, field, nullable, registerEnum } from '../graphql/types.ts';

const CustomerAttribute = createObjectType(
  'CustomerAttribute',
  'A fact about a customer, for portal policies.',
  {
    name: field(String, "The attribute's name, such as `tier`."),
    value: field(String, "The attribute's value, such as `gold`."),
  },
);

@InputType({ description: 'A fact about a customer, for portal policies.' })
export class CustomerAttributeInput {
  @Field(() => String, {
    description: "The attribute's name: up to 64 letters, digits, dots, dashes and underscores.",
  })
  readonly name!: string;

  @Field(() => String, { description: "The attribute's value: up to 500 characters." })
  readonly value!: string;
}

export type CustomerMapping = InstanceType<typeof CustomerMapping>;
export const CustomerMapping = createObjectType('CustomerMapping', 'Which customer at Stripe a user is.', {
  userId: field(ID, "The user's id, as in the user's tokens."),
  stripeCustomerId: field(ID, "Stripe's id of the customer, `cus_…`."),
  contractEndsAt: nullable(Date, 'When the contract ends; null without a contract.'),
  attributes: field([CustomerAttribute], "The customer's attributes."),
  linkedAt: field(Date, 'When the user was linked to the customer.'),
});

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

export type CustomerConflict = InstanceType<typeof CustomerConflict>;
export const CustomerConflict = createObjectType(
  'CustomerConflict',
  'A customer at Stripe that names a user, but was not linked because one of the two is already linked elsewhere.',
  {
    id: field(ID, "The conflict's id."),
    userId: field(ID, 'The user that the customer names.'),
    stripeCustomerId: field(
      ID,
      'The customer that names the user. It may have a subscription that the user paid for.',
    ),
    linkedCustomerId: nullable(
      ID,
      'The customer that the user is linked to now; null when the user is not linked.',
    ),
    linkedUserId: nullable(
      ID,
      'The user that the customer is linked to now; null when the customer is not linked.',
    ),
    foundAt: field(Date, 'When the conflict was first found.'),
  },
);

export const CustomerConflictConnection = createConnectionType('CustomerConflict', CustomerConflict);
