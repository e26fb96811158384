import { ArgsType, Field, ID } from 'type-graphql';
import { HiddenFeaturesInput } from '../configurations/portal-configuration.types.ts';
import { OptionalField } from '../graphql/types.ts';
import { PortalFlow } from './portal-flow.types.ts';

@ArgsType()
export class SessionArgs {
  @Field(() => String, {
    description:
      "The target of the portal's return link: an absolute URL within the application's allowed return URLs.",
  })
  readonly returnUrl!: string;

  @OptionalField(
    String,
    'The language of the portal as a BCP 47 tag, such as `de` or `es-MX`. Without a language that the portal supports, Stripe decides.',
  )
  readonly locale?: string | null | undefined;

  @OptionalField(
    PortalFlow,
    'The task that the portal opens at. Without one, the portal opens at its home page.',
  )
  readonly flow?: PortalFlow | null | undefined;

  @OptionalField(HiddenFeaturesInput, 'Features of the portal to hide in this session.')
  readonly features?: HiddenFeaturesInput | null | undefined;
}

@ArgsType()
export class SupportSessionArgs extends SessionArgs {
  @Field(() => ID, { description: 'The user whose customer the session is for.' })
  readonly userId!: string;

  @OptionalField(ID, 'The portal configuration to use, `bpc_…`, instead of the one that the policies choose.')
  readonly configurationId?: string | null;
}
