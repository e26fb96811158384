import { Authorized, Field, ID, ObjectType } from 'type-graphql';
import { createConnectionType } from '../graphql/connection.ts';
import { admin } from '../graphql/schema.ts';
import { createObjectType, field, nullable } from '../graphql/types.ts';
import {
  PortalBusinessProfile,
  PortalFeatures,
  toBusinessProfile,
  toPortalFeatures,
} from './feature-types.ts';
import { type Configuration, readMark } from './managed-configuration.ts';

const PortalLoginPage = createObjectType(
  'PortalLoginPage',
  "Stripe's own page on which customers log in to the portal by e-mail.",
  {
    enabled: field(Boolean, 'Whether the page can be used.'),
    url: nullable(String, 'The address of the page.'),
  },
);

const PortalPolicyMark = createObjectType(
  'PortalPolicyMark',
  'The policy that a configuration was created for.',
  {
    namespace: field(String, 'The POLICY_NAMESPACE of the deployment that has the policy.'),
    name: field(String, "The policy's name when the configuration was created."),
  },
);

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

  @Field(() => String, { nullable: true, description: 'The return URL of sessions that name none.' })
  readonly defaultReturnUrl!: string | null;

  @Field(() => PortalBusinessProfile, { description: 'What the portal says about the business.' })
  readonly businessProfile!: object;

  @Field(() => PortalLoginPage, { description: "Stripe's own login page." })
  readonly loginPage!: InstanceType<typeof PortalLoginPage>;

  @Field(() => PortalFeatures, { description: 'What customers can do.' })
  readonly features!: object;

  // A table would not enforce the role.
  @Authorized(admin)
  @Field(() => PortalPolicyMark, {
    nullable: true,
    description:
      'For administrators: the policy that manages the configuration, which blocks other changes; null without one.',
  })
  readonly policy!: InstanceType<typeof PortalPolicyMark> | null;

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
  const { id, name, active, livemode, login_page: loginPage, created, updated } = configuration;
  const mark = readMark(configuration);
  return {
    id,
    name,
    isDefault: configuration.is_default,
    active,
    livemode,
    defaultReturnUrl: configuration.default_return_url,
    businessProfile: toBusinessProfile(configuration.business_profile),
    loginPage: { enabled: loginPage.enabled, url: loginPage.url },
    features: toPortalFeatures(configuration.features),
    policy: mark?.policyName ? { namespace: mark.namespace, name: mark.policyName } : null,
    createdAt: new Date(created * 1000),
    updatedAt: new Date(updated * 1000),
  };
}
