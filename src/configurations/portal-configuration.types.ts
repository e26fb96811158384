import * as z from 'zod';
import { createConnectionType } from '../graphql/connection.ts';
import {
  cancellationReason,
  configurationFeaturesSchema,
  featureNames,
  graphqlNotes,
  object,
  optional,
} from './configuration-features.schema.ts';
import {
  type ConfigurationSpec,
  businessProfileSchema,
  configurationInputSchema,
  configurationSchema,
  loginPageSchema,
  text,
} from './configuration.schema.ts';
import { type Configuration, readMark } from './managed-configuration.ts';
import { createType, describe, readInputFields, toOutputFields } from './table-types.ts';

const loginPage = object('PortalLoginPage', describe(loginPageSchema), {
  ...loginPageSchema.shape,
  url: optional(z.string(), 'The address of the page.', text),
});

/** A text for people, which is never null. */
function label(description: string) {
  return z.string().describe(description).register(graphqlNotes, { text: true });
}

const policyMark = object('PortalPolicyMark', 'The policy that a configuration was created for.', {
  namespace: label('The POLICY_NAMESPACE of the deployment that has the policy.'),
  name: label("The policy's name when the configuration was created."),
});

const configurationOutputSchema = object(
  'BillingPortalConfiguration',
  'What the Billing Portal looks like and offers.',
  {
    id: z.string().describe("Stripe's id of the configuration, `bpc_…`."),
    name: optional(z.string(), 'A name for administrators.', text),
    is_default: z.boolean().describe("Whether the configuration is the account's default."),
    active: z.boolean().describe('Whether sessions can use the configuration.'),
    livemode: z.boolean().describe('False in test mode, where no money moves.'),
    default_return_url: optional(z.string(), 'The return URL of sessions that name none.', text),
    business_profile: businessProfileSchema,
    login_page: optional(loginPage, "Stripe's own login page."),
    features: optional(configurationFeaturesSchema, 'What customers can do.'),
    policy: optional(
      policyMark,
      'For administrators: the policy that manages the configuration, which blocks other changes; null without one.',
      { nullable: true },
    ),
    created: z.date().describe('When the configuration was created.'),
    updated: z.date().describe('When the configuration last changed.'),
  },
);

export const BillingPortalConfiguration = createType(configurationOutputSchema, 'output');

/** The type to which a resolver adds the texts of feedback options. */
export const PortalCancellationReason = createType(cancellationReason, 'output');

export const BillingPortalConfigurationConnection = createConnectionType(
  'BillingPortalConfiguration',
  BillingPortalConfiguration,
);

/** Stripe's configuration in the words of GraphQL. @param checkPolicyAccess throws where the caller may not see the policy */
export function toBillingPortalConfiguration(
  configuration: Configuration,
  checkPolicyAccess?: () => void,
): object {
  const mark = readMark(configuration);
  return {
    ...toOutputFields(configurationOutputSchema, { ...configuration }),
    // graphql-js calls it if the field is selected. Inside a host's server, its context is the host's.
    policy: () => {
      checkPolicyAccess?.();
      return mark?.policyName ? { namespace: mark.namespace, name: mark.policyName } : null;
    },
  };
}

export const BillingPortalConfigurationInput = createType(configurationInputSchema, 'input');
/** The other fields have the names of the table in GraphQL's spelling. */
export interface BillingPortalConfigurationInput {
  readonly name?: string | null;
  readonly [field: string]: unknown;
}

/** An administrator's input in the words of Stripe, which only `checkDraft` checks. An empty text removes one. */
export function readConfigurationInput(input: BillingPortalConfigurationInput): ConfigurationSpec {
  return readInputFields(configurationSchema, input);
}

const hiddenFeaturesSchema = object(
  'BillingPortalFeatures',
  'Hides features of the portal in one session: `false` hides. No value adds a feature that the portal configuration in force does not offer.',
  Object.fromEntries(
    featureNames.map((name) => [
      name,
      optional(z.boolean(), describe(configurationFeaturesSchema.shape[name])),
    ]),
  ),
);
export const HiddenFeaturesInput = createType(hiddenFeaturesSchema, 'input');
export type HiddenFeaturesInput = Readonly<Record<string, boolean | null | undefined>>;
