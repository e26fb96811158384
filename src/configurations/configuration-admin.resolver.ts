import { Arg, Args, Ctx, FieldResolver, ID, Resolver, Root } from 'type-graphql';
import { type Connection, PageArgs, readPageRequest, toConnection } from '../graphql/connection.ts';
import { type RequestContext, getCaller } from '../graphql/context.ts';
import { AdminMutation, AdminQuery } from '../graphql/schema.ts';
import { createObjectType, field, nullable } from '../graphql/types.ts';
import type { ConfigurationAdmin } from './configuration-admin.service.ts';
import {
  BillingPortalConfiguration,
  BillingPortalConfigurationConnection,
  BillingPortalConfigurationInput,
  PortalCancellationReason,
  toBillingPortalConfiguration,
} from './portal-configuration.types.ts';
import type { StripeConfigurations } from './stripe-configurations.service.ts';

const configurationId = Arg('id', () => ID, { description: "Stripe's id of the configuration, `bpc_…`." });

@Resolver()
export class ConfigurationAdminResolver {
  constructor(private readonly configurations: ConfigurationAdmin) {}

  @AdminQuery(
    BillingPortalConfigurationConnection,
    "all of the account's portal configurations, the newest first.",
  )
  async billingPortalConfigurations(@Args(() => PageArgs) pageArgs: PageArgs): Promise<Connection<object>> {
    const page = readPageRequest(pageArgs);
    const found = await this.configurations.list(page);
    return toConnection(found, page, 'id', toBillingPortalConfiguration);
  }

  @AdminMutation(
    BillingPortalConfiguration,
    'creates a portal configuration. Create each one once and use it by its id: Stripe can deactivate configurations, but not delete them.',
  )
  async createBillingPortalConfiguration(
    @Ctx() context: RequestContext,
    @Arg('input', () => BillingPortalConfigurationInput, {
      description: 'The fields of the new configuration.',
    })
    input: BillingPortalConfigurationInput,
  ): Promise<object> {
    return toBillingPortalConfiguration(await this.configurations.create(getCaller(context), input));
  }

  @AdminMutation(BillingPortalConfiguration, 'changes a portal configuration that no policy manages.')
  async updateBillingPortalConfiguration(
    @Ctx() context: RequestContext,
    @configurationId id: string,
    @Arg('input', () => BillingPortalConfigurationInput, { description: 'The fields that change.' })
    input: BillingPortalConfigurationInput,
  ): Promise<object> {
    return toBillingPortalConfiguration(await this.configurations.update(getCaller(context), id, input));
  }

  @AdminMutation(
    BillingPortalConfiguration,
    "deactivates a portal configuration that is not the account's default and that no policy manages. No new session can use it.",
  )
  async deactivateBillingPortalConfiguration(
    @Ctx() context: RequestContext,
    @configurationId id: string,
  ): Promise<object> {
    return toBillingPortalConfiguration(await this.configurations.deactivate(getCaller(context), id));
  }

  @AdminMutation(
    BillingPortalConfiguration,
    'activates a deactivated portal configuration again, unless a policy manages it. New sessions can use it.',
  )
  async activateBillingPortalConfiguration(
    @Ctx() context: RequestContext,
    @configurationId id: string,
  ): Promise<object> {
    return toBillingPortalConfiguration(await this.configurations.activate(getCaller(context), id));
  }
}

const PortalFeedbackOption = createObjectType(
  'PortalFeedbackOption',
  'A reason of your own that the portal offers to a customer who cancels.',
  {
    id: field(ID, "Stripe's id of the feedback option."),
    text: nullable(String, 'The text that customers see; null when Stripe no longer lists the option.'),
  },
);

/** Reads the texts only for queries that ask for them. */
@Resolver(() => PortalCancellationReason)
export class FeedbackOptionResolver {
  constructor(private readonly configurations: Pick<StripeConfigurations, 'readFeedbackTexts'>) {}

  @FieldResolver(() => [PortalFeedbackOption], {
    description: 'The custom feedback options, in their order.',
  })
  async feedbackOptions(
    @Root() { feedbackOptionIds: ids }: { readonly feedbackOptionIds: readonly string[] },
  ): Promise<InstanceType<typeof PortalFeedbackOption>[]> {
    if (ids.length === 0) return [];
    const texts = await this.configurations.readFeedbackTexts();
    return ids.map((id) => ({ id, text: texts.get(id) ?? null }));
  }
}
