import { Field, InputType } from 'type-graphql';
import { ConfigurationFeaturesInput } from './feature-types.ts';

@InputType({ description: 'What the portal says about the business.' })
export class PortalBusinessProfileInput {
  @Field(() => String, {
    nullable: true,
    description: 'The sentence at the top of the portal, 60 characters at most.',
  })
  readonly headline?: string | null;

  @Field(() => String, { nullable: true, description: "The business's privacy policy." })
  readonly privacyPolicyUrl?: string | null;

  @Field(() => String, { nullable: true, description: "The business's terms of service." })
  readonly termsOfServiceUrl?: string | null;
}

@InputType({ description: "Stripe's own page on which customers log in to the portal by e-mail." })
export class PortalLoginPageInput {
  @Field(() => Boolean, { description: 'Whether the page can be used.' })
  readonly enabled!: boolean;
}

@InputType({
  description:
    'The fields of a portal configuration. An update keeps the fields that are left out; null removes a text, and [] empties a list.',
})
export class BillingPortalConfigurationInput {
  @Field(() => String, { nullable: true, description: 'A name for administrators.' })
  readonly name?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The return URL of sessions that name none: within the allowed return URLs.',
  })
  readonly defaultReturnUrl?: string | null;

  @Field(() => PortalBusinessProfileInput, {
    nullable: true,
    description: 'What the portal says about the business.',
  })
  readonly businessProfile?: PortalBusinessProfileInput | null;

  @Field(() => PortalLoginPageInput, { nullable: true, description: "Stripe's own login page." })
  readonly loginPage?: PortalLoginPageInput | null;

  @Field(() => ConfigurationFeaturesInput, {
    nullable: true,
    description: 'What customers can do. In a new configuration, a feature that is left out is off.',
  })
  readonly features?: object | null;
}
