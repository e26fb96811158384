import { Authorized, Field, ID, ObjectType } from 'type-graphql';
import { createConnectionType } from '../graphql/connection.ts';
import { admin } from '../graphql/schema.ts';
import { type Configuration, readMark } from './managed-configuration.ts';
import {
  PortalBusinessProfile,
  PortalFeatures,
  toBusinessProfile,
  toPortalFeatures,
} from './feature-types.ts';

@ObjectType({ description: "Stripe's own page on which customers log in to the portal by e-mail." })
export class PortalLoginPage {
  @Field(() => Boolean, { description: 'Whether the page can be used.' })
  readonly enabled!: boolean;

  @Field(() => String, { nullable: true, description: 'The address of the page.' })
  readonly url!: string | null;
}

@ObjectType({ description: 'The policy that a configuration was created for.' })
export class PortalPolicyMark {
  @Field(() => String, { description: 'The POLICY_NAMESPACE of the deployment that has the policy.' })
  readonly namespace!: string;

  @Field(() => String, { description: "The policy's name when the configuration was created." })
  readonly name!: string;
}

@ObjectType({ description: 'What the Billing Portal looks like and offers.' })
export class BillingPortalConfiguration {
  @Field(() => ID, { description: "Stripe's id of the configuration, `bpc_…`." })
  readonly id!: string;

  @Field(() => String, { nullable: true, description: 'A name for administrators.' })
  readonly name!: string | null;

  @Field(() => Boolean, { description: "Whether the configuration is the account's default." })
  readonly isDefault!: boolean;

  @Field(() => Boolean, { description: 'Whether sessions can use the configuration.' })
  readonly active!: boolean;

  @Field(() => Boolean, { description: 'False in test mode, where no money moves.' })
  readonly livemode!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'The return URL of sessions that name none.',
  })
  readonly defaultReturnUrl!: string | null;

  @Field(() => PortalBusinessProfile, { description: 'What the portal says about the business.' })
  readonly businessProfile!: object;

  @Field(() => PortalLoginPage, { description: "Stripe's own login page." })
  readonly loginPage!: PortalLoginPage;

  @Field(() => PortalFeatures, { description: 'What customers can do.' })
  readonly features!: object;

  @Authorized(admin)
  @Field(() => PortalPolicyMark, {
    nullable: true,
    description:
      'For administrators: the policy that manages the configuration, which blocks other changes; null without one.',
  })
  readonly policy!: PortalPolicyMark | null;

  @Field(() => Date, { description: 'When the configuration was created.' })
  readonly createdAt!: Date;

  @Field(() => Date, { description: 'When the configuration last changed.' })
  readonly updatedAt!: Date;
}

export const BillingPortalConfigurationConnection = createConnectionType(
  'BillingPortalConfiguration',
  BillingPortalConfiguration,
);

/** Stripe's configuration in the words of the schema. */
export function toBillingPortalConfiguration(configuration: Configuration): BillingPortalConfiguration {
  const { login_page: loginPage } = configuration;
  return {
    id: configuration.id,
    name: configuration.name,
    isDefault: configuration.is_default,
    active: configuration.active,
    livemode: configuration.livemode,
    defaultReturnUrl: configuration.default_return_url,
    businessProfile: toBusinessProfile(configuration.business_profile),
    loginPage: { enabled: loginPage.enabled, url: loginPage.url },
    features: toPortalFeatures(configuration.features),
    policy: toPolicyMark(configuration),
    createdAt: new Date(configuration.created * 1000),
    updatedAt: new Date(configuration.updated * 1000),
  };
}

function toPolicyMark(configuration: Configuration): PortalPolicyMark | null {
  const mark = readMark(configuration);
  return typeof mark?.policyName === 'string' ? { namespace: mark.namespace, name: mark.policyName } : null;
}
