import { ArgsType, Field, ID } from 'type-graphql';
import { featureNames } from '../configurations/configuration-features.schema.ts';
import { HiddenFeaturesInput } from '../configurations/feature-types.ts';
import { toInputName } from '../configurations/input-path.ts';
import type { FeatureChoice } from '../configurations/narrow-configuration.ts';
import { PortalFlowInput } from './portal-flow.inputs.ts';
import type { PortalSessionRequest } from './portal-sessions.service.ts';

@ArgsType()
export class SessionArgs {
  @Field(() => String, {
    description:
      "The target of the portal's return link: an absolute URL within the application's allowed return URLs.",
  })
  readonly returnUrl!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'The language of the portal as a BCP 47 tag, such as `de` or `es-MX`. Without a language that the portal supports, Stripe decides.',
  })
  readonly locale?: string | null;

  @Field(() => PortalFlowInput, {
    nullable: true,
    description: 'The task that the portal opens at. Without one, the portal opens at its home page.',
  })
  readonly flow?: PortalFlowInput | null;

  @Field(() => HiddenFeaturesInput, {
    nullable: true,
    description: 'Features of the portal to hide in this session.',
  })
  readonly features?: HiddenFeaturesInput | null;
}

@ArgsType()
export class SupportSessionArgs extends SessionArgs {
  @Field(() => ID, { description: 'The user whose customer the session is for.' })
  readonly userId!: string;

  @Field(() => ID, {
    nullable: true,
    description: 'The portal configuration to use, `bpc_…`, instead of the one that the policies choose.',
  })
  readonly configurationId?: string | null;
}

/** What GraphQL and REST clients send to open a session. */
interface SessionInput {
  readonly returnUrl: string;
  readonly locale?: string | null | undefined;
  readonly flow?: PortalSessionRequest['flow'] | null;
  readonly features?: HiddenFeaturesInput | null | undefined;
}

export function toSessionRequest({ returnUrl, locale, flow, features }: SessionInput): PortalSessionRequest {
  return {
    returnUrl,
    locale: locale ?? undefined,
    flow: flow ?? undefined,
    features: features ? toFeatureChoice(features) : {},
  };
}

/** The features that a client hides, in Stripe's names. */
function toFeatureChoice(features: HiddenFeaturesInput): FeatureChoice {
  return Object.fromEntries(featureNames.map((name) => [name, features[toInputName(name)] ?? undefined]));
}
