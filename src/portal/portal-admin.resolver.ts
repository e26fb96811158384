import { Arg, Args, Authorized, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { type Connection, PageArgs, readPageRequest, toConnection } from '../graphql/connection.ts';
import { type RequestContext, getCaller } from '../graphql/context.ts';
import { admin } from '../graphql/schema.ts';
import type { ConfigurationAdmin } from '../configurations/configuration-admin.service.ts';
import { toFeatureChoice } from './feature-choice.ts';
import { BillingPortalConfigurationInput } from '../configurations/portal-configuration.inputs.ts';
import { toBillingPortalConfiguration } from '../configurations/portal-configuration.mapper.ts';
import {
  BillingPortalConfiguration,
  BillingPortalConfigurationConnection,
} from '../configurations/portal-configuration.types.ts';
import { PortalFeaturesInput, PortalFlowInput } from './portal-flow.inputs.ts';
import type { PortalSession } from './portal-session.service.ts';
import { BillingPortalSession } from './portal-session.types.ts';
import type { SupportSessions } from './support-session.service.ts';

@Resolver()
export class PortalAdminResolver {
  constructor(
    private readonly configurations: ConfigurationAdmin,
    private readonly sessions: SupportSessions,
  ) {}

  @Authorized(admin)
  @Query(() => BillingPortalConfigurationConnection, {
    description: "For administrators: all of the account's portal configurations, the newest first.",
  })
  async billingPortalConfigurations(
    @Args(() => PageArgs) pageArgs: PageArgs,
  ): Promise<Connection<BillingPortalConfiguration>> {
    const page = readPageRequest(pageArgs);
    const found = await this.configurations.list(page);
    return toConnection(found, page, ({ id }) => id, toBillingPortalConfiguration);
  }

  @Authorized(admin)
  @Mutation(() => BillingPortalConfiguration, {
    description:
      'For administrators: creates a portal configuration. Create one once and use it by its id: Stripe can deactivate configurations and not delete them.',
  })
  async createBillingPortalConfiguration(
    @Ctx() context: RequestContext,
    @Arg('input', () => BillingPortalConfigurationInput, { description: 'What it is to be.' })
    input: BillingPortalConfigurationInput,
  ): Promise<BillingPortalConfiguration> {
    return toBillingPortalConfiguration(await this.configurations.create(getCaller(context), input));
  }

  @Authorized(admin)
  @Mutation(() => BillingPortalConfiguration, {
    description: 'For administrators: changes a portal configuration that no policy manages.',
  })
  async updateBillingPortalConfiguration(
    @Ctx() context: RequestContext,
    @Arg('id', () => ID, { description: "Stripe's id of the configuration, `bpc_…`." })
    id: string,
    @Arg('input', () => BillingPortalConfigurationInput, { description: 'What changes of it.' })
    input: BillingPortalConfigurationInput,
  ): Promise<BillingPortalConfiguration> {
    return toBillingPortalConfiguration(await this.configurations.update(getCaller(context), id, input));
  }

  @Authorized(admin)
  @Mutation(() => BillingPortalConfiguration, {
    description:
      "For administrators: deactivates a portal configuration that is not the account's default and that no policy manages. No new session can use it.",
  })
  async deactivateBillingPortalConfiguration(
    @Ctx() context: RequestContext,
    @Arg('id', () => ID, { description: "Stripe's id of the configuration, `bpc_…`." })
    id: string,
  ): Promise<BillingPortalConfiguration> {
    return toBillingPortalConfiguration(await this.configurations.deactivate(getCaller(context), id));
  }

  @Authorized(admin)
  @Mutation(() => BillingPortalConfiguration, {
    description:
      'For administrators: activates a deactivated portal configuration again, unless a policy manages it. New sessions can use it.',
  })
  async activateBillingPortalConfiguration(
    @Ctx() context: RequestContext,
    @Arg('id', () => ID, { description: "Stripe's id of the configuration, `bpc_…`." })
    id: string,
  ): Promise<BillingPortalConfiguration> {
    return toBillingPortalConfiguration(await this.configurations.activate(getCaller(context), id));
  }

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
