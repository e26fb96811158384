import { Authorized, Field, ID, ObjectType } from 'type-graphql';
import { createConnectionType } from '../graphql/connection.ts';
import { admin } from '../graphql/schema.ts';
import { PortalFeatures } from './feature-types.ts';

@ObjectType({ description: 'What the portal says about the business.' })
export class PortalBusinessProfile {
  @Field(() => String, { nullable: true, description: 'The sentence at the top of the portal.' })
  readonly headline!: string | null;

  @Field(() => String, { nullable: true, description: "The business's privacy policy." })
  readonly privacyPolicyUrl!: string | null;

  @Field(() => String, { nullable: true, description: "The business's terms of service." })
  readonly termsOfServiceUrl!: string | null;
}

@ObjectType({ description: "Stripe's own page on which customers log in to the portal by e-mail." })
export class PortalLoginPage {
  @Field(() => Boolean, { description: 'Whether the page can be used.' })
  readonly enabled!: boolean;

  @Field(() => String, { nullable: true, description: 'The address of the page.' })
  readonly url!: string | null;
}

@ObjectType({ description: 'The policy that a configuration was made for.' })
export class PortalPolicyMark {
  @Field(() => String, { description: 'The deployment whose policy it is: its POLICY_NAMESPACE.' })
  readonly namespace!: string;

  @Field(() => String, { description: "The policy's name when the configuration was made." })
  readonly name!: string;
}

@ObjectType({ description: 'What the Billing Portal looks like and offers.' })
export class BillingPortalConfiguration {
  @Field(() => ID, { description: "Stripe's id of the configuration, `bpc_…`." })
  readonly id!: string;

  @Field(() => String, { nullable: true, description: 'A name for the people who run it.' })
  readonly name!: string | null;

  @Field(() => Boolean, { description: "Whether it is the account's default." })
  readonly isDefault!: boolean;

  @Field(() => Boolean, { description: 'Whether sessions can use it.' })
  readonly active!: boolean;

  @Field(() => Boolean, { description: 'False in test mode, where no money moves.' })
  readonly livemode!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'Where the portal leads back to when a session names nothing else.',
  })
  readonly defaultReturnUrl!: string | null;

  @Field(() => PortalBusinessProfile, { description: 'What the portal says about the business.' })
  readonly businessProfile!: PortalBusinessProfile;

  @Field(() => PortalLoginPage, { description: "Stripe's own login page." })
  readonly loginPage!: PortalLoginPage;

  @Field(() => PortalFeatures, { description: 'What customers can do.' })
  readonly features!: object;

  @Authorized(admin)
  @Field(() => PortalPolicyMark, {
    nullable: true,
    description:
      'For administrators: the policy that manages it, so that nobody else may change it; null when none does.',
  })
  readonly policy!: PortalPolicyMark | null;

  @Field(() => Date, { description: 'When it was made.' })
  readonly createdAt!: Date;

  @Field(() => Date, { description: 'When it was last changed.' })
  readonly updatedAt!: Date;
}

export const BillingPortalConfigurationConnection = createConnectionType(
  'BillingPortalConfiguration',
  BillingPortalConfiguration,
);
