import { Arg, Args, Authorized, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { type Connection, PageArgs, readPageRequest, toConnection } from '../graphql/connection.ts';
import { type RequestContext, getCaller } from '../graphql/context.ts';
import { admin } from '../graphql/schema.ts';
import type { ConfigurationAdmin } from './configuration-admin.service.ts';
import { BillingPortalConfigurationInput } from './feature-types.ts';
import {
  toBillingPortalConfiguration,
  BillingPortalConfiguration,
  BillingPortalConfigurationConnection,
} from './portal-configuration.types.ts';

@Resolver()
export class ConfigurationAdminResolver {
  constructor(private readonly configurations: ConfigurationAdmin) {}

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
      'For administrators: creates a portal configuration. Create each one once and use it by its id: Stripe can deactivate configurations, but not delete them.',
  })
  async createBillingPortalConfiguration(
    @Ctx() context: RequestContext,
    @Arg('input', () => BillingPortalConfigurationInput, {
      description: 'The fields of the new configuration.',
    })
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
    @Arg('input', () => BillingPortalConfigurationInput, { description: 'The fields that change.' })
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
}
