import { Arg, Authorized, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { type RequestContext, getCaller } from '../graphql/context.ts';
import { toFeatureChoice } from './feature-choice.ts';
import type { ConfigurationChooser } from './configuration-chooser.service.ts';
import { BillingPortalConfiguration } from '../configurations/portal-configuration.types.ts';
import { toBillingPortalConfiguration } from '../configurations/portal-configuration.mapper.ts';
import { PortalFeaturesInput, PortalFlowInput } from './portal-flow.inputs.ts';
import type { PortalSession } from './portal-session.ts';
import type { PortalSessions } from './portal-sessions.service.ts';
import { BillingPortalSession } from './portal-session.types.ts';

@Resolver()
export class PortalResolver {
  constructor(
    private readonly sessions: PortalSessions,
    private readonly configurations: ConfigurationChooser,
  ) {}

  @Authorized()
  @Mutation(() => BillingPortalSession, {
    description: "Opens a session of the Billing Portal for the caller's own customer.",
  })
  createBillingPortalSession(
    @Ctx() context: RequestContext,
    @Arg('returnUrl', () => String, {
      description:
        "Where the portal's link back leads: an absolute URL within the application's allowed return URLs.",
    })
    returnUrl: string,
    @Arg('locale', () => String, {
      nullable: true,
      description:
        'The language of the portal as a BCP 47 tag, such as `de` or `es-MX`. Stripe decides when it is left out or not a language of the portal.',
    })
    locale: string | null,
    @Arg('flow', () => PortalFlowInput, {
      nullable: true,
      description: 'A task to open the portal at, in place of its home page.',
    })
    flow: PortalFlowInput | null,
    @Arg('features', () => PortalFeaturesInput, {
      nullable: true,
      description: 'Parts of the portal to hide in this session.',
    })
    features: PortalFeaturesInput | null,
  ): Promise<PortalSession> {
    return this.sessions.create(getCaller(context), {
      returnUrl,
      locale: locale ?? undefined,
      flow: flow ?? undefined,
      features: toFeatureChoice(features),
    });
  }

  @Authorized()
  @Query(() => BillingPortalConfiguration, {
    description: 'The portal configuration that a session of the caller would use.',
  })
  async billingPortalConfiguration(@Ctx() context: RequestContext): Promise<BillingPortalConfiguration> {
    return toBillingPortalConfiguration(await this.configurations.getInForce(getCaller(context)));
  }
}
