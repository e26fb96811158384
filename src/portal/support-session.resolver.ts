import { Arg, Authorized, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import { type RequestContext, getCaller } from '../graphql/context.ts';
import { admin } from '../graphql/schema.ts';
import { toFeatureChoice } from './feature-choice.ts';
import { PortalFeaturesInput, PortalFlowInput } from './portal-flow.inputs.ts';
import type { PortalSession } from './portal-session.ts';
import { BillingPortalSession } from './portal-session.types.ts';
import type { SupportSessions } from './support-sessions.service.ts';

@Resolver()
export class SupportSessionResolver {
  constructor(private readonly sessions: SupportSessions) {}

  @Authorized(admin)
  @Mutation(() => BillingPortalSession, {
    description:
      "For administrators: opens a session of the Billing Portal on a customer's behalf. Rules that ask for a role or claim of the customer's token cannot be decided here: the strictest policy stands in.",
  })
  createBillingPortalSessionFor(
    @Ctx() context: RequestContext,
    @Arg('userId', () => ID, { description: 'Whose customer the session is for.' })
    userId: string,
    @Arg('returnUrl', () => String, {
      description:
        "Where the portal's link back leads: an absolute URL within the application's allowed return URLs.",
    })
    returnUrl: string,
    @Arg('configurationId', () => ID, {
      nullable: true,
      description: 'The portal configuration to use, `bpc_…`, in place of what the policies choose.',
    })
    configurationId: string | null,
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
      userId,
      returnUrl,
      configurationId: configurationId ?? undefined,
      locale: locale ?? undefined,
      flow: flow ?? undefined,
      features: toFeatureChoice(features),
    });
  }
}
